"""How much may be given and received: the published rule, under the giver's lock."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from loyalty import gifts, programme
from loyalty.calendar import SHANGHAI
from loyalty.errors import LoyaltyError, Refused
from loyalty.gifts import GiftWish
from loyalty.policies.card import Card
from loyalty.policies.gifts import Gifts
from tests.cast import DAY, JUNE_1
from tests.loyalty.gifts.scene import AT, available, claimed, refused, rich, sent, treat

SECOND = timedelta(seconds=1)


async def publish(**bounds: int) -> None:
    policy = Gifts(**{"member_for_days": 1, "held_for_days": 1, **bounds})
    await programme.publish("gifts", policy, starts_at=JUNE_1, by="test", at=JUNE_1)


async def told(member_id: int, points: int, *, at: datetime = AT) -> str:
    return await refused(member_id, GiftWish(points=points), at=at)


async def test_a_new_member_gives_nothing_until_her_days_are_over(lin: int) -> None:
    await publish(member_for_days=5)
    await rich(lin)
    opens = JUNE_1 + 5 * DAY
    assert await told(lin, 1, at=opens - SECOND) == "too_new_for_gifts"
    wish = GiftWish(coupon_uuid=await treat(lin))
    assert await refused(lin, wish, at=opens - SECOND) == "too_new_for_gifts"
    assert await told(lin, 1, at=opens) == "sent"


async def test_points_that_just_came_are_not_given_away_before_a_refund_can_ask_for_them(
    lin: int,
) -> None:
    await publish(held_for_days=10)
    await rich(lin)
    assert await told(lin, 1, at=JUNE_1 + 10 * DAY - SECOND) == "gift_points_too_new"
    assert await told(lin, 1, at=JUNE_1 + 10 * DAY) == "sent"


async def test_a_day_and_a_month_have_their_bounds_by_the_shanghai_calendar(lin: int) -> None:
    await publish(most_points_a_day=30, most_points_a_month=50)
    await rich(lin, 1000)
    evening = datetime(2026, 6, 29, 23, 59, 59, tzinfo=SHANGHAI)
    said = [await told(lin, points, at=evening) for points in (31, 30, 1)]
    assert said == ["gift_points_limit", "sent", "gift_points_limit"]
    said = [await told(lin, points, at=evening + SECOND) for points in (21, 20)]
    assert said == ["gift_points_limit", "sent"]
    assert await told(lin, 30, at=evening + DAY + SECOND) == "sent"


async def test_what_came_back_does_not_count(lin: int) -> None:
    await publish(most_points_a_day=30, most_gifts_a_day=1)
    await rich(lin, 1000)
    gift = await sent(lin, 30)
    assert await told(lin, 1) == "gifts_of_today_sent"
    await gifts.take_back(lin, gift.uuid, at=AT)
    assert await told(lin, 30) == "sent"


async def test_bounds_hold_for_gifts_at_once(lin: int) -> None:
    await publish(most_points_a_day=50)
    await rich(lin, 1000)
    said = Counter(await asyncio.gather(*(told(lin, 10) for _ in range(12))))
    assert said == {"sent": 5, "gift_points_limit": 7}
    assert await available(lin) == 950


async def test_one_account_does_not_collect_what_many_give(lin: int, wang: int) -> None:
    await publish(most_received_a_month=50)
    await rich(lin, 1000)
    waiting = [await sent(lin, 20) for _ in range(4)]
    said = Counter(await asyncio.gather(*(claimed(wang, gift) for gift in waiting)))
    assert said == {"claimed": 2, "received_points_limit": 2}
    assert await available(wang) == 40


async def test_no_gift_of_points_where_the_rule_says_none(lin: int) -> None:
    await publish(most_points_a_day=0)
    await rich(lin)
    assert await told(lin, 1) == "gift_points_limit"
    assert await refused(lin, GiftWish(coupon_uuid=await treat(lin))) == "sent"


@pytest.mark.parametrize("points", [0, -1, 10**13])
async def test_points_that_are_none_are_refused(lin: int, points: int) -> None:
    await rich(lin)
    assert await told(lin, points) in ("points_out_of_range", "not_enough_points")
    assert await available(lin) == 100


async def test_a_card_can_be_chosen_in_its_season_only(lin: int) -> None:
    await rich(lin)
    await programme.publish(
        "card:moon", Card(), starts_at=AT, ends_at=AT + DAY, by="test", at=JUNE_1
    )
    rules = await programme.load()
    slots = [
        [one.slot for one in gifts.in_season(rules, at=at)] for at in (AT - SECOND, AT, AT + DAY)
    ]
    assert slots == [["card:spring"], ["card:moon", "card:spring"], ["card:spring"]]
    for slot, at in (("card:moon", AT + DAY), ("card:none", AT), ("gifts", AT)):
        wish = GiftWish(points=1, card_slot=slot)
        assert await refused(lin, wish, at=at) == "no_such_card"
    assert await refused(lin, GiftWish(points=1, card_slot="card:moon")) == "sent"
    assert await available(lin) == 99


async def test_nothing_is_half_done_where_a_gift_is_refused(lin: int) -> None:
    await publish(most_points_a_day=10)
    await rich(lin)
    with pytest.raises(Refused, match="gift_points_limit"):
        await sent(lin, 11)
    with pytest.raises(LoyaltyError, match="no_such_gift"):
        await gifts.look("x", at=AT)
    assert await gifts.given_by(lin, at=AT) == []
    assert await available(lin) == 100
