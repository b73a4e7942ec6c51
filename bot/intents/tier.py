"""等级: her tier, what the next one takes, and what keeps this one."""

from bot.router import intent
from bot.turn import Reply, Say, Turn
from loyalty import programme, standing
from web import tiers


@intent(
    "等级",
    "我的等级",
    "会员等级",
    "成长值",
    "tier",
    "tiers",
    "my tier",
    "level",
    "membership",
    key="tier",
)
async def show_tier(turn: Turn) -> Reply:
    rules = await programme.recent()
    facts = await standing.facts_of(turn.customer_id, at=turn.at, rules=rules)
    hers = facts.tiers.tiers[facts.tier_rank]
    first = turn.say(zh=f"您是{hers.name_zh}。", en=f"Your tier: {hers.name_en}.")
    return Say("\n".join([first.text, *tiers.lines(facts, turn.language)]))
