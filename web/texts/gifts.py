"""What people read of gifts and cards."""

GIFT_TEXTS: dict[str, tuple[str, str]] = {
    "no_such_gift": ("没有这份礼物，请检查链接", "There is no such gift: please check the link"),
    "no_such_card": ("没有这张贺卡，或已过季", "There is no such card, or its season is over"),
    "gift_is_yours": (
        "这是您送出的礼物，不能自己领取，可以收回",
        "You sent this gift: you can take it back, but not claim it",
    ),
    "gift_claimed": ("礼物已被领取", "This gift has been claimed already"),
    "gift_over": ("礼物已失效，已退回赠送人", "This gift is over and went back to the giver"),
    "gift_not_sent": ("礼物尚未送出", "This gift was not sent yet"),
    "coupon_not_giftable": ("这张优惠券不能转赠", "This coupon cannot be given away"),
    "too_new_for_gifts": (
        "入会满一段时间后才能送礼：{opens_at} 起",
        "New members can send gifts later: from {opens_at}, Shanghai time",
    ),
    "gifts_of_today_sent": (
        "每天最多送 {most} 份礼物，请明天再来",
        "At most {most} gifts a day: please come again tomorrow",
    ),
    "gift_points_limit": (
        "超过可赠送积分：目前还可送 {left}",
        "More points than may be given: {left} left for now",
    ),
    "gift_points_too_new": (
        "到账满 {days} 天的积分才能赠送：目前可送 {held}",
        "Points can be given once they are {days} days old: {held} for now",
    ),
    "received_points_limit": (
        "每月最多领取 {most} 赠送积分，请下月再来",
        "At most {most} points a month can be received as gifts",
    ),
    "gift_holds_two_things": (
        "一份礼物只能是积分或一张优惠券",
        "A gift holds points or a coupon, not both",
    ),
}
