"""What a cart costs: to the fen, whatever the order of its lines and discounts."""

from datetime import UTC, datetime
from itertools import permutations
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from loyalty.conditions import Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts import Discount
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.facts import CartLine, Case, Facts
from loyalty.quotes.arithmetic import Priced, Proposal, merged, priced

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
COFFEE, WARE = "咖啡", "器具"


def item(sku: str, price_fen: int, quantity: int = 1, category: str = COFFEE) -> CartLine:
    return CartLine(sku, category, "", quantity=quantity, price_fen=price_fen)


def case(*lines: CartLine, **facts: Any) -> Case:
    return Case(Facts(1, AT, **facts), merged(lines))


def offer(name: str, discount: Discount) -> Proposal:
    return Proposal(f"offer:{name}", 1, discount)


def coupon(name: str, discount: Discount) -> Proposal:
    return Proposal(f"coupon:{name}", 2, discount, coupon=UUID(int=sum(name.encode())))


def slots(found: Priced) -> list[str]:
    return [one.proposal.slot for one in found.applied]


def refusals(found: Priced) -> dict[str, str]:
    return {one.proposal.slot: one.refusal.code for one in found.declined}


def test_three_discounted_lines_of_999_fen_sum_to_the_fen() -> None:
    lines = [item("A", 999), item("B", 999), item("C", 999)]
    found = priced(case(*lines), [offer("ten", Percent(percent=10))])
    assert found.applied[0].saved_fen == 299  # 10 % of 2997, rounded down once
    assert sorted(found.applied[0].per_line, reverse=True) == [100, 100, 99]
    assert (found.costs_fen, found.total_fen) == ([899, 899, 900], 2698)


def test_all_of_it_off_costs_nothing() -> None:
    found = priced(case(item("A", 999, 3), item("B", 1)), [offer("all", Percent(percent=100))])
    assert (found.total_fen, found.costs_fen) == (0, [0, 0])


def test_more_off_than_the_cart_costs_leaves_nothing_negative() -> None:
    found = priced(case(item("A", 500), item("B", 700)), [coupon("big", FenOff(fen=100_000))])
    assert found.costs_fen == [0, 0]
    assert found.applied[0].saved_fen == 1200


def test_within_a_lane_the_better_one_applies_and_the_other_says_so() -> None:
    offers = [offer("small", Percent(percent=5)), offer("large", Percent(percent=8))]
    found = priced(case(item("A", 10_000)), offers)
    assert slots(found) == ["offer:large"]
    assert refusals(found) == {"offer:small": "better_discount_applies"}


def test_a_coupon_is_taken_off_what_the_offer_has_left() -> None:
    found = priced(
        case(item("A", 10_000)),
        [coupon("fifth", Percent(percent=20)), offer("half", Percent(percent=50))],
    )
    assert slots(found) == ["offer:half", "coupon:fifth"]
    assert [one.saved_fen for one in found.applied] == [5000, 1000]


def test_a_coupon_in_the_lane_of_offers_competes_with_them() -> None:
    found = priced(
        case(item("A", 10_000)),
        [coupon("fifth", Percent(percent=20, lane="offer")), offer("half", Percent(percent=50))],
    )
    assert slots(found) == ["offer:half"]
    assert refusals(found) == {"coupon:fifth": "better_discount_applies"}


def test_the_best_of_all_combinations_counts_not_the_best_first_step() -> None:
    everything_off_beans = coupon("beans", Percent(percent=100, skus=("BEANS",)))
    found = priced(
        case(item("BEANS", 1000), item("POT", 1000, category=WARE)),
        [
            offer("beans", FenOff(fen=300, skus=("BEANS",))),
            offer("pot", FenOff(fen=200, skus=("POT",))),
            everything_off_beans,
        ],
    )
    assert slots(found) == ["offer:pot", "coupon:beans"]
    assert (found.total_fen, found.is_exact) == (800, True)


def test_a_refusal_says_how_much_is_missing() -> None:
    ten_off = FenOff(fen=1000, conditions=Conditions([MinSpend(fen=10_000)]))
    found = priced(case(item("A", 8200)), [coupon("ten_off", ten_off)])
    (declined,) = found.declined
    assert (declined.refusal.code, declined.refusal.figures["short_fen"]) == (
        "min_spend_not_met",
        1800,
    )


def test_what_is_for_other_goods_or_members_says_so() -> None:
    found = priced(
        case(item("A", 8200)),
        [
            offer("pots", Percent(categories=(WARE,))),
            offer("gold", Percent(conditions=Conditions([TierAtLeast(rank=2)]))),
            offer("spent", Percent(percent=100)),
            coupon("late", FenOff(fen=100)),
        ],
    )
    assert refusals(found) == {
        "offer:pots": "no_goods_for_discount",
        "offer:gold": "tier_too_low",
        "coupon:late": "nothing_left_to_discount",
    }


