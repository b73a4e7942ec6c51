"""A member's own boost: what she pays for within its days earns more, whatever comes later."""

from datetime import datetime, timedelta

import pytest

from loyalty import boosts, customers, programme, purchases
from loyalty.boosts import Boosted, Grant
from loyalty.earning import EARNING
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.orders import IdentityRef, Order
from models import Boost, Entry, Purchase
from tests.cast import DAY, JUNE_1, LIN, WANG, line, order
from tests.loyalty.ledger.test_cost import statements_counted
from tests.loyalty.purchases.conftest import BEGAN_AT, brand
from tests.loyalty.purchases.scene import adds_up, take

__all__ = ["brand"]

pytestmark = pytest.mark.usefixtures("brand")

HOUR = timedelta(hours=1)
WEEK = 7 * DAY


async def met(who: IdentityRef, *, at: datetime = JUNE_1) -> int:
    return await customers.meet(customers.Buyer((who,)), at=at, through="test")


async def given(
    member_id: int, *, times: int = 200, at: datetime = JUNE_1, key: str = "friends:1"
) -> None:
    rules = await programme.load()
    (rule,) = rules.of(EARNING, at)[:1]
    await boosts.give(
        [Grant(key, member_id, times, at, at + WEEK, "referral", rule.version_id)], at=at
    )


async def bought(number: str, yuan: int, paid_at: datetime, buyer: IdentityRef = WANG) -> int:
    await take(order(number, line(yuan * 100), paid_at=paid_at, buyer=(buyer,)), at=paid_at)
    return (await Purchase.get(number=number)).points_earned


async def test_what_she_pays_within_its_days_earns_twice() -> None:
    wang = await met(WANG, at=JUNE_1 - DAY)
    await given(wang)
    assert await bought("before", 100, JUNE_1 - timedelta(microseconds=1)) == 100
    assert await bought("first", 100, JUNE_1) == 200
    assert await bought("last", 100, JUNE_1 + WEEK - timedelta(microseconds=1)) == 200
    assert await bought("after", 100, JUNE_1 + WEEK) == 100
    assert await bought("another's", 100, JUNE_1 + DAY, LIN) == 100
    await adds_up()


async def test_the_entry_says_which_boost_gave_what() -> None:
    wang = await met(WANG)
    await given(wang, times=150)
    await bought("1", 99, JUNE_1 + HOUR)
    entry = await Entry.get(kind="earn")
    assert isinstance(entry.breakdown, dict)
    usual, more = entry.breakdown["rules"]
    assert (usual["points"], "boost" in usual) == (99, False)
    assert (more["points"], more["lines"], more["boost"]) == (49, [49], (await Boost.get()).id)


async def test_boosts_add_to_multipliers_and_the_largest_of_hers_counts() -> None:
    await programme.publish("earning:day", Multiplier(), starts_at=BEGAN_AT, by="t", at=JUNE_1)
    wang = await met(WANG)
    await given(wang, times=150, key="a")
    await given(wang, times=200, key="b")
    assert await bought("1", 100, JUNE_1 + HOUR) == 300


async def test_a_cap_counts_what_a_boost_gave_too() -> None:
    cap = Cap(most=150, per="day")
    await programme.publish("earning:cap", cap, starts_at=BEGAN_AT, by="t", at=JUNE_1)
    wang = await met(WANG)
    await given(wang)
    assert await bought("2", 60, JUNE_1 + 2 * HOUR) == 120
    assert await bought("3", 60, JUNE_1 + 3 * HOUR) == 30
    assert await bought("1", 60, JUNE_1 + HOUR) == 120, "what was paid first has the room"
    assert (await Purchase.get(number="2")).points_earned == 30
    assert (await Purchase.get(number="3")).points_earned == 0
    await adds_up()


async def test_given_twice_it_is_one_and_does_not_grow() -> None:
    wang = await met(WANG)
    await given(wang, times=200)
    await given(wang, times=900)
    assert await bought("1", 100, JUNE_1 + HOUR) == 200


