"""A redemption: points, stock, limits and fulfilment in one, once a name."""

import asyncio
import re
from collections import Counter
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from loyalty import coupons, ledger, programme, redemptions
from loyalty.calendar import SHANGHAI
from loyalty.conditions import Conditions
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.errors import LoyaltyError, NotFound
from loyalty.expiry.inactivity import Inactivity
from loyalty.rewards.gift import Gift
from models import Coupon, Member, Redemption, RewardStock, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import RULES, joined
from tests.loyalty.ledger.scene import earned, remainders
from tests.loyalty.ledger.test_cost import statements_counted

AT = JUNE_1 + DAY


async def rich(member_id: int, points: int = 1000) -> int:
    await earned(member_id, points, key=f"e{member_id}", at=JUNE_1, expires_at=AT + 300 * DAY)
    return member_id


async def available(member_id: int, at: datetime = AT) -> int:
    return (await ledger.balances([member_id], at=at))[member_id].available


async def redeemed(
    member_id: int, slot: str = "reward:tote", uuid: UUID | None = None, at: datetime = AT
) -> str:
    """Redeem and return the state, or the code of the refusal."""
    try:
        found = await redemptions.redeem(member_id, uuid or uuid4(), slot=slot, at=at)
    except LoyaltyError as refused:
        return refused.code
    return found.state.value


async def test_a_gift_costs_its_points_and_is_hers_to_fetch(lin: int) -> None:
    await rich(lin)
    told = await redemptions.redeem(lin, uuid4(), slot="reward:tote", at=AT)
    assert (told.state.value, told.points, told.kind, told.name.en) == (
        ("issued", 200, "gift", "Tote bag")
    )
    assert told.code
    assert re.fullmatch("[0-9]{12}", told.code)
    assert told.expires_at.astimezone(SHANGHAI) == datetime(2026, 7, 3, tzinfo=SHANGHAI)
    assert await available(lin) == 800
    assert (await RewardStock.get(slot="reward:tote")).taken == 1


async def test_a_coupon_is_hers_at_once(lin: int) -> None:
    await rich(lin)
    told = await redemptions.redeem(lin, uuid4(), slot="reward:ten_off", at=AT)
    (held,) = await coupons.of(lin, at=AT)
    assert (told.state.value, told.code, told.coupon_uuid) == ("handed_over", None, held.uuid)
    assert (held.slot, held.reason.code, held.reason.figures) == (
        ("coupon:ten_off", "coupon_for_points", {"points": 150})
    )
    assert await available(lin) == 850


async def test_the_same_name_is_answered_as_before_and_takes_nothing_twice(lin: int) -> None:
    await rich(lin)
    name = uuid4()
    first = await redemptions.redeem(lin, name, slot="reward:mug", at=AT)
    assert await redemptions.redeem(lin, name, slot="reward:mug", at=AT + DAY) == first
    assert await redeemed(lin, "reward:ten_off", name) == "key_reused"
    assert await available(lin) == 900


async def test_a_retry_is_answered_when_the_reward_is_gone(lin: int) -> None:
    await rich(lin)
    name = uuid4()
    await redemptions.redeem(lin, name, slot="reward:mug", at=AT)
    over = Gift(name_zh="旧", name_en="Old")
    await programme.publish(
        "reward:mug", over, starts_at=JUNE_1, ends_at=AT, by="test", at=AT + DAY
    )
    await db.fetch("UPDATE rule_version SET ends_at = $1 WHERE slot = 'reward:mug'", AT)
    assert await redeemed(lin, "reward:mug", name, AT + DAY) == "issued"
    assert await redeemed(lin, "reward:mug", at=AT + DAY) == "no_such_reward"


async def test_anothers_name_tells_nothing_but_that_it_is_taken(lin: int, wang: int) -> None:
    await rich(lin)
    await rich(wang)
    name = uuid4()
    told = await redemptions.redeem(lin, name, slot="reward:tote", at=AT)
    with pytest.raises(LoyaltyError) as refused:
        await redemptions.redeem(wang, name, slot="reward:tote", at=AT)
    assert (refused.value.code, refused.value.figures) == ("key_reused", {})
    for verb in (redemptions.find, lambda uuid, **who: redemptions.cancel(*who.values(), at=AT)):
        with pytest.raises(NotFound, match="no_such_redemption"):
            await (
                verb(name, member_id=wang, at=AT)
                if verb is redemptions.find
                else redemptions.cancel(wang, name, at=AT)
            )
    assert await redemptions.find(name, member_id=lin, at=AT) == told
    assert await available(wang) == 1000


