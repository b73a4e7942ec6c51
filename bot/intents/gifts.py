"""礼物: what she has yet to send, and what waits for a friend to take it."""

from bot.router import intent
from bot.turn import Reply, Say, Turn
from bot.wording import last_day
from loyalty import gifts, programme
from loyalty.gifts import FullGift
from loyalty.programme import Programme
from models import GiftState
from web.gifts import holding, versions_of

PAGE = "pages/gifts/gifts"
SHOWN = 8


@intent(
    "礼物",
    "我的礼物",
    "送礼物",
    "送礼",
    "送朋友",
    "送积分",
    "gifts",
    "gift",
    "my gifts",
    key="gifts",
)
async def show_gifts(turn: Turn) -> Reply:
    given = await gifts.given_by(turn.customer_id, at=turn.at)
    waiting = [one for one in given if one.state in (GiftState.READY, GiftState.SENT)]
    where = turn.link(PAGE, zh="打开小程序「礼物」", en="Open “Gifts” in our mini-program")
    if not waiting:
        return turn.say(
            zh=f"您没有待送出或待领取的礼物。积分、优惠券都可以送给朋友：\n{where}",
            en=f"No gift of yours waits. Points and coupons can be given to a friend:\n{where}",
        )
    shown = waiting[:SHOWN]
    rules = await programme.recent(knowing=versions_of(shown))
    head = turn.say(
        zh=f"您有 {len(waiting)} 份礼物在等待：", en=f"Gifts of yours that wait: {len(waiting)}"
    )
    return Say("\n".join([head.text, *(_line(one, rules, turn) for one in shown), where]))


def _line(gift: FullGift, rules: Programme, turn: Turn) -> str:
    name = holding(gift, rules).name.spoken(turn.language)
    until = last_day(gift.lapses_at, turn.language, at=turn.at)
    if gift.state is GiftState.READY:
        return turn.say(
            zh=f"{name}：待送出，{until}前（含当日）有效", en=f"{name}: to be sent by {until}"
        ).text
    return turn.say(
        zh=f"{name}：等待朋友领取，{until}前（含当日）有效",
        en=f"{name}: your friend can claim it through {until}",
    ).text
