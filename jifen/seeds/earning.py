"""The demo's earning rules beside the point a yuan: tiers earn more, and 18 June counts double."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from jifen.seeds.laying import lay_rules
from loyalty.calendar import day_of, start_of
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier

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


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing."""
    await lay_rules(_rules(at), at=at)


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
