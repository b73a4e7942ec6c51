"""The demo's earning rules beside the point a yuan: tiers earn more, and 18 June counts double."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from jifen.seeds.laying import lay_rules
from loyalty import programme
from loyalty.calendar import day_of, start_of
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.policies.tiers import Tiers
from loyalty.programme import BEGINNING
from models import RuleVersion

DOUBLE_SLOT = "earning:double_618"
SILVER = Multiplier(
    name_zh="银卡 1.2 倍积分",
    name_en="Silver: 1.2x points",
    times_percent=120,
    lane="tier",
    only_tiers=("silver",),
)
GOLD = Multiplier(
    name_zh="金卡 1.5 倍积分",
    name_en="Gold: 1.5x points",
    times_percent=150,
    lane="tier",
    only_tiers=("gold",),
)


BENEFITS = {
    "basic": (("消费 1 元得 1 积分",), ("A point a yuan",)),
    "silver": (("1.2 倍积分", "会员群"), ("1.2 times the points", "The VIP group")),
    "gold": (("1.5 倍积分", "会员群"), ("1.5 times the points", "The VIP group")),
}


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing."""
    await lay_rules(_rules(at), at=at)
    if not await RuleVersion.filter(slot="tiers").exclude(created_by="jifen").exists():
        await programme.publish("tiers", _tiers(), starts_at=BEGINNING, by="demo", at=at)


def _tiers() -> Tiers:
    """Return the first tiers with what they bring."""
    first = Tiers()
    told = {code: {"benefits_zh": zh, "benefits_en": en} for code, (zh, en) in BENEFITS.items()}
    return replace(first, tiers=tuple(replace(one, **told[one.code]) for one in first.tiers))


def _rules(at: datetime) -> tuple[tuple[str, Struct], ...]:
    """Return the rules; the double points of the next 18 June are at most 500 more for each."""
    today = day_of(at)
    day = date(today.year, 6, 18)
    starts_at = start_of(day if today <= day else day.replace(year=today.year + 1))
    ends_at = starts_at + timedelta(days=1)
    double = Multiplier(
        name_zh="6.18 双倍积分",
        name_en="Double points on 18 June",
        starts_at=starts_at,
        ends_at=ends_at,
    )
    cap = Cap(
        most=500,
        per="campaign",
        limited_slots=(DOUBLE_SLOT,),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return (
        ("earning:silver", SILVER),
        ("earning:gold", GOLD),
        (DOUBLE_SLOT, double),
        ("earning:cap_618", cap),
    )
