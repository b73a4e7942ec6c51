"""Below the brand's margin no price is cut: each line's floor, and the order's after those."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, combinations
from math import ceil
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import coupons, programme
from loyalty.budgets import Left
from loyalty.discounts import LANES, Cart, Discount
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.facts import CartLine, Case
from loyalty.policies import POLICIES
from loyalty.policies.margin import Margin
from loyalty.quotes.arithmetic import Proposal, priced
from models import CouponState, Product
from tests.loyalty.quotes.test_arithmetic import case, coupon, offer, refusals, slots
from tests.loyalty.quotes.test_kinds import CARTS, KINDS, stand_together
from tests.loyalty.store import AT, member, ordered, quoted, token
from tests.loyalty.store import coupon as in_hand


def item(sku: str, price_fen: int, cost_fen: int | None, quantity: int = 1) -> CartLine:
    return CartLine(sku, "", "", quantity=quantity, price_fen=price_fen, cost_fen=cost_fen)


HALF = Margin(least_line_percent=50)


def test_a_line_loses_no_more_than_leaves_its_margin() -> None:
    found = priced(
        case(item("A", 1_000, 450), item("B", 1_000, 10)),
        [offer("fifth", Percent(percent=20))],
        margin=HALF,
    )
    assert found.costs_fen == [900, 800]
    assert (found.applied[0].saved_fen, found.applied[0].cut_fen) == (300, 100)


def test_a_price_below_its_floor_is_neither_cut_nor_raised() -> None:
    found = priced(case(item("A", 1_000, 999)), [offer("fifth", Percent(percent=20))], margin=HALF)
    assert (found.total_fen, slots(found)) == (1_000, [])
    assert refusals(found) == {"offer:fifth": "goes_below_floor"}


def test_a_product_without_a_cost_has_the_margin_that_the_policy_says() -> None:
    half_off = [offer("half", Percent(percent=50))]
    unknown = case(item("A", 1_000, None))
    assert priced(unknown, half_off, margin=HALF).total_fen == 500
    tenth = Margin(least_line_percent=50, most_percent_without_cost=10)
    assert priced(unknown, half_off, margin=tenth).total_fen == 900
    nothing = Margin(most_percent_without_cost=0)
    assert refusals(priced(unknown, half_off, margin=nothing)) == {"offer:half": "goes_below_floor"}


def test_what_is_too_much_for_the_order_is_cut_from_the_last_lane_first() -> None:
    found = priced(
        case(item("A", 1_000, 600), item("B", 1_000, 100)),
        [offer("tenth", Percent(percent=10)), coupon("much", FenOff(fen=500))],
        margin=Margin(least_order_percent=50),
    )
    told = [(one.proposal.slot, one.saved_fen, one.cut_fen) for one in found.applied]
    assert told == [("offer:tenth", 200, 0), ("coupon:much", 400, 100)]
    assert found.total_fen == 1_400
    less = Margin(least_order_percent=65)
    wholly = priced(
        case(item("A", 1_000, 600), item("B", 1_000, 100)),
        [offer("tenth", Percent(percent=10, lane="goods")), coupon("late", FenOff(fen=900))],
        margin=less,
    )
    assert wholly.total_fen == 2_000
    assert refusals(wholly) == {
        "coupon:late": "goes_below_floor",
        "offer:tenth": "goes_below_floor",
    }


def test_the_orders_floor_leaves_alone_whose_cost_nobody_knows() -> None:
    found = priced(
        case(item("A", 1_000, 900), item("B", 1_000, None)),
        [offer("half", Percent(percent=50))],
        margin=Margin(least_order_percent=10),
    )
    assert found.costs_fen == [1_000, 500]


@pytest.mark.parametrize("field", ["least_line_percent", "least_order_percent"])
@pytest.mark.parametrize("percent", [0, 100, -1, 2.5, "9"])
def test_a_margin_that_makes_no_sense_is_refused_by_its_field(field: str, percent: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        POLICIES.decode("margin", {field: percent})


COSTS = st.one_of(st.none(), st.integers(0, 1_500), st.just(20_000))
LEFT = st.one_of(st.none(), st.integers(1, 3_000))
PERCENTS = st.one_of(st.none(), st.integers(1, 99))
MARGINS = st.builds(
    Margin,
    least_line_percent=PERCENTS,
    least_order_percent=PERCENTS,
    most_percent_without_cost=st.one_of(st.none(), st.integers(0, 100)),
)


def floor_of(line: CartLine, margin: Margin) -> int:
    if line.cost_fen is None:
        most = margin.most_percent_without_cost
        cut = 1 if most is None else Fraction(most, 100)
        return ceil(line.goods_fen * (1 - cut))
    return _least(line.cost_fen * line.quantity, margin.least_line_percent, line.goods_fen)


def _least(cost: int, percent: int | None, goods: int) -> int:
    return 0 if percent is None else min(goods, ceil(Fraction(cost * 100, 100 - percent)))


def order_short(lines: Cart, costs: Sequence[int], margin: Margin) -> int:
    """Return how much less than the order's floor its lines of known cost bring."""
    known = [
        (line, cost) for line, cost in zip(lines, costs, strict=True) if line.cost_fen is not None
    ]
    goods = sum(line.goods_fen for line, _ in known)
    spent = sum((line.cost_fen or 0) * line.quantity for line, _ in known)
    return max(0, _least(spent, margin.least_order_percent, goods) - sum(cost for _, cost in known))


