"""Words of boards that end and of the rule that they follow, in both languages."""

BOARD_FIELDS: dict[str, tuple[str, str]] = {
    "community_slot": ("会员群，如 community:vip", "VIP group, such as community:vip"),
    "first_rank": ("从第几名", "From rank"),
    "last_rank": ("到第几名", "To rank"),
    "least_score": (
        "至少得分才可获奖（消费榜为分）",
        "Least score to win (fen where money counts)",
    ),
    "prizes": ("奖品（名次由前到后）", "Prizes (from the first rank on)"),
    "settles_after_days": (
        "结束后几天定榜（退货期）",
        "Days from its end to the final list (for returns)",
    ),
    "source": ("计分方式", "What counts"),
}

BOARD_CHOICES: dict[str, tuple[str, str]] = {
    "points": ("获得的积分", "Points earned"),
    "check_ins": ("签到天数", "Check-ins"),
    "invitations": ("计入的邀请", "Friends who count"),
}

BOARDS: dict[str, tuple[str, str]] = {
    "boards": ("排行榜", "Leaderboards"),
    "boards_about": (
        "有奖榜单结束并过了退货期后自动定榜，人工核对并通过后自动发奖，每个名次只发一次。",
        "A board with prizes is frozen once its season is over and its orders come back no more."
        " Look it through and approve it: each prize is then given once, by itself.",
    ),
    "board": ("榜单", "Board"),
    "board_season": ("赛季", "Season"),
    "board_ended_at": ("结束时间", "Ended"),
    "board_places": ("上榜人数", "Places"),
    "board_waiting": ("待核对", "Waits for you"),
    "board_giving": ("发奖中", "Prizes are being given"),
    "board_given": ("已发奖", "Prizes are given"),
    "board_given_at": ("发放于", "Given"),
    "board_given_count": ("已发放", "Given"),
    "board_frozen_at": ("定榜于", "Frozen"),
    "board_approved_at": ("通过于", "Approved"),
    "board_audit_about": (
        "名单与得分定榜后不再变动。请留意现在得分变少（退款）的会员；取消资格须填写原因，后面的名次依次递补。"
        "已合并的会员只算最前的一个名次。",
        "The list stays as it was frozen. Look at whose score is less now: she gave something back."
        " Whoever is disqualified leaves it with a reason, and those below move up. Who was merged"
        " since has the first of her places.",
    ),
    "board_rank": ("名次", "Rank"),
    "board_frozen_rank": ("定榜时", "frozen as"),
    "board_member": ("会员", "Member"),
    "board_score": ("定榜得分", "Score"),
    "board_score_now": ("现在得分", "Score now"),
    "board_is_less": ("变少", "less"),
    "board_orders": ("赛季内订单 · 实留金额", "Orders in it · kept"),
    "board_refunded": ("其中退款", "of these refunded"),
    "board_prize": ("奖品", "Prize"),
    "board_winner_deleted": (
        "会员已注销，未发放",
        "the account was deleted: nothing was given",
    ),
    "board_no_coupon": (
        "券批次已停发或发完，未发券，可在会员页补发",
        "no coupon: its batch had none. Give one on her page",
    ),
    "board_deeds": ("处理记录", "What staff did"),
    "board_why": ("原因", "Reason"),
    "board_disqualify": ("取消资格", "Disqualify"),
    "board_readmit": ("恢复", "Let it stand again"),
    "board_deed_disqualified": ("取消资格", "Disqualified"),
    "board_deed_readmitted": ("恢复", "Stands again"),
    "board_disqualified": ("已取消资格", "disqualified"),
    "board_merged": ("已合并到前面的名次", "merged with a place above"),
    "board_approve": ("通过并发奖", "Approve and give the prizes"),
    "member_boards": ("排行榜", "Leaderboards"),
    "member_on_boards": ("参与排行榜。", "She plays on the boards."),
    "member_kept_off": ("不参与任何排行榜：", "Kept off all boards:"),
    "member_keep_off": ("不参与排行榜", "Keep off all boards"),
    "member_let_on": ("恢复参与", "Let her play again"),
}
