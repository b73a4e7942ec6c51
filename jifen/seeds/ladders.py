"""The demo's ladder of coupons at its shop on Tmall."""

from datetime import datetime

from jifen.seeds.laying import lay_rules
from loyalty.policies.ladder import Ladder, Rung

RUNGS = (
    Rung("first", 100, 10, 99),
    Rung("second", 300, 20, 199),
    Rung("third", 800, 50, 399),
)


async def lay(shop_code: str, *, at: datetime) -> None:
    """Publish the ladder, from now on; a second time changes nothing."""
    ladder = Ladder("天猫满额礼券", "Tmall coupons", shop=f"tmall:{shop_code}", rungs=RUNGS)
    await lay_rules([("ladder:tmall", ladder)], at=at, starts_at=at)