async def test_ended_it_counts_for_no_later_order_and_leaves_the_earlier_ones() -> None:
    wang = await met(WANG)
    await given(wang)
    assert await bought("1", 100, JUNE_1 + HOUR) == 200
    await boosts.end(["friends:1"], at=JUNE_1 + DAY)
    await boosts.end(["friends:1"], at=JUNE_1 + 2 * DAY)
    assert (await Boost.get()).ended_at == JUNE_1 + DAY
    assert await bought("2", 100, JUNE_1 + DAY) == 100
    assert await bought("late", 100, JUNE_1 + 2 * HOUR) == 200, "paid before, told after"
    refunded = order(
        "1", line(100_00, refunded_fen=50_00), paid_at=JUNE_1 + HOUR, updated_at=JUNE_1 + 2 * DAY
    )
    await take(refunded, at=JUNE_1 + 2 * DAY)
    assert (await Purchase.get(number="1")).points_earned == 100
    await adds_up()


async def test_of_two_who_are_one_each_brings_hers_and_parted_takes_it_along() -> None:
    wang, lin = await met(WANG), await met(LIN)
    await given(lin)
    merge_id = await customers.merge(wang, lin, evidence="test", by="test", at=JUNE_1 + DAY)
    assert await bought("apart", 100, JUNE_1 + HOUR) == 100, "paid before they were one"
    assert await bought("one", 100, JUNE_1 + 2 * DAY) == 200
    await customers.unmerge(merge_id, by="test", at=JUNE_1 + 3 * DAY)
    assert await bought("hers", 100, JUNE_1 + 4 * DAY, LIN) == 200
    assert await bought("other", 100, JUNE_1 + 4 * DAY) == 100
    refunded = order(
        "one", line(100_00, refunded_fen=50_00), paid_at=JUNE_1 + 2 * DAY, updated_at=JUNE_1 + WEEK
    )
    await take(refunded, at=JUNE_1 + WEEK)
    assert (await Purchase.get(number="one")).points_earned == 100, "as it stood when she paid"
    await adds_up()


async def test_she_reads_what_she_has_now() -> None:
    wang = await met(WANG)
    assert await boosts.boosted(wang, at=JUNE_1, rules=await programme.load()) is None
    await given(wang)
    rules = await programme.load()
    now = await boosts.boosted(wang, at=JUNE_1, rules=rules)
    assert now == Boosted(200, JUNE_1 + WEEK)
    assert await boosts.boosted(wang, at=JUNE_1 + WEEK, rules=rules) is None
    assert await boosts.boosted(await met(LIN), at=JUNE_1, rules=rules) is None


async def test_a_quote_counts_it() -> None:
    wang = await met(WANG)
    await given(wang)
    quoted = order("", line(100_00), paid_at=JUNE_1 + HOUR)
    rules = await programme.load()
    assert await purchases.would_earn(quoted, wang, tier="", rules=rules) == 200


async def test_a_batch_asks_once_for_boosts_and_not_at_all_where_nobody_has_one() -> None:
    def batch(name: str, many: int) -> list[Order]:
        return [order(f"{name}{i}", line(30_00), paid_at=JUNE_1 + HOUR) for i in range(many)]

    wang = await met(WANG)
    await purchases.record(batch("warm", 2), at=JUNE_1 + HOUR)
    counts = []
    for name, many in (("none", 4), ("few", 4), ("many", 40)):
        if name == "few":
            await given(wang)
        async with statements_counted() as sent:
            await purchases.record(batch(name, many), at=JUNE_1 + HOUR)
        counts.append((sum("FROM hers CROSS JOIN LATERAL" in one for one in sent), len(sent)))
    (none, _), (few, of_few), (of_boosts, of_many) = counts
    assert (none, few, of_boosts) == (0, 1, 1)
    assert of_few == of_many
    assert {one.points_earned for one in await Purchase.filter(number__startswith="many")} == {60}
