"""Orders that share room come in at once, while their buyers are merged and parted again."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from loyalty import customers, purchases
from loyalty.errors import Refused
from loyalty.orders import Order
from models import Identity, db
from tests.cast import DAY, NOVEMBER_22
from tests.loyalty.purchases.replays import RULES, buyer, points, published, tellings
from tests.loyalty.purchases.scene import adds_up

pytestmark = pytest.mark.usefixtures("brand")

BUYERS = (0, 1, 2)


async def told_in_parts(orders: Sequence[Order]) -> None:
    for start in range(0, len(orders), 3):
        for outcome in await purchases.record(orders[start : start + 3], at=NOVEMBER_22):
            outcome.unwrap()


async def merged_and_parted(ids: Sequence[int], chooser: random.Random) -> None:
    for _ in range(6):
        root, other = chooser.sample(ids, 2)
        try:
            merge_id = await customers.merge(root, other, evidence="t", by="t", at=NOVEMBER_22)
        except Refused:
            continue
        await customers.unmerge(merge_id, by="t", at=NOVEMBER_22 + DAY)


@pytest.mark.parametrize("seed", [1, 2])
async def test_orders_earn_what_they_would_have_without_the_merges(seed: int) -> None:
    await published(**RULES)
    told = [one for who in BUYERS for one in tellings(seed, who)]
    await told_in_parts([tellings(seed, who)[0] for who in BUYERS])
    ids = [(await Identity.get(value=buyer(who).value)).customer_id for who in BUYERS]
    chooser = random.Random(seed)
    chooser.shuffle(told)
    tellers = [told_in_parts(told[place::5]) for place in range(5)]
    await asyncio.gather(*tellers, merged_and_parted(ids, chooser))

    held = await points()
    (row,) = await db.fetch(
        "SELECT sum(points_available + points_pending - points_debt)::int AS points FROM member"
    )
    assert row["points"] == sum(held.values()) > 0
    await adds_up()
    for who in BUYERS:
        await told_in_parts([apart(one) for one in tellings(seed, who)])
    assert all(
        earned == held[f"{int(number[:2]) - 10:02}{number[2:]}"]
        for number, earned in (await points()).items()
        if number.startswith("1")
    )


def apart(one: Order) -> Order:
    """Return the same order of another buyer, whom nobody merges."""
    who = int(one.number[:2]) + 10
    return replace(one, number=f"{who}{one.number[2:]}", buyer=(buyer(who),))