@pytest.mark.parametrize(
    ("slot", "code"),
    [
        ("reward:none", "no_such_reward"),
        ("coupon:ten_off", "no_such_reward"),
        ("reward:gold", "tier_too_low"),
        ("reward:orphan", "reward_unavailable"),
        ("reward:tote", "not_enough_points"),
    ],
)
async def test_a_refusal_says_why_and_leaves_nothing(lin: int, slot: str, code: str) -> None:
    await rich(lin, 150)
    assert await redeemed(lin, slot) == code
    assert await available(lin) == 150
    assert await Redemption.all().count() == await Coupon.all().count() == 0


async def test_whoever_is_no_member_redeems_nothing(catalogue: None) -> None:
    assert await redeemed(999) == "no_such_member"


async def test_64_members_at_once_take_10_of_10_and_the_last_one_is_taken(catalogue: None) -> None:
    member_ids = [await rich(one, 200) for one in await joined(64)]
    told = Counter(await asyncio.gather(*(redeemed(one) for one in member_ids)))
    assert told == {"issued": 10, "reward_out_of_stock": 54}
    spent = [await available(one) == 0 for one in member_ids]
    assert sum(spent) == 10, "whoever got none has her points"


async def test_64_members_at_once_for_the_only_one(catalogue: None) -> None:
    await programme.publish("reward:one", Gift(points=1, stock=1), starts_at=JUNE_1, by="t", at=AT)
    member_ids = [await rich(one, 1) for one in await joined(64)]
    told = Counter(await asyncio.gather(*(redeemed(one, "reward:one") for one in member_ids)))
    assert told == {"issued": 1, "reward_out_of_stock": 63}


async def test_a_stock_of_none_left_gives_none(lin: int) -> None:
    await rich(lin)
    none = Gift(points=1, stock=0)
    await programme.publish("reward:none", none, starts_at=JUNE_1, by="t", at=AT)
    assert await redeemed(lin, "reward:none") == "reward_out_of_stock"
    assert not await RewardStock.exists(slot="reward:none")


async def test_one_member_on_64_phones_stays_within_her_limit(lin: int) -> None:
    await rich(lin, 100_000)
    told = Counter(await asyncio.gather(*(redeemed(lin) for _ in range(64))))
    assert told == {"issued": 1, "reward_limit_reached": 63}
    told = Counter(await asyncio.gather(*(redeemed(lin, "reward:wish") for _ in range(64))))
    assert told == {"issued": 2, "reward_limit_reached": 62}


async def test_64_callers_with_points_for_three_get_three(lin: int) -> None:
    await rich(lin, 350)
    told = Counter(await asyncio.gather(*(redeemed(lin, "reward:mug") for _ in range(64))))
    assert told == {"issued": 3, "not_enough_points": 61}
    assert await available(lin) == 50


async def test_one_name_from_64_callers_at_once_is_one_redemption(lin: int) -> None:
    await rich(lin)
    name = uuid4()
    told = await asyncio.gather(
        *(redemptions.redeem(lin, name, slot="reward:mug", at=AT) for _ in range(64))
    )
    assert len({one.code for one in told}) == 1
    assert await available(lin) == 900


async def test_one_name_of_many_members_at_once_is_one_members(catalogue: None) -> None:
    member_ids = [await rich(one) for one in await joined(16)]
    name = uuid4()
    told = await asyncio.gather(*(redeemed(one, "reward:mug", name) for one in member_ids))
    assert Counter(told) == {"issued": 1, "key_reused": 15}
    assert sum([await available(one) for one in member_ids]) == 16 * 1000 - 100


async def test_everybody_redeems_cancels_and_redeems_at_once_and_it_adds_up(
    catalogue: None,
) -> None:
    member_ids = [await rich(one) for one in await joined(24)]

    async def undecided(member_id: int) -> Counter[str]:
        told: Counter[str] = Counter()
        for _ in range(4):
            name = uuid4()
            told[await redeemed(member_id, "reward:tote", name)] += 1
            try:
                await redemptions.cancel(member_id, name, at=AT)
            except NotFound:
                told["nothing_to_cancel"] += 1
        return told

    told = sum(await asyncio.gather(*map(undecided, member_ids)), Counter())
    assert told["issued"] + told["reward_out_of_stock"] == 96
    assert told["nothing_to_cancel"] == told["reward_out_of_stock"]
    assert (await RewardStock.get(slot="reward:tote")).taken == 0
    assert {await available(one) for one in member_ids} == {1000}


