"""Each kind of discount on carts that show what it does, and all kinds against an oracle."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import programme
from loyalty.discounts import DISCOUNTS, LANES, Cart, Discount
from loyalty.discounts.bundle import Bundle, Part
from loyalty.discounts.buy_x_get_y import BuyXGetY
from loyalty.discounts.cheapest_item import CheapestItem
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.fixed_price import FixedPrice
from loyalty.discounts.free_gift import FreeGift
from loyalty.discounts.percent import Percent
from loyalty.discounts.spend_ladder import SpendLadder, SpendStep
from loyalty.discounts.volume_steps import VolumeStep, VolumeSteps
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case, Facts
from loyalty.quotes.arithmetic import Proposal, merged, priced
from loyalty.quotes.candidates import Shelf

programme.load_kinds()

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
PRICES = {"BEANS": 1_000, "CAPS": 999, "CUP": 500, "POT": 20_001, "TEA": 1, "NIL": 0}


def cart(**quantities: int) -> Cart:
    return merged(
        CartLine(sku, sku[0], "", quantity=quantity, price_fen=PRICES[sku])
        for sku, quantity in quantities.items()
    )


def off(discount: Discount, lines: Cart) -> dict[str, int]:
    """Return what a discount takes off each line of a cart."""
    assert discount.refusal(lines) is None
    per_line = discount.per_line(lines, [line.goods_fen for line in lines])
    return {line.sku: fen for line, fen in zip(lines, per_line, strict=True) if fen}


def missing(refusal: Refused | None) -> tuple[str, dict[str, Any]]:
    assert refusal is not None
    return refusal.code, dict(refusal.figures)


def test_goods_at_a_price_of_their_own() -> None:
    assert off(FixedPrice(fen=900), cart(BEANS=3, CUP=2)) == {"BEANS": 300}


def test_every_second_one_for_half_takes_the_cheapest() -> None:
    second_half = CheapestItem(of=2, percent=50)
    assert off(second_half, cart(BEANS=2, CAPS=1, CUP=2)) == {"CUP": 500}
    assert missing(second_half.refusal(cart(BEANS=1))) == ("quantity_short", {"short": 1})
    assert missing(second_half.next_step(cart(BEANS=3))) == ("quantity_short", {"short": 1})
    once = CheapestItem(of=2, percent=50, most_times=1)
    assert off(once, cart(CUP=6)) == {"CUP": 250}
    assert once.next_step(cart(CUP=6)) is None


def test_buy_two_get_one_of_the_same_goods() -> None:
    two_and_one = BuyXGetY()
    assert off(two_and_one, cart(BEANS=2, CUP=1)) == {"CUP": 500}
    assert off(two_and_one, cart(BEANS=7)) == {"BEANS": 2_000}
    assert missing(two_and_one.refusal(cart(BEANS=2))) == ("quantity_short", {"short": 1})


def test_buy_some_get_others() -> None:
    cup_with_beans = BuyXGetY(buy=2, get=1, get_skus=("CUP",), skus=("BEANS",))
    assert off(cup_with_beans, cart(BEANS=5, CUP=3)) == {"CUP": 1_000}
    assert missing(cup_with_beans.refusal(cart(BEANS=2))) == ("gift_not_in_cart", {"sku": "CUP"})
    assert missing(cup_with_beans.refusal(cart(CUP=2))) == ("quantity_short", {"short": 2})
    assert missing(cup_with_beans.refusal(cart(POT=1))) == ("no_goods_for_discount", {})


def test_the_more_units_the_more_percent() -> None:
    steps = VolumeSteps(volume_steps=(VolumeStep(3, 10), VolumeStep(5, 20)))
    assert missing(steps.refusal(cart(BEANS=2))) == ("quantity_short", {"short": 1})
    assert off(steps, cart(BEANS=2, CUP=1)) == {"BEANS": 200, "CUP": 50}
    assert missing(steps.next_step(cart(BEANS=4))) == ("quantity_short", {"short": 1})
    assert off(steps, cart(BEANS=6)) == {"BEANS": 1_200}
    assert steps.next_step(cart(BEANS=5)) is None


def test_the_more_is_spent_the_more_off() -> None:
    ladder = SpendLadder(spend_steps=(SpendStep(2_000, 300), SpendStep(5_000, percent=20)))
    assert missing(ladder.refusal(cart(BEANS=1))) == (
        "min_spend_not_met",
        {"short_fen": 1_000, "wanted_fen": 2_000},
    )
    assert off(ladder, cart(BEANS=2)) == {"BEANS": 300}
    assert off(ladder, cart(BEANS=5)) == {"BEANS": 1_000}
    assert missing(ladder.next_step(cart(BEANS=3)))[1]["short_fen"] == 2_000
    again = SpendLadder(spend_steps=(SpendStep(3_000, 500),), repeats=True)
    assert off(again, cart(BEANS=7)) == {"BEANS": 1_000}
    assert missing(again.next_step(cart(BEANS=7)))[1]["short_fen"] == 2_000


def test_a_set_costs_less_together_as_often_as_it_is_whole() -> None:
    bundle = Bundle(parts=(Part("BEANS", 2), Part("CUP")), fen=2_000)
    assert off(bundle, cart(BEANS=5, CUP=2, POT=1)) == {"BEANS": 800, "CUP": 200}
    assert missing(bundle.refusal(cart(BEANS=2))) == (
        "bundle_incomplete",
        {"sku": "CUP", "short": 1},
    )
    assert missing(bundle.next_step(cart(BEANS=2, CUP=3)))[1] == {"sku": "BEANS", "short": 2}
    assert missing(Bundle().refusal(cart(BEANS=1))) == ("no_goods_for_discount", {})
    dear = Bundle(parts=(Part("CUP"),), fen=9_900)
    assert off(dear, cart(CUP=1)) == {}


def test_a_gift_is_free_once_enough_is_spent_on_the_rest() -> None:
    gift = FreeGift(gift_skus=("CUP",), spend_fen=3_000)
    assert off(gift, cart(BEANS=3, CUP=2)) == {"CUP": 500}
    assert missing(gift.refusal(cart(BEANS=2, CUP=2)))[1]["short_fen"] == 1_000
    assert missing(gift.refusal(cart(BEANS=3))) == ("gift_not_in_cart", {"sku": "CUP"})
    assert missing(FreeGift().refusal(cart(BEANS=9)))[0] == "no_goods_for_discount"


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("volume_steps", {"volume_steps": [{"quantity": 3, "percent": 9}] * 2}, "volume_steps"),
        (
            "volume_steps",
            {"volume_steps": [{"quantity": 2, "percent": 9}, {"quantity": 3, "percent": 5}]},
            "volume_steps",
        ),
        ("volume_steps", {"volume_steps": []}, "volume_steps"),
        ("spend_ladder", {"spend_steps": [{"spend_fen": 100}]}, "off_fen"),
        (
            "spend_ladder",
            {"spend_steps": [{"spend_fen": 9, "off_fen": 1, "percent": 1}]},
            "off_fen",
        ),
        (
            "spend_ladder",
            {"spend_steps": [{"spend_fen": 100, "percent": 5}], "repeats": True},
            "repeats",
        ),
        ("bundle", {"parts": [{"sku": "A"}, {"sku": "A", "quantity": 2}]}, "parts"),
        ("cheapest_item", {"of": 1}, "of"),
        ("buy_x_get_y", {"percent": 101}, "percent"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_field(
    kind: str, body: dict[str, Any], field: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        DISCOUNTS.decode(kind, body)


SKUS = st.sampled_from(sorted(PRICES))
CARTS = st.dictionaries(SKUS, st.integers(1, 7), min_size=1, max_size=5).map(
    lambda quantities: cart(**quantities)
)
SCOPES = st.fixed_dictionaries(
    {}, optional={"skus": st.lists(SKUS, min_size=1, max_size=2).map(tuple)}
)
PERCENT = st.integers(1, 100)
LANE = st.sampled_from([*LANES, None])
TIMES = st.one_of(st.none(), st.integers(1, 2))


def made(kind: type[Discount], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Discount]:
    return st.builds(lambda scope, **more: kind(**scope, **more), SCOPES, lane=LANE, **fields)


VOLUME = st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True).map(
    lambda found: tuple(VolumeStep(n, 10 + n) for n in sorted(found))
)
LADDER = st.lists(st.integers(1, 30_000), min_size=1, max_size=3, unique=True).map(
    lambda found: tuple(SpendStep(n, 1 + n // 9) for n in sorted(found))
)
PARTS = st.dictionaries(SKUS, st.integers(1, 2), max_size=3).map(
    lambda found: tuple(Part(sku, quantity) for sku, quantity in found.items())
)
GIFTS = st.lists(SKUS, max_size=2).map(tuple)
KINDS = st.one_of(
    made(Percent, percent=PERCENT),
    made(FenOff, fen=st.integers(1, 9_999)),
    made(FixedPrice, fen=st.integers(0, 1_200)),
    made(CheapestItem, of=st.integers(2, 4), percent=PERCENT, most_times=TIMES),
    made(
        BuyXGetY,
        buy=st.integers(1, 3),
        get=st.integers(1, 2),
        percent=PERCENT,
        get_skus=GIFTS,
        most_times=TIMES,
    ),
    made(VolumeSteps, volume_steps=VOLUME),
    made(SpendLadder, spend_steps=LADDER, repeats=st.booleans()),
    made(Bundle, parts=PARTS, fen=st.integers(0, 3_000), most_times=TIMES),
    made(FreeGift, gift_skus=GIFTS, spend_fen=st.integers(0, 3_000)),
)


def costs_after(discount: Discount, lines: Cart, costs: Sequence[int]) -> int:
    return sum(costs) - sum(discount.per_line(lines, list(costs)))


@given(KINDS, CARTS, st.data())
def test_who_pays_less_before_pays_no_more_after_and_saves_no_more(
    discount: Discount, lines: Cart, data: st.DataObject
) -> None:
    if discount.refusal(lines):
        return
    more = [data.draw(st.integers(0, line.goods_fen)) for line in lines]
    less = [data.draw(st.integers(0, cost)) for cost in more]
    for costs in (more, less):
        per_line = discount.per_line(lines, list(costs))
        assert all(0 <= part <= cost for part, cost in zip(per_line, costs, strict=True))
        touched = [discount.touches(line) for line in lines]
        assert all(touch or not part for touch, part in zip(touched, per_line, strict=True))
    assert costs_after(discount, lines, less) <= costs_after(discount, lines, more)
    assert sum(discount.per_line(lines, less)) <= sum(discount.per_line(lines, more))


@given(KINDS, CARTS, st.data())
def test_what_a_discount_takes_off_hangs_on_no_line_but_those_that_it_touches(
    discount: Discount, lines: Cart, data: st.DataObject
) -> None:
    shelf = Shelf(lines)
    assert shelf.touched(discount) == concerned(discount, lines)
    one = shelf.candidate(discount, left_fen=None)
    refusal = discount.refusal(lines)
    if isinstance(one, Refused):
        assert refusal is not None
        assert missing(one) == missing(refusal)
        return
    assert refusal is None
    costs = [data.draw(st.integers(0, line.goods_fen)) for line in lines]
    whole = discount.per_line(lines, list(costs))
    for _ in range(2):
        assert one.off(costs) == tuple(whole[place] for place in one.places)


@given(KINDS, CARTS)
def test_what_is_said_to_be_missing_is_what_is_missing(discount: Discount, lines: Cart) -> None:
    refusal = discount.refusal(lines)
    if refusal is None or refusal.code != "quantity_short":
        return
    short, counted = refusal.figures["short"], [line for line in lines if discount.counts(line)]
    assert isinstance(short, int)
    if not counted:
        return
    for missing_still in (1, 0):
        filled = tuple(
            msgspec.structs.replace(line, quantity=line.quantity + short - missing_still)
            if line is counted[0]
            else line
            for line in lines
        )
        now = discount.refusal(filled)
        assert (now is not None and now.code == "quantity_short") == bool(missing_still)


def cheapest(lines: Cart, proposals: Sequence[Proposal]) -> int:
    """Try all that may stand together, each in turn, and return what the cheapest cart costs."""
    subsets = chain.from_iterable(
        combinations(proposals, size) for size in range(len(proposals) + 1)
    )
    return min(costs_with(lines, taken) for taken in subsets if stand_together(lines, taken))


def concerned(discount: Discount, lines: Cart) -> int:
    return sum(1 << place for place, line in enumerate(lines) if discount.touches(line))


def stand_together(lines: Cart, taken: Iterable[Proposal]) -> bool:
    used: dict[str, int] = {}
    for one in taken:
        bits = concerned(one.discount, lines)
        if used.get(one.lane, 0) & bits or one.discount.refusal(lines):
            return False
        used[one.lane] = used.get(one.lane, 0) | bits
    return True


def costs_with(lines: Cart, taken: Sequence[Proposal]) -> int:
    costs = [line.goods_fen for line in lines]
    for lane in LANES:
        for one in taken:
            if one.lane == lane:
                per_line = one.discount.per_line(lines, costs)
                costs = [cost - part for cost, part in zip(costs, per_line, strict=True)]
    return sum(costs)


@given(CARTS, st.lists(KINDS, max_size=6))
def test_no_choice_of_all_that_may_stand_together_is_cheaper(
    lines: Cart, discounts: list[Discount]
) -> None:
    proposals = [Proposal(f"offer:o{n}", n, one) for n, one in enumerate(discounts)]
    found = priced(Case(Facts(1, AT), lines), proposals)
    assert found.is_exact
    assert found.total_fen == cheapest(lines, proposals)
    assert found.total_fen == costs_with(lines, [one.proposal for one in found.applied])
