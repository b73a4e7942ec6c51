"""Words of invitations and of the rule that they follow, in both languages."""

REFERRAL_FIELDS: dict[str, tuple[str, str]] = {
    "friend_coupon_slot": ("朋友得的券批次（可空）", "Coupon batch for the friend (may be empty)"),
    "friend_points": ("朋友得积分", "Points for the friend"),
    "friends": ("邀请人数", "Friends"),
    "inviter_coupon_slot": (
        "邀请人得的券批次（可空）",
        "Coupon batch for the inviter (may be empty)",
    ),
    "inviter_points": ("邀请人得积分（每位朋友）", "Points for the inviter, a friend"),
    "least_order_fen": ("首单至少实付（分）", "First order of at least (fen)"),
    "most_friends_a_day": ("每人每天最多计入几位", "Most friends of a member and day"),
    "most_friends_a_month": ("每人每月最多计入几位", "Most friends of a member and month"),
    "new_for_days": (
        "打开邀请前入会不超过几天仍算新顾客",
        "Days that a friend may have been a member before",
    ),
    "unlock_steps": ("解锁档位（由少到多）", "Steps that friends unlock, from the fewest on"),
    "window_days": ("首单期限（天）", "Days to the first order"),
}

REFERRALS: dict[str, tuple[str, str]] = {
    "referrals": ("邀请", "Invitations"),
    "referrals_about": (
        "谁邀请了谁，是否计入及原因。朋友首单并过了退货期才计入，退款会撤销。"
        "发现作弊可设为不计入，奖励随之收回；处理人、时间和原因会留档。",
        "Who came by whom, whether it counts, and why not. A friend counts once she bought and can"
        " give it back no more; a refund undoes it. One that is a fraud is let not count, and its"
        " rewards are taken back; who did so, when and why is kept.",
    ),
    "referrals_all": ("全部", "All"),
    "referrals_show": ("查看", "Show"),
    "referrals_more": ("更早的邀请", "Earlier invitations"),
    "referral_inviter": ("邀请人", "Inviter"),
    "referral_invitee": ("朋友", "Friend"),
    "referral_way": ("方式", "Way"),
    "referral_way_link": ("链接", "Link"),
    "referral_way_code": ("邀请码", "Code"),
    "referral_way_chat": ("聊天", "Chat"),
    "referral_way_qr": ("二维码", "QR code"),
    "referral_way_card": ("分享卡片", "Shared card"),
    "referral_opened_at": ("接受时间", "Accepted"),
    "referral_qualified_at": ("计入时间", "Counted"),
    "referral_deeds": ("处理记录", "What staff did"),
    "referral_why": ("原因", "Reason"),
    "referral_bar": ("不计入", "Let it not count"),
    "referral_allow": ("恢复", "Let it count again"),
    "referral_deed_barred": ("不计入", "Not counted"),
    "referral_deed_allowed": ("恢复", "Again by what happened"),
    "referral_joined": ("已加入", "Joined"),
    "referral_bought": ("已下单", "Ordered"),
    "referral_qualified": ("已计入", "Counts"),
    "referral_reversed": ("已撤销", "Counts no more"),
    "referral_not_counted": ("未计入", "Does not count"),
}

# What a reward of an invitation was for, by what its name begins with.
SIDES: dict[str, tuple[str, str]] = {
    "friend": ("朋友计入", "a friend counts"),
    "welcome": ("受邀首单", "came by a friend"),
    "unlock": ("解锁多倍积分", "friends unlocked a boost"),
}
