"""活动: which events of the brand's own are to come, and whether she has a place."""

from bot.router import intent
from bot.turn import Reply, Turn
from loyalty import brand_events
from loyalty.brand_events import HerState, SeenEvent
from loyalty.wording import Worded
from web import events

PAGE = "pages/event/event"
SHOWN = 5
STATES: dict[HerState, Worded] = {
    HerState.WAITING: Worded("候补第 {number} 位", "you wait as no. {number}"),
    HerState.PLACED: Worded("已报名", "you have a place"),
    HerState.CAME: Worded("已到场", "you were there"),
}

SIGN_UP: dict[events.SignUp, Worded] = {
    "coming": Worded("即将开放报名", "signing up opens soon"),
    "open": Worded("可报名", "sign up in the mini-program"),
    "line": Worded("可候补", "full: join the waiting list in the mini-program"),
    "full": Worded("名额已满", "full"),
    "over": Worded("报名已截止", "signing up is over"),
}


@intent(
    "活动",
    "线下活动",
    "会员活动",
    "我的活动",
    "活动报名",
    "报名",
    "events",
    "event",
    "my events",
    key="events",
)
async def show_events(turn: Turn) -> Reply:
    found = await brand_events.upcoming(turn.customer_id, at=turn.at)
    coming = [one for one in found if one.event.held_until > turn.at][:SHOWN]
    if not coming:
        return turn.say(zh="近期没有活动。", en="No event is planned at the moment.")
    lines = [_line(one, turn) for one in coming]
    where = turn.link(PAGE, zh="打开小程序「活动」", en="Open “Events” in our mini-program")
    return turn.say(
        zh="\n".join(["近期活动：", *(one.zh for one in lines), where]),
        en="\n".join(["Events to come:", *(one.en for one in lines), where]),
    )


def _line(one: SeenEvent, turn: Turn) -> Worded:
    event, when = one.event, events.hours(one.event, at=turn.at)
    stands = STATES.get(one.hers.state) or SIGN_UP[events.sign_up(event, one.left, at=turn.at)]
    number = one.hers.number or 0
    return Worded(
        f"· {event.name_zh}，{when.zh}（{stands.zh.format(number=number)}）",
        f"· {event.name_en}, {when.en} ({stands.en.format(number=number)})",
    )
