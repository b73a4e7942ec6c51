"""会员码: where she finds the code that names her at a till. It lives a minute: never sent."""

from bot.router import intent
from bot.turn import Reply, Turn

PAGE = "pages/code/code"


@intent(
    "会员码",
    "我的会员码",
    "会员卡",
    "会员二维码",
    "出示会员码",
    "member code",
    "my code",
    "member card",
    "membership card",
    key="member_code",
)
async def show_member_code(turn: Turn) -> Reply:
    where = turn.link(PAGE, zh="打开会员码", en="Open my member code")
    return turn.say(
        zh=f"到店结账时出示会员码，积分自动到账。它每分钟更新，只在小程序的「会员码」页显示。\n{where}",
        en="Show your member code at the till and the points are yours. It changes every minute, so"
        f" you find it in our mini-program alone, under “My code”.\n{where}",
    )
