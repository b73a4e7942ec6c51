"""All that is told of a buyer's orders within some weeks, and the rules that it is told under."""

import random
from datetime import timedelta

from loyalty import programme
from loyalty.calendar import start_of
from loyalty.earning import EarningRule
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.orders import IdentityRef, Order
from models import IdentityKind, Purchase, PurchaseState
from tests.cast import DAY, JUNE_1, line, order
from tests.loyalty.purchases.conftest import BEGAN_AT

HOUR = timedelta(hours=1)
NOON = start_of(JUNE_1.date()) + 12 * HOUR


async def published(**rules: EarningRule) -> None:
    for name, rule in rules.items():
        slot = f"earning:{name}"
        await programme.publish(slot, rule, starts_at=BEGAN_AT, by="t", at=JUNE_1)


async def points() -> dict[str, int]:
    """Return what each order has earned."""
    return {one.number: one.points_earned for one in await Purchase.all()}


def buyer(number: int) -> IdentityRef:
    return IdentityRef(IdentityKind.BUYER_NAME, "taobao", f"replay-{number}")


def tellings(seed: int, who: int) -> list[Order]:
    """Return all that is told of a dozen orders of one buyer, the same for each but in names."""
    chooser = random.Random(seed)
    found = []
    for number in range(12):
        paid_at = NOON + timedelta(hours=chooser.randrange(24 * 20))
        paid = [chooser.randrange(1, 90_00) for _ in range(chooser.randrange(1, 4))]
        back = [0] * len(paid)
        for step in range(chooser.randrange(1, 5)):
            place = chooser.randrange(len(paid))
            if step:
                back[place] = min(paid[place], back[place] + chooser.randrange(60_00))
            lines = [
                line(fen, key=str(key), refunded_fen=less, category=("咖啡", "器具")[key % 2])
                for key, (fen, less) in enumerate(zip(paid, back, strict=True))
            ]
            done = {"completed_at": paid_at + DAY} if step > 1 else {}
            state = PurchaseState.COMPLETED if step > 1 else PurchaseState.PAID
            found.append(
                order(
                    f"{who:02}-{number:02}",
                    *lines,
                    buyer=(buyer(who),),
                    paid_at=paid_at,
                    updated_at=paid_at + step * HOUR,
                    state=state,
                    **done,
                )
            )
    return found


RULES: dict[str, EarningRule] = {
    "base": PerYuan(),
    "coffee": Multiplier(times_percent=250, categories=("咖啡",)),
    "june": Multiplier(
        times_percent=130, lane="month", starts_at=NOON + 5 * DAY, ends_at=NOON + 15 * DAY
    ),
    "order": Cap(most=160),
    "day": Cap(most=170, per="day"),
    "week": Cap(most=400, per="week"),
    "extra": Cap(most=300, per="month", limited_slots=("earning:coffee",)),
    "campaign": Cap(most=500, per="campaign", starts_at=NOON + 3 * DAY, ends_at=NOON + 11 * DAY),
}
