"""What people read of ladders and of the coupons that they give at a shop."""

LADDER_TEXTS: dict[str, tuple[str, str]] = {
    "shop_not_connected": (
        "店铺 {shop} 未接入",
        "The shop {shop} is not connected",
    ),
    "coupon_not_allowed": (
        "该店铺不能发 {yuan} 元的券，可选面额（元）：{allowed}",
        "This shop cannot have coupons of {yuan} yuan; possible are {allowed}",
    ),
    "too_many_rungs": (
        "该店铺的阶梯共有 {rungs} 档，最多 {most} 档",
        "The ladders of this shop have {rungs} rungs, more than the {most} that it may have",
    ),
    "coupon_not_made_there": (
        "面额不在该店铺允许的范围内",
        "The shop cannot have coupons of this worth",
    ),
    "too_many_batches": (
        "店铺有效的优惠券已达上限，有券到期后再创建",
        "The shop has as many coupons as it may; it is made when one is over",
    ),
    "no_such_batch": (
        "没有这个券批次，或它不需要重试",
        "There is no such batch, or it need not be tried again",
    ),
    "no_such_shop_coupon": (
        "没有这张店铺券，或它的结果还在等待中",
        "There is no such coupon, or its outcome is still awaited",
    ),
}
