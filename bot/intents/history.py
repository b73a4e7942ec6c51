"""明细: the latest movements of her points."""

from datetime import datetime

from bot.router import intent
from bot.turn import Language, Reply, Turn
from bot.wording import day, movement
from loyalty import ledger
from loyalty.ledger import HistoryLine

SHOWN = 8


@intent(
    "明细",
    "积分明细",
    "积分记录",
    "history",
    "points history",
    "statement",
    key="history",
)
async def show_history(turn: Turn) -> Reply:
    lines = await ledger.history(turn.customer_id, limit=SHOWN)
    if not lines:
        return turn.say(
            zh="还没有积分记录。购物后积分会出现在这里。",
            en="No points yet. They will show up here once you have bought something.",
        )
    told = [_told(line, turn.language, at=turn.at) for line in lines]
    return turn.say(
        zh="\n".join(["最近的积分明细：", *told]),
        en="\n".join(["Your latest points:", *told]),
    )


def _told(line: HistoryLine, language: Language, *, at: datetime) -> str:
    change = line.available or line.pending or -line.debt
    waiting = line.pending > 0 and not line.available
    note = {"zh": "（待到账）", "en": " (pending)"}[language] if waiting else ""
    return f"{day(line.at, language, at=at)} {movement(line.kind, language)} {change:+,}{note}"
