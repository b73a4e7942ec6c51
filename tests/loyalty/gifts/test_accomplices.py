"""Buy, give the points away, send the goods back: what two who do it together have in the end."""

import pytest

from loyalty import gifts, ledger, programme, scorecards
from loyalty.gifts import GiftWish
from loyalty.ledger import ClawBack, Earn, OnShortfall, Settle, Spend
from loyalty.policies.gifts import Gifts
from loyalty.policies.points import PointsPolicy
from models import Entry
from tests.cast import DAY, JUNE_1
from tests.loyalty.gifts.scene import AT, HOUR, claimed, refused, rich, sent

BOUGHT = "own_store:x:1:earn"
POINTS = 100


async def together(*members: int) -> int:
    """Return what they can spend between them, less what they owe."""
    found = (await ledger.balances(members, at=AT + 60 * DAY)).values()
    return sum(one.available + one.pending - one.debt for one in found)


async def gives_goods_back(member_id: int, policy: OnShortfall) -> int:
    """Give the whole order back; return how many points were written off."""
    posted = await ledger.record_one(
        ClawBack(
            member_id=member_id,
            key=f"{BOUGHT}:back",
            at=AT + 2 * HOUR,
            cause="purchase:1",
            points=POINTS,
            earn_key=BOUGHT,
            on_shortfall=policy,
        )
    )
    return posted.shortfall


async def bought(member_id: int) -> None:
    await ledger.record_one(
        Earn(member_id=member_id, key=BOUGHT, at=JUNE_1, points=POINTS, settles_at=JUNE_1)
    )


async def test_while_the_goods_can_be_sent_back_nothing_of_theirs_can_be_given_away(
    lin: int, wang: int
) -> None:
    window = PointsPolicy().return_window_days * DAY
    held = Gifts().held_for_days * DAY
    await programme.publish("gifts", Gifts(member_for_days=0), starts_at=JUNE_1, by="t", at=JUNE_1)
    await ledger.record_one(Earn(member_id=lin, key=BOUGHT, at=JUNE_1, points=POINTS))
    wish = GiftWish(points=1)
    assert await refused(lin, wish, at=JUNE_1 + window) == "not_enough_points"
    settled = JUNE_1 + window
    await ledger.record_one(
        Settle(member_id=lin, key=f"{BOUGHT}:settle", at=settled, earn_key=BOUGHT)
    )
    for late in (settled, settled + held - HOUR):
        assert await refused(lin, wish, at=late) == "gift_points_too_new"
    assert await gives_goods_back(lin, OnShortfall.CLAMP) == 0
    assert await together(lin, wang) == 0


@pytest.mark.parametrize("policy", list(OnShortfall))
async def test_given_away_first_they_have_together_what_was_written_off_and_no_more(
    lin: int, wang: int, policy: OnShortfall
) -> None:
    await bought(lin)
    assert await claimed(wang, await sent(lin, POINTS)) == "claimed"
    written_off = await gives_goods_back(lin, policy)
    assert written_off == (0 if policy is OnShortfall.DEBT else POINTS)
    assert await together(lin, wang) == written_off
    owed = (await ledger.balances([lin], at=AT + DAY))[lin].debt
    assert owed == POINTS - written_off, "she owes it; the friend keeps what she has"
    assert await ledger.verify() == []


async def test_what_a_friend_gives_her_pays_what_she_owes_first(lin: int, wang: int) -> None:
    await bought(lin)
    await ledger.record_one(Spend(member_id=lin, key="s", at=AT, points=POINTS))
    assert await gives_goods_back(lin, OnShortfall.DEBT) == 0
    await rich(wang)
    assert await claimed(lin, await sent(wang, POINTS)) == "claimed"
    hers = (await ledger.balances([lin], at=AT + DAY))[lin]
    assert (hers.available, hers.debt) == (0, 0)
    assert await together(lin, wang) == 0


async def test_what_comes_back_to_her_pays_what_she_owes_and_cannot_be_given_again(
    lin: int, wang: int
) -> None:
    await bought(lin)
    gift = await sent(lin, POINTS)
    assert await gives_goods_back(lin, OnShortfall.DEBT) == 0
    await gifts.take_back(lin, gift.uuid, at=AT + 3 * HOUR)
    balance = (await ledger.balances([lin], at=AT + DAY))[lin]
    assert (balance.available, balance.debt) == (0, 0)
    assert await refused(lin, GiftWish(points=1), at=AT + DAY) == "not_enough_points"
    assert await together(lin, wang) == 0


async def test_a_gift_is_not_counted_among_the_points_that_were_spent(lin: int, wang: int) -> None:
    await rich(lin)
    assert await claimed(wang, await sent(lin, 50)) == "claimed"
    await ledger.record_one(Spend(member_id=wang, key="tote", at=AT + HOUR, points=30))
    assert (await scorecards.today(at=AT + 2 * HOUR)).points_spent == (30, 0)
    assert await Entry.filter(kind="spend").count() == 2
