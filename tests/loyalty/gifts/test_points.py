"""Points given to a friend: out of her lots at once, and into one account in the end."""

import asyncio
from collections import Counter

import pytest

from loyalty import customers, gifts, ledger
from loyalty.errors import Refused
from loyalty.gifts import GiftWish
from loyalty.ledger import ClawBack, Restore
from models import Delivery, Entry, Lot, db
from tests.cast import DAY
from tests.loyalty.conftest import joined
from tests.loyalty.gifts.scene import (
    AT,
    FIRST,
    HOUR,
    SECOND,
    available,
    claimed,
    rich,
    secret,
    send,
    sent,
)

LATE = AT + 10 * DAY


async def lots_of(member_id: int) -> list[tuple[int, object]]:
    found = await Lot.filter(member_id=member_id).order_by("number")
    return [(lot.remaining, lot.expires_at) for lot in found]


async def test_points_leave_when_sent_and_keep_their_expiry_with_the_friend(
    lin: int, wang: int
) -> None:
    await rich(lin)
    gift = await sent(lin, 50)
    assert (await available(lin), await available(wang)) == (50, 0)
    assert await claimed(wang, gift) == "claimed"
    assert (await available(lin), await available(wang)) == (50, 50)
    assert await lots_of(wang) == [(30, FIRST), (20, SECOND)]
    entry = await Entry.get(member_id=wang)
    assert entry.cause == f"gift:{gift.uuid}:claimed"
    assert entry.undoes == f"gift:{gift.uuid}"


@pytest.mark.parametrize("way", ["taken_back", "returned"])
async def test_what_comes_back_goes_to_the_lots_that_it_came_from(lin: int, way: str) -> None:
    await rich(lin)
    before = await lots_of(lin)
    gift = await sent(lin, 50)
    if way == "taken_back":
        again = [await gifts.take_back(lin, gift.uuid, at=AT + HOUR) for _ in range(2)]
        assert [one.state.value for one in again] == ["taken_back", "taken_back"]
    else:
        assert [await gifts.return_unclaimed(at=LATE, limit=9) for _ in range(2)] == [1, 0]
    assert await lots_of(lin) == before
    (told,) = await gifts.given_by(lin, at=LATE)
    assert told.state.value == way


async def test_a_gift_lasts_no_longer_than_its_points(lin: int, wang: int) -> None:
    await rich(lin)
    at = FIRST - 2 * DAY
    gift = await sent(lin, 50, at=at)
    assert gift.lapses_at == FIRST
    assert await claimed(wang, gift, at=FIRST) == "gift_over"
    assert await claimed(wang, gift, at=FIRST - HOUR) == "claimed"


async def test_twenty_gifts_at_once_of_a_balance_that_allows_one_keep_the_sum(
    lin: int, wang: int
) -> None:
    await rich(lin)

    async def give() -> str:
        try:
            return await claimed(wang, await sent(lin, 100))
        except Refused as refusal:
            return refusal.code

    told = Counter(await asyncio.gather(*(give() for _ in range(20))))
    assert told == {"claimed": 1, "not_enough_points": 19}
    assert (await available(lin), await available(wang)) == (0, 100)


async def test_fifty_claims_at_once_have_one_winner(lin: int) -> None:
    await rich(lin)
    gift = await sent(lin, 50)
    friends = await joined(50)
    told = Counter(await asyncio.gather(*(claimed(one, gift) for one in friends)))
    assert told == {"claimed": 1, "gift_claimed": 49}
    assert sum([await available(one) for one in friends]) == 50


async def test_taking_back_and_claiming_at_once_leave_the_points_in_one_place(
    lin: int, wang: int
) -> None:
    await rich(lin)
    for _ in range(5):
        gift = await sent(lin, 10)
        await asyncio.gather(
            claimed(wang, gift),
            gifts.take_back(lin, gift.uuid, at=AT + HOUR),
            return_exceptions=True,
        )
        assert await available(lin) + await available(wang) == 100


async def test_the_ledger_itself_hands_a_spending_over_once(lin: int, wang: int) -> None:
    await rich(lin)
    gift = await sent(lin, 50)
    await claimed(wang, gift)
    key = f"gift:{gift.uuid}"
    with pytest.raises(Refused, match="more_than_spent"):
        await ledger.record_one(Restore(member_id=lin, key="x", at=AT, spend_key=key))
    with pytest.raises(Refused, match="more_than_spent"):
        await ledger.record_one(
            ledger.Receive(member_id=wang, key="y", at=AT, from_member_id=lin, spend_key=key)
        )


async def test_a_refund_after_the_points_went_to_a_friend_is_the_givers_to_bear(
    lin: int, wang: int
) -> None:
    await rich(lin)
    await claimed(wang, await sent(lin, 100))
    back = ClawBack(member_id=lin, key="b", at=AT + DAY, points=70, earn_key=f"e{lin}:second")
    assert (await ledger.record_one(back)).debt == 70
    assert (await available(wang), await available(lin)) == (100, 0)


