"""An order earns by the tier that she had when she paid, whatever became of her since."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from loyalty import customers, programme, purchases, standing
from loyalty.earning import EarningRule
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.orders import IdentityRef, Order
from loyalty.outcomes import Fate
from loyalty.policies.tiers import GOLD, SILVER, Tier, Tiers
from models import HeldTier, Identity, Purchase, PurchaseState
from tests.cast import DAY, JUNE_1, LIN, NOVEMBER_22, WANG, line, order
from tests.loyalty.purchases.conftest import BEGAN_AT
from tests.loyalty.purchases.scene import adds_up, points_of, take

HOUR = timedelta(hours=1)
GOLD_DOUBLE = Multiplier(lane="tier", only_tiers=("gold",))


@pytest.fixture
async def gold_earns_double(brand: None) -> None:
    await published(gold=GOLD_DOUBLE)
    await programme.publish("tiers", Tiers(), starts_at=BEGAN_AT, by="t", at=JUNE_1)


pytestmark = pytest.mark.usefixtures("gold_earns_double")


async def published(**rules: EarningRule) -> None:
    for name, rule in rules.items():
        slot = f"earning:{name}"
        await programme.publish(slot, rule, starts_at=BEGAN_AT, by="t", at=JUNE_1)


async def derived(at: datetime) -> None:
    done = await standing.derive(at=at)
    await standing.forget(done.members)


def bought(
    number: str, yuan: int, paid_at: datetime, buyer: IdentityRef = WANG, **more: Any
) -> Order:
    return order(number, line(yuan * 100), paid_at=paid_at, buyer=(buyer,), **more)


async def reaches_gold(buyer: IdentityRef = WANG, *, at: datetime) -> None:
    """Let her buy so much that she is gold from a moment on."""
    await take(bought(f"{buyer.value}-gold", 2000, at - HOUR, buyer), at=at - HOUR)
    await derived(at)


async def id_of(buyer: IdentityRef) -> int:
    return (await Identity.get(value=buyer.value)).customer_id


async def earned(number: str) -> int:
    return (await Purchase.get(number=number)).points_earned


async def test_an_order_earns_by_the_tier_before_it_and_the_next_by_the_one_it_led_to() -> None:
    await reaches_gold(at=JUNE_1)
    assert await earned("wang-gold") == 2000
    assert (await take(bought("2", 100, JUNE_1), at=JUNE_1)).points == 200
    found = await Purchase.get(number="2")
    assert (found.tier, found.paid_as_id) == ("gold", await id_of(WANG))


async def test_an_order_that_comes_late_earns_by_the_tier_of_its_payment() -> None:
    await reaches_gold(at=JUNE_1)
    late = bought("2", 100, JUNE_1 - timedelta(microseconds=1))
    assert (await take(late, at=JUNE_1 + DAY)).points == 100
    on_time = bought("3", 100, JUNE_1)
    assert (await take(on_time, at=JUNE_1 + DAY)).points == 200


async def test_a_refund_or_amendment_long_after_goes_by_the_tier_of_the_payment() -> None:
    await reaches_gold(at=JUNE_1)
    await take(bought("2", 100, JUNE_1), at=JUNE_1)
    await take(bought("1", 100, JUNE_1 - DAY), at=JUNE_1)
    gold_back = order("wang-gold", line(2000_00, refunded_fen=2000_00), paid_at=JUNE_1 - HOUR)
    await take(gold_back, at=JUNE_1 + DAY)
    await derived(JUNE_1 + DAY)
    now = (
        await standing.facts_of(await id_of(WANG), at=JUNE_1 + DAY, rules=await programme.load())
    ).tier_rank
    assert now == 0

    half = order("2", line(100_00, refunded_fen=50_00), paid_at=JUNE_1)
    assert (await take(half, at=JUNE_1 + 2 * DAY)).points == -100
    more = order("2", line(130_00, refunded_fen=50_00), paid_at=JUNE_1, updated_at=NOVEMBER_22)
    known = order("2", line(100_00, refunded_fen=50_00), paid_at=JUNE_1, updated_at=JUNE_1)
    await take(known, at=NOVEMBER_22)
    assert (await take(more, at=NOVEMBER_22)).points == 60
    assert await earned("2") == 160
    assert await earned("1") == 100
    await adds_up()


async def test_an_order_told_again_after_she_rose_moves_nothing() -> None:
    await take(bought("1", 100, JUNE_1 - DAY), at=JUNE_1 - DAY)
    await reaches_gold(at=JUNE_1)
    (again,) = await purchases.record([bought("1", 100, JUNE_1 - DAY)], at=NOVEMBER_22)
    assert again.fate is Fate.ALREADY_DONE
    shipped = bought("1", 100, JUNE_1 - DAY, state=PurchaseState.SHIPPED)
    assert (await take(shipped, at=NOVEMBER_22)).points == 0


async def test_a_tier_that_fell_counts_until_the_moment_it_fell() -> None:
    await reaches_gold(at=JUNE_1)
    a_year_on = JUNE_1 + 370 * DAY
    await standing.changed([await id_of(WANG)])
    await derived(a_year_on)
    assert [one.tier for one in await HeldTier.all().order_by("since")] == ["gold", "basic"]
    before, after = a_year_on - HOUR, a_year_on + HOUR
    assert (await take(bought("2", 100, before), at=after)).points == 200
    assert (await take(bought("3", 100, after), at=after)).points == 100


async def test_whoever_never_rose_needs_no_history() -> None:
    await take(bought("1", 100, JUNE_1), at=JUNE_1)
    await derived(JUNE_1 + HOUR)
    assert await HeldTier.all().count() == 0
    assert (await Purchase.get(number="1")).tier == "basic"


async def test_an_order_of_nobody_gets_the_tier_of_its_payment_when_its_buyer_is_told() -> None:
    await reaches_gold(at=JUNE_1)
    nobodys = order("2", line(100_00), buyer=(), paid_at=JUNE_1 - DAY)
    await take(nobodys, at=JUNE_1)
    found = await Purchase.get(number="2")
    assert (found.tier, found.paid_as_id, found.points_earned) == (None, None, 0)
    told = bought("2", 100, JUNE_1 - DAY, state=PurchaseState.SHIPPED)
    assert (await take(told, at=JUNE_1 + DAY)).points == 100
    assert (await Purchase.get(number="2")).tier == "basic"


async def test_a_tier_by_another_code_since_is_no_tier_that_a_rule_names() -> None:
    await reaches_gold(at=JUNE_1)
    renamed = Tier("diamond", "钻石会员", "Diamond", 0)
    new = Tiers(tiers=(renamed, SILVER, GOLD))
    await programme.publish("tiers", new, starts_at=JUNE_1 + DAY, by="t", at=JUNE_1)
    assert (await take(bought("2", 100, JUNE_1 + 2 * DAY, LIN), at=NOVEMBER_22)).points == 100
    assert (await Purchase.get(number="2")).tier == "diamond"


async def merged(at: datetime) -> int:
    """Let lin be one with wang, who is gold."""
    return await customers.merge(
        await id_of(WANG), await id_of(LIN), evidence="test", by="test", at=at
    )


async def test_merged_an_order_earns_by_the_tier_of_whom_she_was_when_she_paid() -> None:
    await reaches_gold(at=JUNE_1)
    await take(bought("1", 100, JUNE_1, LIN), at=JUNE_1)
    merge_id = await merged(JUNE_1 + DAY)
    await derived(JUNE_1 + DAY + HOUR)
    wang, lin = await id_of(WANG), (await Purchase.get(number="1")).customer_id

    late = bought("2", 100, JUNE_1 + HOUR, LIN)  # paid before the merge
    assert (await take(late, at=JUNE_1 + 2 * DAY)).points == 100
    after = bought("3", 100, JUNE_1 + 2 * DAY, LIN)
    assert (await take(after, at=JUNE_1 + 2 * DAY)).points == 200
    found = {one.number: (one.customer_id, one.paid_as_id) for one in await Purchase.all()}
    assert [found[number] for number in "123"] == [(lin, lin), (lin, lin), (lin, wang)]

    await customers.unmerge(merge_id, by="test", at=JUNE_1 + 3 * DAY)
    await derived(JUNE_1 + 3 * DAY + HOUR)
    amended = bought("3", 100, JUNE_1 + 2 * DAY, LIN, state=PurchaseState.SHIPPED)
    assert (await take(amended, at=JUNE_1 + 4 * DAY)).points == 0
    between = bought("4", 100, JUNE_1 + 2 * DAY, LIN)  # paid as one, told when they are two again
    assert (await take(between, at=JUNE_1 + 4 * DAY)).points == 200
    parted = bought("5", 100, JUNE_1 + 4 * DAY, LIN)
    assert (await take(parted, at=JUNE_1 + 4 * DAY)).points == 100
    await adds_up()


async def test_a_merge_and_its_undoing_leave_what_caps_gave_as_it_was() -> None:
    await published(cap=Cap(most=100, per="day"))
    for number, buyer in (("1", WANG), ("2", LIN)):
        await take(bought(number, 100, JUNE_1, buyer), at=JUNE_1)
    merge_id = await merged(JUNE_1 + HOUR)
    for number, buyer in (("1", WANG), ("2", LIN)):
        shipped = bought(number, 100, JUNE_1, buyer, state=PurchaseState.SHIPPED)
        assert (await take(shipped, at=JUNE_1 + 2 * HOUR)).points == 0
    as_one = [("3", 3, WANG, 0), ("4", 3, LIN, 0), ("5", 24, LIN, 100), ("6", 25, WANG, 0)]
    for number, hours, buyer, points in as_one:
        one = bought(number, 100, JUNE_1 + hours * HOUR, buyer)
        assert (await take(one, at=JUNE_1 + DAY)).points == points
    await customers.unmerge(merge_id, by="test", at=JUNE_1 + 2 * DAY)
    back = order("5", line(100_00, refunded_fen=40_00), paid_at=JUNE_1 + DAY, buyer=(LIN,))
    assert (await take(back, at=JUNE_1 + 3 * DAY)).points == -40
    assert await earned("6") == 40  # they shared the room while they were one
    assert (await points_of("wang", at=JUNE_1 + 3 * DAY)).pending == 140
    assert (await points_of("lin", at=JUNE_1 + 3 * DAY)).pending == 160
    await adds_up()
