"""What a rule says to members, in both languages."""

import pytest

from loyalty import programme
from loyalty.codes import grouped, typed
from loyalty.conditions import CONDITIONS, Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.discounts.bundle import Bundle
from loyalty.discounts.buy_x_get_y import BuyXGetY
from loyalty.discounts.cheapest_item import CheapestItem
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.fixed_price import FixedPrice
from loyalty.discounts.free_gift import FreeGift
from loyalty.discounts.percent import Percent
from loyalty.discounts.spend_ladder import SpendLadder, SpendStep
from loyalty.discounts.volume_steps import VolumeSteps
from loyalty.policies.tiers import Tiers
from loyalty.wording import yuan

programme.load_kinds()


@pytest.mark.parametrize(
    ("discount", "zh", "en"),
    [
        (Percent(percent=20), "8 折", "20% off"),
        (Percent(percent=15), "8.5 折", "15% off"),
        (Percent(percent=95), "0.5 折", "95% off"),
        (Percent(percent=100), "免费", "Free"),
        (FenOff(fen=1000), "减 10 元", "¥10 off"),
        (FenOff(fen=950), "减 9.50 元", "¥9.50 off"),
        (FenOff(fen=5), "减 0.05 元", "¥0.05 off"),
        (FixedPrice(fen=9900), "每件 99 元", "¥99 each"),
        (CheapestItem(), "每 2 件，最低价一件 5 折", "Cheapest of 2: 50% off"),
        (BuyXGetY(), "买 2 送 1", "Buy 2, get 1 free"),
        (BuyXGetY(percent=50), "买 2 件，另 1 件 5 折", "Buy 2, get 1 more 50% off"),
        (VolumeSteps(), "满 2 件 9.5 折，满 3 件 9 折", "2 or more: 5% off, 3 or more: 10% off"),
        (
            SpendLadder(),
            "满 300 元 减 30 元，满 500 元 减 60 元",
            "¥300 or more: ¥30 off, ¥500 or more: ¥60 off",
        ),
        (
            SpendLadder(spend_steps=(SpendStep(30_000, 5_000),), repeats=True),
            "每满 300 元 减 50 元",
            "Each ¥300: ¥50 off",
        ),
        (Bundle(), "组合价 199 元", "Together ¥199"),
        (FreeGift(), "满 200 元赠 1 件", "1 free with ¥200 or more"),
    ],
)
def test_what_a_discount_takes_off_reads_as_people_say_it(
    discount: Discount, zh: str, en: str
) -> None:
    assert (discount.worth().zh, discount.worth().en) == (zh, en)


def test_a_discount_says_what_it_is_for() -> None:
    discount = Percent(
        categories=("咖啡", "器具"),
        conditions=Conditions([MinSpend(fen=12_850), TierAtLeast(rank=2), TierAtLeast(rank=20)]),
    )
    told = discount.wordings(Tiers())
    assert [one.zh for one in told] == [
        "限咖啡、器具",
        "满 128.50 元可用",
        "限金卡会员及以上",
        "限金卡会员及以上",
    ]
    assert told[2].en == "For Gold members and above"


@pytest.mark.parametrize("kind", list(DISCOUNTS))
def test_every_discount_says_what_it_takes_off(kind: str) -> None:
    worth = DISCOUNTS[kind]().worth()
    assert worth.zh
    assert worth.en


@pytest.mark.parametrize("kind", list(CONDITIONS))
def test_every_condition_says_what_it_asks(kind: str) -> None:
    told = CONDITIONS[kind]().wording(Tiers())
    assert told.zh
    assert told.en


def test_fen_read_as_yuan() -> None:
    told = [yuan(fen) for fen in (0, 1, 100, 110, 123_456_700)]
    assert told == ["0", "0.01", "1", "1.10", "1,234,567"]


def test_a_code_is_the_same_however_it_is_written() -> None:
    assert typed(grouped("012345678901")) == "012345678901"
    assert typed("０１２３-4567 8901") == "012345678901"
    assert typed("12345678901") is typed("x12345678901") is None
