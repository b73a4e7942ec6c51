"""Many wishes at once: as though each came alone, in the order in which they came."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextvars import Context
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from asyncpg import CheckViolationError

from loyalty import coupons, programme, redemptions
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts.fen_off import FenOff
from loyalty.outcomes import Fate, Outcome
from loyalty.payments import Payer
from loyalty.redemptions import Address, Destination, Redeemed, Wish
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.early_access import EarlyAccess
from loyalty.rewards.gift import Gift
from loyalty.rewards.pay_coupon import PayCoupon
from loyalty.rewards.shipped_gift import ShippedGift
from loyalty.sealing import Sealer, new_master_key
from models import Coupon, Entry, Redemption, RewardStock, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import joined
from tests.loyalty.ledger.test_cost import statements_counted
from tests.loyalty.redemptions.test_redeeming import AT, available, rich

SEALER = Sealer(new_master_key())
HOME = Destination(Address("林", "13800138000", "上海市", "上海市", "南京西路 1 号"), SEALER)
OFFICE = Destination(Address("林", "13800138000", "上海市", "上海市", "北京路 2 号"), SEALER)
PAYER = Payer("wx1", "o1")
MORE = {
    "coupon:few": FenOff(fen=100, stock=3, per_member=1),
    "reward:few": CouponReward(points=10, coupon_slot="coupon:few", stock=5),
    "reward:box": ShippedGift(points=20, stock=4),
    "reward:paid": Gift(points=20, cash_fen=100, stock=3),
    "reward:cash": PayCoupon(points=20, stock=4, per_member=1),
    "reward:early": EarlyAccess(points=20, stock=3, opens_at=AT + 9 * DAY),
    "reward:one": Gift(points=1, stock=1),
}
SLOTS = ("tote", "ten_off", "friend", "wish", "gold", "orphan", "few", "box", "paid", "cash")


@pytest.fixture
async def offered(catalogue: None) -> None:
    for slot, rule in MORE.items():
        await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=JUNE_1)


def named(number: int) -> UUID:
    return UUID(int=number)


def told(outcomes: Sequence[Outcome[Redeemed]]) -> list[str]:
    """Say what became of wishes: a state, a state again, or the code of the refusal."""
    return [
        one.refusal.code
        if one.refusal
        else f"{one.unwrap().state.value}{' again' * (one.fate is Fate.ALREADY_DONE)}"
        for one in outcomes
    ]


async def done(wishes: Sequence[Wish]) -> list[str]:
    return told(await redemptions.redeem_all(wishes, at=AT))


async def test_a_batch_takes_as_many_statements_for_thirty_as_for_three(offered: None) -> None:
    member_ids = [await rich(one) for one in await joined(66)]
    slots = ("tote", "mug", "ten_off", "friend", "wish", "few", "box", "paid", "cash", "early")
    await done([Wish(one, named(one), "reward:mug") for one in member_ids[:2]])
    await programme.load()
    counts = []
    for place, hers in enumerate((member_ids[:6], member_ids[6:])):
        wishes = [
            Wish(one, named(1000 * place + 100 * one + number), f"reward:{slot}", PAYER, HOME)
            for one in hers
            for number, slot in enumerate(slots)
        ]
        async with statements_counted() as sent:
            await done(wishes)
        counts.append(len(sent))
    assert counts[1] <= counts[0]


async def test_who_is_refused_spoils_it_for_nobody(offered: None) -> None:
    lin, wang, poor = await joined(3)
    await rich(lin)
    await rich(wang)
    wishes = [
        Wish(lin, named(1), "reward:tote"),
        Wish(poor, named(2), "reward:tote"),
        Wish(wang, named(3), "reward:gold"),
        Wish(999, named(4), "reward:tote"),
        Wish(wang, named(5), "reward:nowhere"),
        Wish(wang, named(6), "reward:box"),
        Wish(wang, named(7), "reward:paid"),
        Wish(wang, named(8), "reward:tote"),
    ]
    assert await done(wishes) == [
        "issued",
        "not_enough_points",
        "tier_too_low",
        "no_such_member",
        "no_such_reward",
        "address_missing",
        "reward_in_miniprogram",
        "issued",
    ]
    assert [await available(one) for one in (lin, wang, poor)] == [800, 800, 0]
    assert await Redemption.all().count() == 2
    assert (await RewardStock.get(slot="reward:tote")).taken == 2


async def test_her_second_wish_sees_what_her_first_one_took(offered: None) -> None:
    (lin,) = await joined(1)
    await rich(lin, 350)
    wishes = [Wish(lin, named(n), f"reward:{slot}") for n, slot in enumerate(("tote",) * 2)]
    wishes += [Wish(lin, named(9 + n), "reward:mug") for n in range(3)]
    assert await done(wishes) == [
        "issued",
        "reward_limit_reached",
        "issued",
        "not_enough_points",
        "not_enough_points",
    ]
    assert await available(lin) == 50


async def test_a_refused_one_leaves_the_last_piece_to_the_next(offered: None) -> None:
    poor, lin, wang = await joined(3)
    await rich(lin)
    await rich(wang)
    wishes = [Wish(one, named(one), "reward:one") for one in (poor, lin, wang)]
    assert await done(wishes) == ["not_enough_points", "issued", "reward_out_of_stock"]
    assert (await RewardStock.get(slot="reward:one")).taken == 1


async def test_the_same_name_twice_in_a_batch_is_one_redemption(offered: None) -> None:
    lin, wang = await joined(2)
    await rich(lin)
    await rich(wang)
    wish = Wish(lin, named(1), "reward:mug")
    boxes = [Wish(lin, named(2), "reward:box", None, to) for to in (HOME, HOME, None, OFFICE)]
    others = [Wish(lin, named(1), "reward:tote"), Wish(wang, named(1), "reward:mug")]
    first = await done([wish, wish, *others, *boxes])
    mug = ["issued", "issued again", "key_reused", "key_reused"]
    box = ["to_ship", "to_ship again", "to_ship again", "key_reused"]
    assert first == mug + box
    again = await done([wish, wish, *others, *boxes])
    assert again == ["issued again", *mug[1:], "to_ship again", *box[1:]]
    assert await available(lin) == 1000 - 100 - 20
    assert await available(wang) == 1000


async def test_a_name_that_was_refused_may_be_asked_again_for_something_else(
    offered: None,
) -> None:
    (lin,) = await joined(1)
    await rich(lin)
    slots = ("gold", "mug", "gold")
    wishes = [Wish(lin, named(1), f"reward:{slot}") for slot in slots]
    assert await done(wishes) == ["tier_too_low", "issued", "key_reused"]


async def test_coupons_that_run_out_refuse_only_who_came_too_late(offered: None) -> None:
    member_ids = [await rich(one) for one in await joined(5)]
    first, *others = [Wish(one, named(one), "reward:few") for one in member_ids]
    twice = Wish(first.member_id, named(99), "reward:few")
    assert await done([first, twice, *others]) == [
        "handed_over",
        "coupon_limit_reached",
        "handed_over",
        "handed_over",
        "coupons_all_gone",
        "coupons_all_gone",
    ]
    assert await Coupon.all().count() == 3
    assert [await available(one) for one in member_ids] == [990, 990, 990, 1000, 1000]


async def test_what_is_told_is_what_stands(offered: None) -> None:
    (lin,) = await joined(1)
    await rich(lin)
    slots = ("tote", "mug", "ten_off", "friend", "wish", "few", "box", "paid", "cash", "early")
    wishes = [Wish(lin, named(n), f"reward:{slot}", PAYER, HOME) for n, slot in enumerate(slots)]
    outcomes = await redemptions.redeem_all(wishes, at=AT)
    for one, outcome in zip(wishes, outcomes, strict=True):
        assert outcome.unwrap() == await redemptions.find(one.uuid, member_id=lin, at=AT)
    listed = [one.uuid for one in await redemptions.of(lin, at=AT)]
    assert listed == [one.uuid for one in reversed(wishes)], "in the order in which they came"
    assert await redemptions.address_of(named(6), SEALER) == HOME.address
    payment = await redemptions.payment_of(named(7))
    assert payment is not None
    assert (payment.openid, payment.total_fen) == ("o1", 100)
    assert len(await redemptions.due_coupons(at=AT, limit=9)) == 1
    assert len(await coupons.of(lin, at=AT)) == 3


def crowd(member_ids: Sequence[int], seed: int) -> list[Wish]:
    """Return wishes of few members for scarce rewards, some of them asked twice or misnamed."""
    dice = Random(seed)
    wishes = [
        Wish(
            dice.choice(member_ids),
            named(dice.randrange(25)),
            f"reward:{dice.choice(SLOTS)}",
            PAYER if dice.random() < 0.7 else None,
            dice.choice([HOME, OFFICE, None]),
        )
        for _ in range(30)
    ]
    return [*wishes, *dice.sample(wishes, 6)]


async def left() -> tuple[object, ...]:
    """Return what stands: redemptions, points, stocks, coupons and shipments."""
    return (
        await Redemption.all().order_by("id").values_list("uuid", "member_id", "slot", "state"),
        await Entry.all().order_by("key").values_list("key", "member_id", "number", "available"),
        await RewardStock.filter(taken__gt=0).order_by("slot").values_list("slot", "taken"),
        await Coupon.all().order_by("key").values_list("key", "slot", "state"),
        [tuple(row) for row in await db.fetch("SELECT slot, taken FROM coupon_stock ORDER BY 1")],
        [tuple(row) for row in await db.fetch("SELECT redemption_id FROM shipment ORDER BY 1")],
    )


async def start_over(member_ids: Sequence[int]) -> None:
    await db.fetch(
        "TRUNCATE redemption, coupon, coupon_stock, reward_stock, gift, lot, entry, draw"
        " RESTART IDENTITY CASCADE"
    )
    await db.fetch(
        "UPDATE member SET points_available = 0, points_pending = 0, points_debt = 0,"
        " entry_count = 0, lot_count = 0, chain = ''"
    )
    for place, member_id in enumerate(member_ids):
        await rich(member_id, 150 * place + 60)


@pytest.mark.parametrize("seed", range(3))
async def test_any_split_into_batches_comes_to_the_same_as_one_by_one(
    offered: None, seed: int
) -> None:
    member_ids = await joined(4)
    wishes, dice = crowd(member_ids, seed), Random(seed)
    cuts = sorted(dice.sample(range(1, len(wishes)), 4))
    splits: list[list[int]] = [[*range(len(wishes) + 1)], [0, len(wishes)], [0, *cuts, len(wishes)]]
    found = []
    for split in splits:
        await start_over(member_ids)
        said: list[str] = []
        for begin, end in pairwise(split):
            said += await done(wishes[begin:end])
        found.append((said, await left()))
    for said, stands in found[1:]:
        assert said == found[0][0]
        assert stands == found[0][1]
    assert len(Counter(found[0][0])) >= 8, "the crowd meets all that can happen"


async def test_50_batches_at_once_for_one_last_piece_and_one_balance(offered: None) -> None:
    member_ids = [await rich(one, 250) for one in await joined(10)]
    batches = [
        [Wish(member_ids[(n + k) % 10], named(1000 * n + k), "reward:mug") for k in range(4)]
        + [Wish(member_ids[n % 10], named(1000 * n + 9), "reward:one")]
        for n in range(50)
    ]
    said = Counter(
        one for batch in await asyncio.gather(*(done(one) for one in batches)) for one in batch
    )
    assert said == {"issued": 21, "not_enough_points": 180, "reward_out_of_stock": 49}
    assert sum([await available(one) for one in member_ids]) == 10 * 250 - 20 * 100 - 1
    assert (await RewardStock.get(slot="reward:one")).taken == 1


async def test_a_last_piece_that_another_takes_meanwhile_costs_her_nothing(offered: None) -> None:
    lin, wang = await joined(2)
    await rich(lin)
    await rich(wang)
    await done([Wish(lin, named(1), "reward:mug")])
    async with db.transaction():
        assert await done([Wish(lin, named(2), "reward:one")]) == ["issued"]
        hers = asyncio.get_running_loop().create_task(
            done([Wish(wang, named(3), "reward:one"), Wish(wang, named(4), "reward:mug")]),
            context=Context(),
        )
        for _ in range(12_000):
            if await db.fetch("SELECT FROM pg_locks WHERE NOT granted"):
                break
            await asyncio.sleep(0.005)
    assert await hers == ["reward_out_of_stock", "issued"]
    assert await available(wang) == 900


async def test_what_fails_in_the_middle_leaves_nothing(offered: None) -> None:
    member_ids = [await rich(one) for one in await joined(3)]
    before = await left()
    wishes = [Wish(one, named(one), "reward:box", None, HOME) for one in member_ids]
    await db.fetch("ALTER TABLE shipment ADD CONSTRAINT never CHECK (false) NOT VALID")
    try:
        with pytest.raises(CheckViolationError):
            await done(wishes)
    finally:
        await db.fetch("ALTER TABLE shipment DROP CONSTRAINT never")
    assert await left() == before
    assert await done(wishes) == ["to_ship"] * 3


async def test_a_tier_decides_for_each_in_the_batch(offered: None) -> None:
    lin, wang = await joined(2)
    await rich(lin)
    await rich(wang)
    await db.fetch(
        "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
        " still_counts, derived_at) VALUES ($1, 'gold', $2, 0, 0, 0, 0, $2)",
        wang,
        JUNE_1,
    )
    rule = Gift(points=10, conditions=Conditions([TierAtLeast(rank=1)]))
    await programme.publish("reward:vip", rule, starts_at=JUNE_1, by="test", at=JUNE_1)
    assert await done([Wish(one, named(one), "reward:vip") for one in (lin, wang)]) == [
        "tier_too_low",
        "issued",
    ]


async def test_whoever_was_merged_redeems_as_who_she_is_now(offered: None) -> None:
    lin, wang = await joined(2)
    await db.fetch("UPDATE customer SET merged_into_id = $2 WHERE id = $1", wang, lin)
    await db.fetch("UPDATE member SET merged_into_id = $2 WHERE id = $1", wang, lin)
    assert await done([Wish(wang, named(1), "reward:wish")]) == ["member_was_merged"]
