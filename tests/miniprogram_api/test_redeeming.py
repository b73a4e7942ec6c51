"""Who redeems at the same moment is done together, and suffers nothing by the others."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

from jifen.seeds import rewards
from loyalty import programme, redemptions
from loyalty.coalescer import Coalescer
from loyalty.errors import LoyaltyError
from loyalty.outcomes import Outcome
from loyalty.programme import BEGINNING
from loyalty.redemptions import Redeemed, Wish
from loyalty.rewards.gift import Gift
from miniprogram_api.redeeming import DESK, Desk
from models import Redemption, RewardStock, db
from tests.loyalty.conftest import joined
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import AT, earn, signed_in
from tests.web.conftest import Caller
from web.context import now


async def crowd(members: int) -> list[int]:
    """Let so many join who have 100 points each, and offer them two mugs and any number of cups."""
    await programme.publish(
        "reward:mug", Gift(points=60, stock=2), starts_at=BEGINNING, by="t", at=AT
    )
    await programme.publish("reward:cup", Gift(points=60), starts_at=BEGINNING, by="t", at=AT)
    member_ids = await joined(members)
    for member_id in member_ids:
        await earn(member_id, 100, key=f"e{member_id}")
    return member_ids


async def told(desk: Desk, wish: Wish) -> str:
    try:
        return (await desk.redeem(wish)).state.value
    except LoyaltyError as refused:
        return refused.code
    except AssertionError:
        return "broken"


async def test_two_of_two_go_to_two_of_fifty_who_call_at_once(database: None) -> None:
    desk = Desk(now)
    member_ids = await crowd(10)
    wishes = [Wish(member_ids[n % 10], uuid4(), "reward:mug") for n in range(50)]
    said = Counter(await asyncio.gather(*(told(desk, one) for one in wishes)))
    assert said["issued"] == 2
    assert said["reward_out_of_stock"] + said["not_enough_points"] == 48
    assert (await RewardStock.get(slot="reward:mug")).taken == 2


async def test_what_one_of_many_brings_is_hers_alone(database: None) -> None:
    desk = Desk(now)
    member_ids = await crowd(9)
    await db.fetch("UPDATE member SET points_available = 0 WHERE id = $1", member_ids[4])
    wishes = [Wish(one, uuid4(), "reward:cup") for one in member_ids]
    said = await asyncio.gather(*(told(desk, one) for one in wishes))
    assert said == ["issued"] * 4 + ["broken"] + ["issued"] * 4
    assert await Redemption.all().count() == 8


async def test_a_name_that_two_bring_at_once_is_the_first_ones(database: None) -> None:
    desk = Desk(now)
    member_ids = await crowd(8)
    names = [UUID(int=n // 2) for n in range(8)]
    wishes = [Wish(one, name, "reward:cup") for one, name in zip(member_ids, names, strict=True)]
    said = await asyncio.gather(*(told(desk, one) for one in wishes))
    assert said == ["issued", "key_reused"] * 4


async def test_more_than_may_wait_are_asked_to_come_again(lin: Phone, server: Caller) -> None:
    desk = server.app[DESK]
    await rewards.lay(at=AT)
    customer_id = await signed_in(lin)
    await earn(customer_id, 10_000, key="rich")
    full = asyncio.Event()

    async def once_full(wishes: Sequence[Wish]) -> list[Outcome[Redeemed]]:
        await full.wait()
        return await redemptions.redeem_all(wishes, at=AT)

    desk._line = Coalescer(once_full, most=1, waiting=2)

    async def asked(uuid: UUID) -> tuple[int, UUID]:
        body = {"reward": "ten_off"}
        answer = await lin.ask("PUT", f"/me/redemptions/{uuid}", json=body)
        if answer.http_status == 503:
            assert answer.error["code"] == "unavailable"
            assert int(answer.headers["Retry-After"]) > 0
            full.set()
        return answer.http_status, uuid

    said = await asyncio.gather(*(asked(uuid4()) for _ in range(8)))
    away = [uuid for status, uuid in said if status == 503]
    assert away
    assert len(away) + [status for status, _ in said].count(200) == 8
    for uuid in away:
        assert (await asked(uuid))[0] == 200
