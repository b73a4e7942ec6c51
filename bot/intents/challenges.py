"""任务: the challenges and milestones, and how far she is."""

from datetime import timedelta

from bot.router import intent
from bot.turn import Language, Reply, Say, Turn
from bot.wording import day
from loyalty import crossings, progress
from loyalty.crossings import MilestoneProgress
from loyalty.progress import Progress, ProgressState
from web import milestones

SECOND = timedelta(seconds=1)


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
    ready = [one for one in found if one.state is ProgressState.READY]
    points = 0
    for one in ready:
        claimed = await progress.claim(turn.customer_id, one.code, one.round.name, at=turn.at)
        points += claimed.points
    if not ready:
        return turn.say(zh="暂无可领取的奖励。", en="There is nothing to claim yet.")
    names = (
        "、".join(_name(one, "zh") for one in ready),
        ", ".join(_name(one, "en") for one in ready),
    )
    return turn.say(
        zh=f"已领取：{names[0]}" + (f"，共 {points:,} 积分。" if points else "。"),
        en=f"Claimed: {names[1]}" + (f", {points:,} points in all." if points else "."),
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
    zh = turn.language == "zh"
    ends = "" if one.is_endless else _ends(one, turn)
    target, points = one.challenge.target, one.challenge.reward_points
    told = {
        ProgressState.OPEN: f"{one.done}/{target}",
        ProgressState.READY: "已完成，待领取" if zh else "done, to be claimed",
        ProgressState.CLAIMED: "已领取" if zh else "claimed",
    }[one.state]
    gives = ""
    if points and one.state is not ProgressState.CLAIMED:
        gives = f"，奖励 {points:,} 积分" if zh else f", {points:,} points"
    return (
        f"{_name(one, turn.language)}：{told}{gives}{ends}"
        if zh
        else (f"{_name(one, turn.language)}: {told}{gives}{ends}")
    )


def _ends(one: Progress, turn: Turn) -> str:
    if one.state is ProgressState.CLAIMED:
        return ""
    last = day(one.round.ends_at - SECOND, turn.language, at=turn.at)
    return f"（至{last}）" if turn.language == "zh" else f" (until {last})"
