"""Any order of earning, settling, spending, refunding, merging and parting, beside a plain model.

The model knows one line a person: what came to her by her own orders. While two are one, spending
is counted apart, and shared when they part.
"""

import random
from datetime import datetime

import pytest

from loyalty import ledger, purchases
from loyalty.ledger import Restore, verify
from models import Merge, PurchaseState
from tests.cast import DAY, LIN, WANG, ZHAO, line, order
from tests.loyalty.customers.scene import AT, kept, merged, parted, spend
from tests.loyalty.play_scene import member

STEPS = 40
NAMES = (LIN, WANG, ZHAO)


class World:
    """People who buy, and what a plain reader would say that each has."""

    def __init__(self, ids: list[int], luck: random.Random) -> None:
        self.ids = ids
        self.luck = luck
        self.now = AT
        self.orders: list[list[int]] = []
        self.spendings: list[tuple[str, int, bool, int]] = []
        self.own = [0, 0]
        self.spent = 0
        self.merge_id = 0
        self.root = 0
        self.round = 0

    @property
    def is_merged(self) -> bool:
        return self.merge_id > 0

    def plain(self) -> list[int]:
        """Return what each has, debt less than nothing."""
        if not self.is_merged:
            return self.own
        together = sum(self.own) - self.spent
        return [together, 0] if self.root == 0 else [0, together]

    async def step(self) -> None:
        acts = [self.buy, self.buy, self.refund, self.spend, self.spend, self.restore, self.turn]
        await self.luck.choice(acts)()
        self.now += DAY / 24

    async def buy(self) -> None:
        who, yuan = self.luck.randrange(2), self.luck.randint(1, 80)
        self.orders.append([who, yuan, 0])
        await told(len(self.orders) - 1, self.orders[-1], at=self.now)
        self.own[who] += yuan

    async def refund(self) -> None:
        if self.orders:
            number = self.luck.randrange(len(self.orders))
            one = self.orders[number]
            more = self.luck.randint(0, one[1] - one[2])
            one[2] += more
            await told(number, one, at=self.now)
            self.own[one[0]] -= more

    async def spend(self) -> None:
        who = self.root if self.is_merged else self.luck.randrange(2)
        ((available, _, _),) = await kept(self.ids[who])
        if available:
            points = self.luck.randint(1, available)
            key = f"s{self.now.isoformat()}"
            await spend(self.ids[who], points, key, at=self.now)
            self.spendings.append((key, who, self.is_merged, self.round))
            self._bear(who, points, is_shared=self.is_merged)

    async def restore(self) -> None:
        if self.spendings:
            key, who, was_merged, when = self.spendings.pop(
                self.luck.randrange(len(self.spendings))
            )
            holder = self.ids[self.root if self.is_merged else who]
            posted = await ledger.record_one(
                Restore(member_id=holder, key=f"{key}:back", at=self.now, spend_key=key)
            )
            is_shared = self.is_merged and was_merged and when == self.round
            self._bear(who, -posted.available, is_shared=is_shared)

    def _bear(self, who: int, points: int, *, is_shared: bool) -> None:
        if is_shared:
            self.spent += points
        else:
            self.own[who] -= points

    async def turn(self) -> None:
        if not self.is_merged:
            self.root = self.luck.randrange(2)
            self.round += 1
            pair = (self.ids[self.root], self.ids[1 - self.root])
            self.merge_id = await merged(*pair, at=self.now)
            return
        await parted(self.merge_id, at=self.now)
        of_root, of_other = self.own[self.root], self.own[1 - self.root]
        borne = min(max(0, self.spent - max(0, of_root)), max(0, of_other))
        self.own[1 - self.root] -= borne
        self.own[self.root] -= self.spent - borne
        self.spent, self.merge_id = 0, 0


async def told(number: int, one: list[int], *, at: datetime) -> None:
    """Tell an order as it stands; it was completed long ago."""
    who, yuan, refunded = one
    (outcome,) = await purchases.record(
        [
            order(
                str(number),
                line(yuan * 100, refunded_fen=refunded * 100),
                buyer=(NAMES[who],),
                state=PurchaseState.COMPLETED,
                paid_at=AT - 30 * DAY,
                completed_at=AT - 20 * DAY,
                updated_at=at,
            )
        ],
        at=at,
    )
    outcome.unwrap()


@pytest.mark.parametrize("seed", range(8))
async def test_two_have_what_a_plain_model_says(lin: int, wang: int, seed: int) -> None:
    world = World([lin, wang], random.Random(seed))
    for step in range(STEPS):
        await world.step()
        found = [available - debt for available, _, debt in await kept(lin, wang)]
        assert found == world.plain(), f"step {step}"
        assert await verify() == []


@pytest.mark.parametrize("seed", range(4))
async def test_many_merged_in_any_order_have_together_what_they_had(
    people: None, seed: int
) -> None:
    luck = random.Random(seed)
    ids = [await member(name) for name in NAMES]
    orders: list[list[int]] = []
    net = 0
    for step in range(STEPS):
        now = AT + step * DAY / 24
        act = luck.choice(["buy", "refund", "spend", "merge", "part"])
        if act == "buy":
            orders.append([luck.randrange(3), luck.randint(1, 80), 0])
            await told(len(orders) - 1, orders[-1], at=now)
            net += orders[-1][1]
        elif act == "refund" and orders:
            number = luck.randrange(len(orders))
            more = luck.randint(0, orders[number][1] - orders[number][2])
            orders[number][2] += more
            await told(number, orders[number], at=now)
            net -= more
        elif act == "spend":
            for member_id, (available, _, _) in zip(ids, await kept(*ids), strict=True):
                if available > 1:
                    await spend(member_id, available // 2, f"s{step}:{member_id}", at=now)
                    net -= available // 2
        elif act == "merge":
            await merged(*luck.sample(ids, 2), at=now)
        elif one := await Merge.filter(undone_at=None).first():
            await parted(one.id, at=now)
        held = await kept(*ids)
        assert sum(available - debt for available, _, debt in held) == net, f"step {step}"
        gone = await Merge.filter(undone_at=None).values_list("other_id", flat=True)
        assert all(held[ids.index(other)] == (0, 0, 0) for other in gone)
        assert await verify() == []


@pytest.mark.parametrize("seed", [13, 15, 18, 24, 28])
async def test_many_parted_in_any_order_have_each_what_they_bought(people: None, seed: int) -> None:
    luck = random.Random(seed)
    ids = [await member(name) for name in NAMES]
    orders: list[list[int]] = []
    own = [0, 0, 0]
    for step in range(STEPS):
        now = AT + step * DAY / 24
        act = luck.choice(["buy", "refund", "merge", "part"])
        if act == "buy":
            orders.append([luck.randrange(3), luck.randint(1, 80), 0])
            await told(len(orders) - 1, orders[-1], at=now)
            own[orders[-1][0]] += orders[-1][1]
        elif act == "refund" and orders:
            number = luck.randrange(len(orders))
            more = luck.randint(0, orders[number][1] - orders[number][2])
            orders[number][2] += more
            await told(number, orders[number], at=now)
            own[orders[number][0]] -= more
        elif act == "merge":
            await merged(*luck.sample(ids, 2), at=now)
        elif standing := await Merge.filter(undone_at=None):
            await parted(luck.choice(standing).id, at=now)
    while standing := await Merge.filter(undone_at=None):
        await parted(luck.choice(standing).id, at=AT + STEPS * DAY)
    assert [available - debt for available, _, debt in await kept(*ids)] == own
    assert await verify() == []