async def test_a_gift_for_no_points_moves_none(lin: int) -> None:
    name = uuid4()
    assert await redeemed(lin, "reward:wish", name) == "issued"
    assert (await redemptions.cancel(lin, name, at=AT)).state.value == "cancelled"
    assert (await Member.get(id=lin)).entry_count == 0


async def test_redeeming_keeps_idle_points_alive(lin: int) -> None:
    await programme.publish("expiry", Inactivity(months=1), starts_at=JUNE_1, by="t", at=AT)
    lapses_at = AT + 20 * DAY
    await earned(lin, 500, key="e", at=JUNE_1, idle_expires_at=lapses_at)
    assert await redeemed(lin, "reward:mug") == "issued"
    assert await available(lin, lapses_at) == 400


async def test_a_redemption_takes_the_same_statements_however_many_lots_it_draws(
    lin: int, wang: int
) -> None:
    await rich(lin)
    for number in range(40):
        await earned(wang, 5, key=f"w{number}", at=JUNE_1)
    (emma,) = await joined(1)
    assert await redeemed(await rich(emma)) == "issued", "the first one ever opens the stock"
    await programme.load()  # it keeps what it has decoded
    counts = []
    for member_id in (lin, wang):
        async with statements_counted() as sent:
            assert await redeemed(member_id) == "issued"
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10


async def test_what_the_callers_transaction_rolls_back_never_happened(lin: int) -> None:
    await rich(lin)
    name = uuid4()

    async def redeem_and_fail() -> None:
        async with db.transaction():
            assert await redeemed(lin, "reward:ten_off", name) == "handed_over"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await redeem_and_fail()
    assert await available(lin) == 1000
    assert await coupons.of(lin, at=AT) == []
    assert await redeemed(lin, "reward:tote", name) == "issued", "the name is free"


async def test_a_dearer_version_costs_the_next_one_only(lin: int) -> None:
    await rich(lin)
    name = uuid4()
    await redeemed(lin, "reward:mug", name)
    dearer = Gift(name_zh="大杯子", name_en="Big mug", points=300)
    await programme.publish("reward:mug", dearer, starts_at=JUNE_1, by="t", at=AT)
    await redeemed(lin, "reward:mug")
    assert [(one.name.en, one.points) for one in await redemptions.of(lin, at=AT)] == [
        ("Big mug", 300),
        ("Mug", 100),
    ]
    await redemptions.cancel(lin, name, at=AT)
    assert await remainders(lin) == [700]


async def test_the_catalogue_says_what_is_left_and_what_is_missing(lin: int, wang: int) -> None:
    await rich(lin, 400)
    await rich(wang, 400)
    await redeemed(wang)
    await redeemed(lin)
    lines = {one.slot: one for one in await redemptions.catalogue(lin, at=AT)}
    assert list(lines) == sorted(slot for slot in RULES if slot.startswith("reward:"))
    told = {slot: one.refusal.code if one.refusal else "" for slot, one in lines.items()}
    assert told == {
        "reward:friend": "",
        "reward:gold": "tier_too_low",
        "reward:mug": "",
        "reward:orphan": "reward_unavailable",
        "reward:ten_off": "",
        "reward:tote": "reward_limit_reached",
        "reward:wish": "",
    }
    tote, mug = lines["reward:tote"], lines["reward:mug"]
    assert (tote.stock_left, tote.left_for_her, tote.kind) == (8, 0, "gift")
    assert tote.redeemed == 2
    assert (mug.stock_left, mug.left_for_her) == (None, None)
    await redeemed(lin, "reward:mug")
    after = {one.slot: one.refusal for one in await redemptions.catalogue(lin, at=AT)}
    missing = after["reward:ten_off"]
    assert missing is not None
    assert missing.figures == {"wanted": 150, "available": 100}


async def test_the_catalogue_knows_what_its_conditions_ask(lin: int) -> None:
    await rich(lin)
    regular = Gift(points=1, conditions=Conditions([OrdersWithin()]))
    await programme.publish("reward:regular", regular, starts_at=JUNE_1, by="t", at=AT)
    lines = {one.slot: one for one in await redemptions.catalogue(lin, at=AT)}
    refusal = lines["reward:regular"].refusal
    assert refusal is not None
    assert await redeemed(lin, "reward:regular") == refusal.code
