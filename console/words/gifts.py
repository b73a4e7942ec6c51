"""Words of the page of gifts, and of the rules that they follow, in both languages."""

GIFTS: dict[str, tuple[str, str]] = {
    "gifts": ("礼物", "Gifts"),
    "gifts_about": (
        "会员送给朋友的积分和优惠券。能送多少由规则 gifts 决定，贺卡由规则 card:… 决定。",
        "Points and coupons that members sent to friends. The rule gifts says how much may be"
        " given, the rules card:… which cards there are.",
    ),
    "gifts_all": ("全部", "All"),
    "gifts_show": ("查看", "Show"),
    "gift_holds": ("内容", "Holds"),
    "gift_card": ("贺卡", "Card"),
    "gift_giver": ("赠送人", "Giver"),
    "gift_claimer": ("领取人", "Claimed by"),
    "gift_member": ("会员", "Member"),
    "gift_sent_at": ("送出时间", "Sent"),
    "gift_lapses_at": ("有效至", "Until"),
    "gift_ended_at": ("结束时间", "Ended"),
}

# The fields of the rules: how gifts are given, cards, and which coupons may be.
GIFT_FIELDS: dict[str, tuple[str, str]] = {
    "days_to_claim": ("领取期限（天）", "Days to claim it"),
    "greeting_en": ("祝福语（英文）", "Greeting, in English"),
    "greeting_zh": ("祝福语（中文）", "Greeting, in Chinese"),
    "held_for_days": ("积分到账满几天才能赠送", "Days that points must have been available"),
    "is_giftable": ("可转赠朋友", "May be given to a friend"),
    "member_for_days": ("入会满几天才能赠送", "Days that a giver must have been a member"),
    "most_gifts_a_day": ("每人每天最多赠送份数", "Most gifts of a member and day"),
    "most_points_a_day": ("每人每天最多赠送积分", "Most points given by a member and day"),
    "most_points_a_month": ("每人每月最多赠送积分", "Most points given by a member and month"),
    "most_received_a_month": ("每人每月最多受赠积分", "Most points received by a member and month"),
}
