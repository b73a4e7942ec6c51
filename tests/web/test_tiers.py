"""A tier in words: what the next one takes, until when hers lasts, and what keeps it."""

from datetime import date, timedelta

import pytest

from loyalty.facts import Facts, Review
from loyalty.policies.tiers import Measure, Tier, Tiers
from tests.cast import JUNE_1
from web import tiers

THREE = (
    Tier("basic", "普通会员", "Member", 0),
    Tier("silver", "银卡会员", "Silver", 3),
    Tier("gold", "金卡会员", "Gold", 8),
)
MAY_31 = date(2027, 6, 1)


def facts(reached: int, rank: int, measure: Measure, review: Review | None = None) -> Facts:
    return Facts(
        1, JUNE_1, rank, reached=reached, review=review, tiers=Tiers(THREE, measure=measure)
    )


@pytest.mark.parametrize(
    ("measure", "zh", "en"),
    [
        (Measure.ORDERS, "再有 3 笔订单即可升级为金卡会员。", "3 orders more to reach Gold."),
        (Measure.VISITS, "再有 3 次到访即可升级为金卡会员。", "3 visits more to reach Gold."),
        (Measure.GROWTH, "再有 3 成长值即可升级为金卡会员。", "3 growth more to reach Gold."),
        (
            Measure.SPEND,
            "再有 0.03 元消费即可升级为金卡会员。",
            "¥0.03 of purchases more to reach Gold.",
        ),
    ],
)
def test_what_is_missing_is_said_in_the_measure_of_the_tiers(
    measure: Measure, zh: str, en: str
) -> None:
    hers = facts(5, 1, measure)
    assert tiers.lines(hers, "zh") == [zh]
    assert tiers.lines(hers, "en") == [en]
    assert tiers.percent(hers) == 62


def test_one_order_more_is_no_orders() -> None:
    (line,) = tiers.lines(facts(2, 0, Measure.ORDERS), "en")
    assert line == "1 order more to reach Silver."


def test_she_reads_until_when_it_is_hers_and_what_keeps_it() -> None:
    review = Review(MAY_31, MAY_31, still_counts=6, projected_rank=1)
    hers = facts(8, 2, Measure.ORDERS, review)
    assert tiers.lines(hers, "zh") == [
        "已是最高等级。",
        "金卡会员保留至2027年5月31日；截至当日再有 2 笔订单即可继续保级，否则之后为银卡会员。",
    ]
    assert tiers.lines(hers, "en") == [
        "This is the highest tier.",
        "Gold is yours until 31 May 2027. 2 orders more by then to keep it; otherwise Silver"
        " follows.",
    ]
    late = Review(MAY_31, MAY_31 - timedelta(days=7), still_counts=6, projected_rank=1)
    told = tiers.lines(facts(8, 2, Measure.ORDERS, late), "zh")[1]
    assert "2027年5月24日及之前再有 2 笔订单即可继续保级" in told
    assert tiers.percent(hers) == 100


def test_where_nothing_can_keep_it_only_the_day_is_said() -> None:
    review = Review(MAY_31, MAY_31, still_counts=8, projected_rank=0)
    assert tiers.lines(facts(8, 2, Measure.ORDERS, review), "zh")[1] == (
        "金卡会员保留至2027年5月31日，之后为普通会员。"
    )
