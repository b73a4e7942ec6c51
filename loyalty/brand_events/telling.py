"""Tell members that they have a place after all, that an event moved, or that it is cancelled."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.calendar import SHANGHAI
from loyalty.deliveries import Words, tell_followers
from loyalty.policies.event import BrandEvent
from loyalty.programme import Rule
from loyalty.roots import roots_of
from loyalty.wording import Worded


def when(event: BrandEvent) -> Worded:
    """Return when an event is, by the Shanghai clock: 11 月 28 日 14:00."""
    starts = event.held_from.astimezone(SHANGHAI)
    return Worded(
        f"{starts.month} 月 {starts.day} 日 {starts:%H:%M}", f"{starts:%-d %B}, {starts:%H:%M}"
    )


async def moved_up(rule: Rule, members: Sequence[tuple[int, datetime]], *, at: datetime) -> None:
    """Tell who waited in line that they have a place; joins the caller's transaction."""
    event: BrandEvent = rule.body
    moment = when(event)
    words = Worded(
        f"好消息！您候补的「{event.name_zh}」有名额了：{moment.zh}{_at(event.place_zh, '，')}。"
        "如果来不了，请在小程序里取消，让给下一位。",
        f"Good news: there is a place for you at {event.name_en}, {moment.en}"
        f"{_at(event.place_en, ', ')}. If you cannot come, please cancel in the mini-program, so"
        " that somebody else can.",
    )
    await _tell(rule, "placed", members, words, until=event.held_from, at=at)


async def moved(rule: Rule, members: Sequence[tuple[int, datetime]], *, at: datetime) -> None:
    """Tell that an event is at another time than they know; joins the caller's transaction."""
    event: BrandEvent = rule.body
    moment = when(event)
    words = Worded(
        f"您报名的「{event.name_zh}」时间改为 {moment.zh}{_at(event.place_zh, '，')}。",
        f"{event.name_en} has moved to {moment.en}{_at(event.place_en, ', ')}.",
    )
    await _tell(rule, f"moved:{rule.version_id}", members, words, until=event.held_until, at=at)


async def cancelled(rule: Rule, members: Sequence[tuple[int, datetime]], *, at: datetime) -> None:
    """Tell that an event does not take place; joins the caller's transaction."""
    event: BrandEvent = rule.body
    moment = when(event)
    words = Worded(
        f"很抱歉，原定 {moment.zh} 的「{event.name_zh}」取消了。",
        f"We are sorry: {event.name_en}, planned for {moment.en}, is cancelled.",
    )
    await _tell(rule, "cancelled", members, words, until=event.held_until, at=at)


async def _tell(
    rule: Rule,
    what: str,
    members: Sequence[tuple[int, datetime]],
    words: Worded,
    *,
    until: datetime,
    at: datetime,
) -> None:
    """Say it to each once for each time that she signed up; too late it is not said."""
    roots = await roots_of([member_id for member_id, _ in members])
    await tell_followers(
        [
            Words(
                f"{rule.slot}:{member_id}:{signed_up_at.isoformat()}:{what}",
                roots[member_id],
                words,
            )
            for member_id, signed_up_at in members
        ],
        at=at,
        until=until,
    )


def _at(place: str, between: str) -> str:
    return f"{between}{place}" if place else ""
