"""The demo's menu below the chat, laid through WeChat's own API."""

import aiohttp

from jifen.credentials import Credentials
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens

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
                {"type": "click", "name": "领券中心", "key": "claims"},
                {"type": "click", "name": "帮助 Help", "key": "help"},
                {"type": "click", "name": "人工客服", "key": "human"},
            ],
        },
    ]
}


async def lay(known: Credentials, *, page: str) -> None:
    """Lay the menu; ``page`` plays the platform."""
    async with aiohttp.ClientSession() as http:
        account = OfficialAccount(
            http,
            MemoryTokens(),
            app_id=known.app_id,
            app_secret=known.app_secret,
            api_base=page,
        )
        await account.menu.create(MENU)  # type: ignore[no-untyped-call]
