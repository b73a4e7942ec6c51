"""注销账号: where she deletes her account. It asks twice, so it is never done by a word."""

from bot.router import intent
from bot.turn import Reply, Turn

PAGE = "pages/deletion/deletion"


@intent(
    "注销",
    "注销账号",
    "注销账户",
    "删除账号",
    "销户",
    "delete my account",
    "delete account",
    "close my account",
    key="deletion",
)
async def show_deletion(turn: Turn) -> Reply:
    where = turn.link(PAGE, zh="注销账号", en="Delete my account")
    return turn.say(
        zh="注销账号在小程序「我的 - 设置」里办理：先看会失去什么、还有什么要先办完，再确认两次。"
        f"注销后不能恢复。\n{where}",
        en="You delete your account in our mini-program, under Me and Settings. You read what you"
        f" lose and what is to be settled first, and confirm twice. It cannot be undone.\n{where}",
    )
