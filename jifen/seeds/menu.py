"""The menu of the demo's official account."""

MENU = {
    "button": [
        {"type": "click", "name": "我的积分", "key": "points"},
        {
            "name": "会员福利",
            "sub_button": [
                {"type": "click", "name": "每日签到", "key": "check_in"},
                {"type": "click", "name": "任务", "key": "challenges"},
                {"type": "click", "name": "排行榜", "key": "leaderboard"},
                {"type": "click", "name": "兑换好礼", "key": "rewards"},
                {"type": "click", "name": "会员群", "key": "community"},
            ],
        },
        {
            "name": "更多",
            "sub_button": [
                {"type": "click", "name": "积分明细", "key": "history"},
                {"type": "click", "name": "优惠券", "key": "coupons"},
                {"type": "click", "name": "帮助 Help", "key": "help"},
                {"type": "click", "name": "人工客服", "key": "human"},
            ],
        },
    ]
}
