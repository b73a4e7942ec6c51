"""任务: the challenges and milestones, and how far she is."""

from datetime import timedelta

from bot.router import intent
from bot.turn import Language, Reply, Say, Turn
from bot.wording import day
from loyalty import crossings, progress
from loyalty.challenges import Unit
from loyalty.crossings import MilestoneProgress
from loyalty.progress import Progress, ProgressState
from loyalty.wording import Worded, spaced
from web import milestones

SECOND = timedelta(seconds=1)
COUNTED: dict[Unit, Worded] = {
    "orders": Worded("单", "orders"),
    "yuan": Worded("元", "yuan"),
    "days": Worded("天", "days"),
    "categories": Worded("类商品", "kinds of goods"),
    "reviews": Worded("条评价", "reviews"),
    "rooms": Worded("场直播", "live rooms"),
    "friends": Worded("位好友", "friends"),
    "events": Worded("场活动", "events"),
}


@intent(
    "任务",
    "挑战",
    "我的任务",
    "里程碑",
    "challenges",
    "challenge",
    "tasks",
    "milestones",
    key="challenges",
)
async def show_challenges(turn: Turn) -> Reply:
    found = await progress.progress(turn.customer_id, at=turn.at)
    hers = [one for one in found if not one.refusals]
    crossed = await crossings.progress(turn.customer_id, at=turn.at)
    reaching = [one for one in crossed if not one.refusals]
    if not hers and not reaching:
        return turn.say(zh="现在没有进行中的任务。", en="There are no challenges at the moment.")
    lines = [_line(one, turn) for one in hers]
    if any(one.state is ProgressState.READY for one in hers):
        lines.append("回复“领取”领取奖励。" if turn.language == "zh" else "Reply “claim” to claim.")
    if reaching:
        lines.append("里程碑，达成后自动发放：" if turn.language == "zh" else "Milestones:")
        lines += [_milestone(one, turn.language) for one in reaching]
    return Say("\n".join(lines))


@intent("领取", "领取奖励", "claim", key="claim")
async def claim_all(turn: Turn) -> Reply:
    found = await progress.progress(turn.customer_id, at=turn.at)
    ready = [(one, step) for one in found for step in one.ready]
    points = 0
    for one, step in ready:
        claimed = await progress.claim(
            turn.customer_id, one.code, one.round.name, at=turn.at, step=step.place
        )
        points += claimed.points
    if not ready:
        return turn.say(zh="暂无可领取的奖励。", en="There is nothing to claim yet.")
    zh = dict.fromkeys(_name(one, "zh") for one, _ in ready)
    en = dict.fromkeys(_name(one, "en") for one, _ in ready)
    return turn.say(
        zh=f"已领取：{'、'.join(zh)}" + (f"，共 {points:,} 积分。" if points else "。"),
        en=f"Claimed: {', '.join(en)}" + (f", {points:,} points in all." if points else "."),
    )


def _name(one: Progress, language: Language) -> str:
    return one.challenge.name_zh if language == "zh" else one.challenge.name_en


def _milestone(one: MilestoneProgress, language: Language) -> str:
    between = "：" if language == "zh" else ": "
    told = [milestones.distance(one), milestones.gives(one)]
    return (
        milestones.name(one).spoken(language)
        + between
        + "".join(part.spoken(language) for part in told)
    )


def _line(one: Progress, turn: Turn) -> str:
    """Return how far she is with a challenge, what its next step gives, and until when."""
    between = "：" if turn.language == "zh" else ": "
    told = _told(one, turn) + _gives(one, turn) + _when(one, turn)
    return f"{_name(one, turn.language)}{between}{told}"


def _told(one: Progress, turn: Turn) -> str:
    zh = turn.language == "zh"
    unit = COUNTED[one.challenge.counted_in()].spoken(turn.language)
    done = f"{one.done:,}/{one.next_step.step.target:,} {unit}"
    return {
        ProgressState.COMING: "即将开始" if zh else "soon",
        ProgressState.OPEN: done,
        ProgressState.READY: "已完成，待领取" if zh else "done, to be claimed",
        ProgressState.CLAIMED: "已领取" if zh else "claimed",
    }[one.state]


def _gives(one: Progress, turn: Turn) -> str:
    if one.state is ProgressState.CLAIMED:
        return ""
    step, told = one.next_step.step, []
    if points := step.reward_points:
        told.append(Worded(f"{points:,} 积分", f"{points:,} points"))
    if step.reward_coupon_slot:
        told.append(Worded("优惠券一张", "a coupon"))
    if percent := step.boost_percent:
        times, days = f"{percent / 100:g}", step.boost_days
        told.append(Worded(f"{times} 倍积分 {days} 天", f"{times}x points for {days} days"))
    if not told:
        return ""
    zh, en = "、".join(part.zh for part in told), " and ".join(part.en for part in told)
    return turn.say(zh=f"，奖励{spaced(zh)}", en=f", {en}").text


def _when(one: Progress, turn: Turn) -> str:
    """Return the last day of its round, or the first of one that is still to come."""
    zh = turn.language == "zh"
    if one.state is ProgressState.COMING:
        first = day(one.round.starts_at, turn.language, at=turn.at)
        return f"（{first}起）" if zh else f" (from {first})"
    if one.is_endless or one.state is ProgressState.CLAIMED:
        return ""
    last = day(one.round.ends_at - SECOND, turn.language, at=turn.at)
    return f"（至{last}）" if zh else f" (until {last})"
