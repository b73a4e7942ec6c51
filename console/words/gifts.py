"""Words of the page of gifts, in both languages."""

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