async def test_a_gift_pays_what_the_friend_owes(lin: int, wang: int) -> None:
    await rich(lin)
    await rich(wang, 40, name=":hers")
    await ledger.record_one(ledger.Spend(member_id=wang, key="s", at=AT, points=40))
    earned = f"e{wang}:hers:second"
    await ledger.record_one(ClawBack(member_id=wang, key="b", at=AT, points=28, earn_key=earned))
    await claimed(wang, await sent(lin, 50))
    balance = (await ledger.balances([wang], at=AT + HOUR))[wang]
    assert (balance.available, balance.debt) == (22, 0)


async def test_a_giver_who_becomes_another_has_her_gift_back_or_claimed_there(
    lin: int, wang: int
) -> None:
    (root,) = await joined(1)
    await rich(lin)
    first, second = await sent(lin, 30), await sent(lin, 20)
    merge = await customers.merge(root, lin, evidence="test", by="test", at=AT)
    assert await claimed(root, first) == "gift_is_yours"
    assert await claimed(wang, first) == "claimed"
    assert (await gifts.take_back(root, second.uuid, at=AT + HOUR)).state.value == "taken_back"
    assert (await available(root), await available(wang)) == (70, 30)
    await customers.unmerge(merge, by="test", at=AT + 2 * HOUR)
    assert await available(lin) + await available(root) + await available(wang) == 100


async def test_a_friend_who_becomes_another_and_is_two_again_keeps_what_she_claimed(
    lin: int, wang: int
) -> None:
    (root,) = await joined(1)
    await rich(lin)
    first, second = await sent(lin, 30), await sent(lin, 20)
    assert await claimed(wang, first) == "claimed"
    merge = await customers.merge(root, wang, evidence="test", by="test", at=AT + HOUR)
    assert await claimed(root, second, at=AT + 2 * HOUR) == "claimed"
    assert await claimed(root, first, at=AT + 2 * HOUR) == "claimed"
    await customers.unmerge(merge, by="test", at=AT + 3 * HOUR)
    assert (await available(wang), await available(root)) == (30, 20)


async def test_the_giver_is_told_once_where_she_follows(lin: int, wang: int) -> None:
    await rich(lin)
    silent, gift, left = await sent(lin, 10), await sent(lin, 20), await sent(lin, 1)
    await claimed(wang, silent)
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at, following_since)"
        " VALUES ($1, 'openid', 'wx1', 'o-lin', $2, $2)",
        lin,
        AT,
    )
    for _ in range(2):
        await claimed(wang, gift)
    await gifts.return_unclaimed(at=LATE, limit=9)
    told = {one.key: one.message for one in await Delivery.all()}
    assert told == {
        f"gift:{gift.id}:claimed": {"kind": "text", "text": "您送出的 20 积分已被朋友领取。"},
        f"gift:{left.id}:returned": {
            "kind": "text",
            "text": "您送出的 1 积分无人领取，已退回给您。",
        },
    }


async def test_a_link_that_is_none_claims_nothing(lin: int, wang: int) -> None:
    await rich(lin)
    gift = await sent(lin, 10)
    for wrong in ("", "x" * 24, secret(gift)[:-1], str(gift.uuid), "\0", "\ud800"):
        with pytest.raises(Exception, match="no_such_gift"):
            await gifts.claim(wang, wrong, at=AT)
    kept = await db.fetch("SELECT gift::text AS told FROM gift")
    assert secret(gift) not in kept[0]["told"]
    assert len(secret(gift)) == 24


async def test_the_same_name_is_one_gift_whose_content_stays(lin: int, wang: int) -> None:
    await rich(lin)
    wish = GiftWish(points=20, words="节日快乐", card_slot="card:spring")
    gift = await send(lin, wish)
    assert (await send(lin, wish, uuid=gift.uuid, at=AT + DAY)).sent_at == gift.sent_at
    for other in (GiftWish(points=21), GiftWish(points=20), GiftWish()):
        with pytest.raises(Exception, match="key_reused"):
            await send(lin, other, uuid=gift.uuid)
    with pytest.raises(Exception, match="key_reused"):
        await send(wang, wish, uuid=gift.uuid)
    assert await available(lin) == 80
    await claimed(wang, gift)
    assert (await send(lin, wish, uuid=gift.uuid)).state.value == "claimed"


async def test_a_gift_of_another_is_like_none(lin: int, wang: int) -> None:
    await rich(lin)
    gift = await sent(lin, 10)
    with pytest.raises(Exception, match="no_such_gift"):
        await gifts.take_back(wang, gift.uuid, at=AT)
    with pytest.raises(Exception, match="no_such_gift"):
        await gifts.find(gift.uuid, member_id=wang, at=AT)
    assert await gifts.given_by(wang, at=AT) == []
    assert await gifts.claimed_by(wang, at=AT) == []
