"""How far a member is with a milestone, in words."""

from loyalty.crossings import MilestoneProgress
from loyalty.wording import Worded, spaced, yuan


def name(one: MilestoneProgress) -> Worded:
    """Return what a milestone is called."""
    return Worded(one.milestone.name_zh, one.milestone.name_en)


def distance(one: MilestoneProgress) -> Worded:
    """Return how far she is to the next time; that she has reached it where there is none."""
    step = one.step
    if step is None:
        return Worded("已达成", "reached")
    if step.unit == "fen":
        return Worded(
            f"{yuan(step.done)}/{yuan(step.target)} 元", f"¥{yuan(step.done)}/¥{yuan(step.target)}"
        )
    if step.unit == "days":
        left = step.target - step.done
        return Worded(f"还有 {left} 天", "in 1 day" if left == 1 else f"in {left} days")
    if step.unit == "fields":
        return Worded(f"已填 {step.done}/{step.target} 项", f"{step.done}/{step.target} told")
    return Worded(f"{step.done}/{step.target} 单", f"{step.done}/{step.target} orders")


def gives(one: MilestoneProgress) -> Worded:
    """Return what it gives, as it follows the distance; nothing once there is no next time."""
    if one.step is None:
        return Worded("", "")
    points, has_coupon = one.milestone.reward_points, bool(one.milestone.reward_coupon_slot)
    zh = [*([f"{points:,} 积分"] if points else []), *(["优惠券一张"] if has_coupon else [])]
    en = [*([f"{points:,} points"] if points else []), *(["a coupon"] if has_coupon else [])]
    return Worded(
        f"，奖励{spaced('和'.join(zh))}" if zh else "", f", {' and '.join(en)}" if en else ""
    )
