"""What a little more in the cart would save."""

from datetime import UTC, datetime
from typing import Any

from loyalty.conditions import Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts import Discount
from loyalty.discounts.bundle import Bundle, Part
from loyalty.discounts.cheapest_item import CheapestItem
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.free_gift import FreeGift
from loyalty.discounts.percent import Percent
from loyalty.discounts.spend_ladder import SpendLadder, SpendStep
from loyalty.facts import CartLine, Case, Facts
from loyalty.quotes.arithmetic import Proposal, merged, priced
from loyalty.quotes.unlocking import unlocks

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)


def told(cart: dict[str, int], **offers: Discount) -> list[tuple[str, dict[str, Any], int | None]]:
    """Return what is unlocked: slot, what is missing, what is saved in all then. 100 yuan each."""
    lines = [CartLine(sku, "咖啡", "", quantity=n, price_fen=10_000) for sku, n in cart.items()]
    case = Case(Facts(1, AT), merged(lines))
    proposals = [Proposal(f"offer:{name}", 1, one) for name, one in offers.items()]
    found = unlocks(case, proposals, priced(case, proposals))
    return [(one.proposal.slot, dict(one.missing.figures), one.saved_fen) for one in found]


def over(fen: int) -> Conditions:
    return Conditions([MinSpend(fen=fen)])


def test_eighteen_yuan_more_for_fifteen_percent_off() -> None:
    (one,) = told({"A": 1}, more=Percent(percent=15, conditions=over(11_800)))
    assert one == ("offer:more", {"short_fen": 1_800, "wanted_fen": 11_800}, 1_770)


def test_what_would_save_no_more_than_what_counts_now_is_not_told() -> None:
    less = FenOff(fen=500, conditions=over(11_800))
    assert told({"A": 1}, fifth=Percent(percent=20), less=less) == []


def test_the_next_step_of_what_counts_already_is_told() -> None:
    ladder = SpendLadder(spend_steps=(SpendStep(10_000, 1_000), SpendStep(30_000, 5_000)))
    assert told({"A": 2}, ladder=ladder) == [
        ("offer:ladder", {"short_fen": 10_000, "wanted_fen": 30_000}, 5_000)
    ]


def test_one_more_for_half() -> None:
    assert told({"A": 1}, second=CheapestItem()) == [("offer:second", {"short": 1}, 5_000)]


def test_the_rest_of_a_set_and_a_gift_are_told_without_a_price_that_is_not_known() -> None:
    bundle = Bundle(parts=(Part("A"), Part("B")), fen=15_000)
    gift = FreeGift(gift_skus=("CUP",), spend_fen=10_000)
    assert sorted(told({"A": 1}, bundle=bundle, gift=gift), key=str) == [
        ("offer:bundle", {"sku": "B", "short": 1}, None),
        ("offer:gift", {"sku": "CUP"}, None),
    ]
    two_of_a = Bundle(parts=(Part("A", 2),), fen=15_000)
    assert told({"A": 1}, bundle=two_of_a) == [("offer:bundle", {"sku": "A", "short": 1}, 5_000)]


def test_what_a_fuller_cart_would_not_bring_is_not_told() -> None:
    gold = Percent(conditions=Conditions([TierAtLeast(rank=2), MinSpend(fen=11_800)]))
    ware = SpendLadder(categories=("器具",))
    assert told({"A": 1}, gold=gold, ware=ware) == []


def test_the_nearest_comes_first() -> None:
    far, near = FenOff(fen=6_000, conditions=over(30_000)), FenOff(fen=900, conditions=over(12_000))
    assert [slot for slot, _, _ in told({"A": 1}, far=far, near=near)] == [
        "offer:near",
        "offer:far",
    ]
