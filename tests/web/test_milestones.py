"""A milestone in words, in both languages."""

import pytest

from loyalty.crossings import MilestoneProgress
from loyalty.milestones import Milestone, Step
from loyalty.milestones.nth_purchase import NthPurchase
from web import milestones

BOTH = NthPurchase("第三单", "Third", reward_points=1200, reward_coupon_slot="coupon:x")


def told(step: Step | None, milestone: Milestone = BOTH) -> tuple[str, str]:
    one = MilestoneProgress("x", "nth_purchase", milestone, step, 0, [])
    words = milestones.distance(one), milestones.gives(one)
    return "".join(part.zh for part in words), "".join(part.en for part in words)


@pytest.mark.parametrize(
    ("step", "zh", "en"),
    [
        (Step(2, 3, "orders"), "2/3 单", "2/3 orders"),
        (Step(600_00, 2000_50, "fen"), "600/2,000.50 元", "¥600/¥2,000.50"),
        (Step(300, 365, "days"), "还有 65 天", "in 65 days"),
        (Step(364, 365, "days"), "还有 1 天", "in 1 day"),
    ],
)
def test_how_far_and_what_for(step: Step, zh: str, en: str) -> None:
    assert told(step) == (
        f"{zh}，奖励 1,200 积分和优惠券一张",
        f"{en}, 1,200 points and a coupon",
    )


def test_what_is_reached_for_good_promises_nothing_more() -> None:
    assert told(None) == ("已达成", "reached")


def test_a_milestone_may_give_nothing() -> None:
    assert told(Step(0, 3, "orders"), NthPurchase()) == ("0/3 单", "0/3 orders")
