"""直播: the word of a live room, said while it is on."""

from bot.router import intent
from bot.turn import Reply, Turn
from loyalty import live_rooms
from loyalty.errors import LoyaltyError
from web.texts import text


@intent(
    "直播",
    "直播间",
    "直播签到",
    "直播暗号",
    "live",
    "live room",
    "live check in",
    key="live_room",
    takes_more=True,
)
async def say_word(turn: Turn) -> Reply:
    if not turn.more:
        return await _how(turn)
    try:
        one = await live_rooms.say_word(turn.customer_id, turn.more, at=turn.at)
    except LoyaltyError as refusal:
        why = text(refusal.code, turn.language, refusal.figures)
        return turn.say(zh=f"{why}。", en=f"{why}.")
    if not one.is_new:
        return turn.say(
            zh=f"您已在{one.name_zh}签到过了，每场一次。",
            en=f"You checked in to {one.name_en} already: once a room.",
        )
    points = one.points + one.goal_points
    won_zh = f"，获得 {points:,} 积分" if points else ""
    won_en = f": {points:,} points for you" if points else ""
    why_zh, why_en = (text(one.reason, "zh", {}), text(one.reason, "en", {}))
    return turn.say(
        zh=f"{one.name_zh}签到成功{won_zh}。" + (f"{why_zh}。" if one.reason else ""),
        en=f"Checked in to {one.name_en}{won_en}." + (f" {why_en}." if one.reason else ""),
    )


async def _how(turn: Turn) -> Reply:
    room = await live_rooms.on_now(at=turn.at)
    on_zh = f"{room.name_zh}正在直播。" if room else "现在没有进行中的直播。"
    on_en = f"{room.name_en} is on." if room else "No live room is on now."
    return turn.say(
        zh=f"{on_zh}直播中听到暗号，发送“直播 暗号”即可签到得积分，每场一次。",
        en=f"{on_en} When you hear the word in a live room, send “live” and the word: it earns"
        " points, once a room.",
    )
