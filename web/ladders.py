"""Where a member stands on a ladder, in words: in the mini-program and in the chat."""

from datetime import datetime, timedelta
from enum import StrEnum

from loyalty.calendar import day_of
from loyalty.ladders import LadderProgress, RungProgress
from loyalty.ladders.histories import HeldCoupon
from loyalty.policies.ladder import Ladder
from loyalty.wording import Worded, day_words, yuan
from models import ShopCouponState

SECOND = timedelta(seconds=1)


class RungState(StrEnum):
    """How a rung stands to her; what the platform did not answer yet is on its way to her."""

    OPEN = "open"
    ON_ITS_WAY = "on_its_way"
    UNKNOWN_THERE = "unknown_there"
    GIVEN = "given"
    REFUSED = "refused"
    LAPSED = "lapsed"


def name(ladder: Ladder) -> Worded:
    """Return what a ladder is called."""
    return Worded(ladder.name_zh, ladder.name_en)


def gives(coupon_fen: int, least_order_fen: int) -> Worded:
    """Return what a coupon is worth, and on what."""
    if not least_order_fen:
        return Worded(f"{yuan(coupon_fen)} 元券", f"¥{yuan(coupon_fen)} off")
    return Worded(
        f"{yuan(coupon_fen)} 元券（满 {yuan(least_order_fen)} 元可用）",
        f"¥{yuan(coupon_fen)} off ¥{yuan(least_order_fen)}",
    )


def state_of(one: RungProgress, ladder: LadderProgress) -> RungState:
    """Return how a rung stands to her."""
    if one.coupon is not None:
        return state_of_coupon(one.coupon, ladder)
    if not one.is_reached:
        return RungState.OPEN
    return RungState.ON_ITS_WAY if ladder.is_known else RungState.UNKNOWN_THERE


def state_of_coupon(one: HeldCoupon, ladder: LadderProgress) -> RungState:
    """Return how a coupon stands to her."""
    match one.state:
        case ShopCouponState.SENT:
            return RungState.GIVEN
        case ShopCouponState.REFUSED:
            return RungState.REFUSED
        case ShopCouponState.LAPSED:
            return RungState.LAPSED
        case ShopCouponState.WAITING if not ladder.is_known:
            return RungState.UNKNOWN_THERE
    return RungState.ON_ITS_WAY


def told(one: RungProgress, ladder: LadderProgress, *, at: datetime) -> Worded:
    """Return how far she is with a rung, or what became of its coupon."""
    state = state_of(one, ladder)
    if state is RungState.OPEN:
        left = yuan(one.rung.spend_fen - ladder.spent_fen)
        return Worded(f"再消费 {left} 元可得", f"¥{left} more")
    return told_of(state, one.coupon, ladder, at=at)


def told_of(
    state: RungState, coupon: HeldCoupon | None, ladder: LadderProgress, *, at: datetime
) -> Worded:
    """Return what became of a coupon."""
    place = platform(ladder.ladder)
    match state:
        case RungState.GIVEN if coupon is not None and coupon.ends_at is not None:
            last = day_words(day_of(coupon.ends_at - SECOND), today=day_of(at))
            return Worded(
                f"已发到您的{place.zh}券包，有效期至{last.zh}",
                f"In your {place.en} wallet, good through {last.en}",
            )
        case RungState.UNKNOWN_THERE:
            return Worded(
                f"已达成。在{place.zh}店铺“{ladder.shop_name}”入会后自动发放",
                f"Reached. It comes once you join {ladder.shop_name} on {place.en}",
            )
        case RungState.REFUSED:
            return Worded(
                f"已达成，{place.zh}暂未发放，我们会跟进",
                f"Reached, but {place.en} has not given it yet; we look after it",
            )
        case RungState.LAPSED:
            return Worded(
                f"未及时在{place.zh}入会，已失效", f"Lapsed: you did not join on {place.en} in time"
            )
    return Worded("已达成，正在发放", "Reached, it is on its way")


def platform(ladder: Ladder) -> Worded:
    """Return the name of a ladder's platform."""
    if ladder.shop.startswith("taobao:"):
        return Worded("淘宝", "Taobao")
    return Worded("天猫", "Tmall")


def how_to_use(ladder: LadderProgress) -> Worded:
    """Return how she uses what she has."""
    place = platform(ladder.ladder)
    return Worded(
        f"打开手机{place.zh}，在“我的”的红包卡券里查看；在“{ladder.shop_name}”下单时自动抵扣。",
        f"Open {place.en}, Me, Coupons. It is taken off by itself when you order"
        f" from {ladder.shop_name}.",
    )


def spent(ladder: LadderProgress, *, at: datetime) -> Worded:
    """Return what she has spent of what counts, in the window that runs."""
    sum_zh, sum_en = f"已消费 {yuan(ladder.spent_fen)} 元", f"¥{yuan(ladder.spent_fen)} spent"
    window = _window(ladder.ladder, at=at)
    return Worded(f"{window.zh}{sum_zh}", f"{sum_en} {window.en}")


def _window(ladder: Ladder, *, at: datetime) -> Worded:
    if ladder.window == "rolling_months":
        months = ladder.window_months
        return Worded(f"近 {months} 个月", f"in the last {months} months")
    if ladder.window == "season":
        assert ladder.starts_at is not None, "a season has both"
        assert ladder.ends_at is not None, "a season has both"
        today = day_of(at)
        first = day_words(day_of(ladder.starts_at), today=today)
        last = day_words(day_of(ladder.ends_at - SECOND), today=today)
        return Worded(f"{first.zh}至{last.zh}", f"from {first.en} to {last.en}")
    return Worded(f"{day_of(at).year} 年", f"in {day_of(at).year}")


def summary(ladder: LadderProgress, *, at: datetime) -> Worded:
    """Return a line of the chat: the newest coupon that she has, and what the next rung takes."""
    reached = [one for one in ladder.rungs if state_of(one, ladder) is not RungState.OPEN]
    rest = [one for one in ladder.rungs if state_of(one, ladder) is RungState.OPEN]
    parts = []
    if reached:
        best = reached[-1]
        what = gives(best.coupon_fen, best.least_order_fen)
        became = told(best, ladder, at=at)
        parts.append(Worded(f"{what.zh}：{became.zh}", f"{what.en}: {became.en}"))
    if rest:
        what = gives(rest[0].coupon_fen, rest[0].least_order_fen)
        lacks = told(rest[0], ladder, at=at)
        parts.append(Worded(f"{lacks.zh} {what.zh}", f"{lacks.en} for {what.en}"))
    if not parts:
        return Worded("", "")
    called = name(ladder.ladder)
    return Worded(
        f"{called.zh}：{'；'.join(one.zh for one in parts)}。",
        f"{called.en}: {'; '.join(one.en for one in parts)}.",
    )
