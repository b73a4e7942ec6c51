"""What nobody understands: a person goes on if one is talking with her, else we say what we can."""

from bot.router import otherwise
from bot.turn import HandOver, Reply, Turn


@otherwise
def not_understood(turn: Turn) -> Reply:
    if turn.with_agent:
        return HandOver()
    return turn.say(
        zh="抱歉，没看懂。可以发送“积分”“明细”“帮助”，或发送“人工”转接客服。",
        en="Sorry, I did not get that. Send “points”, “history”, “help”, or “agent” for a person.",
    )