def test_lines_of_one_sku_are_one_line() -> None:
    assert merged([item("B", 5), item("A", 7, 2), item("B", 5, 3)]) == (
        item("A", 7, 2),
        item("B", 5, 4),
    )


def test_of_one_lane_each_line_takes_its_own() -> None:
    found = priced(
        case(item("A", 10_000), item("POT", 5_000, category=WARE)),
        [
            offer("coffee", Percent(percent=10, categories=(COFFEE,))),
            offer("ware", Percent(percent=20, categories=(WARE,))),
            offer("whole", Percent(percent=12)),
        ],
    )
    assert slots(found) == ["offer:coffee", "offer:ware"]
    assert found.total_fen == 13_000
    assert refusals(found) == {"offer:whole": "better_discount_applies"}


def test_more_than_can_be_followed_is_said_to_be_not_exact() -> None:
    lines = [item(f"S{n}", 1_000 + n) for n in range(12)]
    pairs = [(f"S{n}", f"S{(n * 5 + 1) % 12}") for n in range(12)]
    offers = [offer(f"o{n}", FenOff(fen=300 + n, skus=pair)) for n, pair in enumerate(pairs)]
    exact = priced(case(*lines), offers)
    assert exact.is_exact
    hasty = priced(case(*lines), offers, most_looks=40)
    assert not hasty.is_exact
    assert exact.total_fen <= hasty.total_fen < hasty.goods_fen


SKUS = st.sampled_from(["A", "B", "C", "D"])
LINES = st.lists(
    st.builds(
        lambda sku, quantity: item(
            sku,
            {"A": 999, "B": 1, "C": 0, "D": 26_900}[sku],
            quantity,
            COFFEE if sku < "C" else WARE,
        ),
        SKUS,
        st.integers(1, 99),
    ),
    min_size=1,
    max_size=6,
)
SCOPES = st.sampled_from([{}, {"skus": ("A",)}, {"categories": (WARE,)}, {"skus": ("none",)}])
DISCOUNTS = st.one_of(
    st.builds(lambda p, scope: Percent(percent=p, **scope), st.integers(1, 100), SCOPES),
    st.builds(lambda f, scope: FenOff(fen=f, **scope), st.integers(1, 10_000), SCOPES),
)
OFFERS = st.lists(DISCOUNTS, max_size=3)


def proposals(offers: list[Discount], coupons: list[Discount]) -> list[Proposal]:
    return [offer(f"o{n}", one) for n, one in enumerate(offers)] + [
        coupon(f"c{n}", one) for n, one in enumerate(coupons)
    ]


@given(LINES, OFFERS, OFFERS, st.randoms(use_true_random=False))
def test_any_cart_adds_up_and_does_not_depend_on_the_order_of_what_comes_in(
    lines: list[CartLine], offers: list[Discount], coupons: list[Discount], random: Random
) -> None:
    given_ = proposals(offers, coupons)
    found = priced(case(*lines), given_)
    assert all(cost >= 0 for cost in found.costs_fen)
    saved = sum(one.saved_fen for one in found.applied)
    assert found.goods_fen - saved == found.total_fen == sum(found.costs_fen)
    assert found.goods_fen == sum(line.goods_fen for line in lines)
    told = {one.proposal.slot for one in (*found.applied, *found.declined)}
    assert told == {one.slot for one in given_}
    random.shuffle(lines)
    random.shuffle(given_)
    again = priced(case(*lines), given_)
    assert (again.cart, again.applied, again.total_fen) == (
        found.cart,
        found.applied,
        found.total_fen,
    )


@given(LINES, OFFERS, OFFERS)
def test_no_legal_combination_saves_more(
    lines: list[CartLine], offers: list[Discount], coupons: list[Discount]
) -> None:
    found = priced(case(*lines), proposals(offers, coupons))
    for one in [None, *offers]:
        for other in [None, *coupons]:
            costs = [line.goods_fen for line in found.cart]
            for discount in (one, other):
                if discount is not None:
                    parts = discount.per_line(found.cart, costs)
                    costs = [cost - part for cost, part in zip(costs, parts, strict=True)]
            assert found.total_fen <= sum(costs)


def test_every_order_of_five_discounts_gives_the_same_answer() -> None:
    lines = case(item("A", 999, 3), item("B", 333), item("D", 26_900, category=WARE))
    given_ = [
        offer("a", Percent(percent=7)),
        offer("b", FenOff(fen=500)),
        offer("c", Percent(percent=30, categories=(WARE,))),
        coupon("x", FenOff(fen=999)),
        coupon("y", Percent(percent=12)),
    ]
    answers = {
        (tuple(slots(found)), tuple(found.costs_fen))
        for found in (priced(lines, order) for order in permutations(given_))
    }
    assert len(answers) == 1