def costs_with(lines: Cart, taken: Sequence[Proposal], margin: Margin) -> int | None:
    """Return what a choice costs; None where a budget has less left than one takes off."""
    costs = [line.goods_fen for line in lines]
    for lane in LANES:
        for one in taken:
            if one.lane == lane:
                per_line = one.discount.per_line(lines, costs)
                before = sum(costs)
                costs = [
                    max(cost - part, min(cost, floor_of(line, margin)))
                    for line, cost, part in zip(lines, costs, per_line, strict=True)
                ]
                if one.left.fen is not None and before - sum(costs) > one.left.fen:
                    return None
    return sum(costs) + order_short(lines, costs, margin)


@given(CARTS, st.lists(KINDS, max_size=5), MARGINS, st.data(), st.randoms(use_true_random=False))
def test_no_choice_within_floors_and_budgets_is_cheaper(
    lines: Cart, discounts: list[Discount], margin: Margin, data: st.DataObject, random: Random
) -> None:
    lines = tuple(msgspec.structs.replace(line, cost_fen=data.draw(COSTS)) for line in lines)
    proposals = [
        Proposal(f"offer:o{n}", n, one, left=Left(data.draw(LEFT)))
        for n, one in enumerate(discounts)
    ]
    found = priced(Case(case().facts, lines), proposals, margin=margin)
    subsets = chain.from_iterable(combinations(proposals, n) for n in range(len(proposals) + 1))
    assert found.is_exact
    costs = [costs_with(lines, taken, margin) for taken in subsets if stand_together(lines, taken)]
    assert found.total_fen == min(cost for cost in costs if cost is not None)
    for line, cost in zip(lines, found.costs_fen, strict=True):
        assert floor_of(line, margin) <= cost <= line.goods_fen
    assert order_short(lines, found.costs_fen, margin) == 0
    assert all(one.saved_fen and one.cut_fen >= 0 for one in found.applied)
    random.shuffle(proposals)
    assert priced(Case(case().facts, lines), proposals, margin=margin).applied == found.applied


@pytest.mark.usefixtures("store")
async def test_a_coupon_that_the_margin_leaves_nothing_of_stays_hers_and_no_cost_is_told() -> None:
    await Product.filter(sku="M-020").update(cost_fen=26_000)
    lin = await member()
    ten_off = await in_hand(lin)
    await programme.publish("margin", Margin(least_line_percent=5), starts_at=AT, by="t", at=AT)
    found = await quoted(lin, "M-020", coupon=ten_off)
    assert (found.shown.total_fen, found.shown.coupon, found.worths) == (26_900, None, ())
    told = {one.proposal.slot: one.refusal for one in found.declined}
    assert told["coupon:ten_off"].code == "goes_below_floor"
    assert told["coupon:ten_off"].figures == {}
    without = await quoted(lin, "M-020")
    codes = {one.proposal.coupon: one.refusal.code for one in without.declined}
    assert codes[ten_off] == "goes_below_floor", "she reads why it is not offered to her, too"
    await ordered(lin, token(found))
    assert (await coupons.find(ten_off, member_id=lin, at=AT)).state is CouponState.ISSUED


@pytest.mark.usefixtures("store")
async def test_what_the_margin_would_leave_nothing_of_is_not_held_out_to_her() -> None:
    await Product.filter(sku="B-330").update(cost_fen=9_400)
    lin = await member()
    ten_off = await in_hand(lin)
    before = await quoted(lin, "B-330", coupon=ten_off)
    assert [one.saved_fen for one in before.unlocks] == [1_500]
    await programme.publish("margin", Margin(least_line_percent=2), starts_at=AT, by="t", at=AT)
    assert (await quoted(lin, "B-330", coupon=ten_off)).unlocks == ()
