"""签到: check in today."""

from bot.router import intent
from bot.turn import Reply, Turn
from loyalty import progress


@intent("签到", "打卡", "每日签到", "check in", key="check_in")
async def check_in(turn: Turn) -> Reply:
    is_new, points = await progress.check_in(turn.customer_id, progress.today(turn.at), at=turn.at)
    _, streak = await progress.days(turn.customer_id, at=turn.at)
    won_zh = f"，获得 {points:,} 积分" if points else ""
    won_en = f" You got {points:,} points." if points else ""
    days = "day" if streak == 1 else "days"
    if not is_new:
        return turn.say(
            zh=f"您今天已经签到了，已连续签到 {streak} 天。明天再来！",
            en=f"You have checked in today, {streak} {days} in a row. See you tomorrow!",
        )
    return turn.say(
        zh=f"签到成功{won_zh}！已连续签到 {streak} 天。",
        en=f"Checked in: {streak} {days} in a row.{won_en}",
    )
