"""帮助: what she can ask."""

from bot.router import intent
from bot.turn import Reply, Turn


@intent("帮助", "菜单", "怎么用", "功能", "help", "menu", key="help")
def show_help(turn: Turn) -> Reply:
    return turn.say(
        zh="您可以发送：\n积分 - 查看可用、待到账和即将过期的积分\n明细 - 最近的积分变动\n"
        "人工 - 转接人工客服\n帮助 - 显示本说明",
        en="You can send:\npoints - what you can spend, what is pending or expires soon\n"
        "history - the latest movements\nagent - talk to a person\nhelp - this list",
    )
