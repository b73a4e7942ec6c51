"""Orders become purchases, and points follow the money."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty import ledger, programme, purchases
from loyalty.earning.per_yuan import PerYuan
from loyalty.ledger import Spend
from loyalty.orders import Order, OrderLine
from loyalty.outcomes import Fate
from loyalty.policies.points import PointsPolicy
from loyalty.programme import Programme, Rule
from loyalty.purchases import Recorded
from loyalty.purchases.earned import earned
from loyalty.purchases.rules import Rules
from models import Entry, Identity, Lot, Member, Purchase, PurchaseLine, PurchaseState, db
from tests.cast import DAY, JUNE_1, LIN, NOVEMBER_22, WANG, line, order
from tests.loyalty.purchases.conftest import BEGAN_AT
from tests.loyalty.purchases.scene import adds_up, points_of, refusal, take

pytestmark = pytest.mark.usefixtures("brand")


async def test_a_paid_order_earns_pending_points_for_whole_yuan_of_goods() -> None:
    recorded = await take(order("1", line(12_99), line(7_00, key="2"), freight_fen=10_00))

    assert recorded.points == 19
    balance = await points_of("wang", at=JUNE_1)
    assert (balance.available, balance.pending) == (0, 19)
    entry = await Entry.get(key="tmall:flagship:1:r1:earn")
    assert entry.breakdown == {"rules": [{"version": 1, "points": 19, "lines": [12, 7]}]}
    assert entry.cause == f"purchase:{recorded.purchase_id}"
    await adds_up()


async def test_points_settle_when_the_return_window_after_completion_is_over() -> None:
    await take(order("1", line(100_00)))
    done = order("1", line(100_00), state=PurchaseState.COMPLETED, completed_at=JUNE_1 + 3 * DAY)
    await take(done, at=JUNE_1 + 3 * DAY)

    assert await ledger.due_to_settle(at=JUNE_1 + 9 * DAY, limit=10) == []
    (due,) = await ledger.due_to_settle(at=JUNE_1 + 10 * DAY, limit=10)
    assert due[1] == "tmall:flagship:1:r1:earn"


async def test_an_order_long_completed_is_available_at_once_from_the_day_it_settled() -> None:
    done = order("1", line(100_00), state=PurchaseState.COMPLETED, completed_at=JUNE_1 + 3 * DAY)
    await take(done, at=NOVEMBER_22)

    assert (await points_of("wang", at=NOVEMBER_22)).available == 100
    identity = await Identity.get(value="wang")
    assert await ledger.as_of(identity.customer_id, moment=JUNE_1 + 5 * DAY) == (0, 100, 0)
    assert await ledger.as_of(identity.customer_id, moment=JUNE_1 + 10 * DAY) == (100, 0, 0)


async def test_the_same_order_again_moves_nothing() -> None:
    one = order("1", line(100_00))
    first = await take(one)
    (again,) = await purchases.record([one], at=NOVEMBER_22)

    assert again.fate is Fate.ALREADY_DONE
    assert again.unwrap() == Recorded(first.purchase_id, 1, 0)
    assert await Entry.all().count() == 1


async def test_the_same_order_twice_in_one_batch_counts_once() -> None:
    one, other = order("1", line(100_00)), order("2", line(50_00))
    outcomes = await purchases.record([one, other, one], at=JUNE_1)

    assert [outcome.fate for outcome in outcomes] == [Fate.DONE, Fate.DONE, Fate.ALREADY_DONE]
    assert (await points_of("wang", at=JUNE_1)).pending == 150


async def test_many_tellers_of_the_same_orders_at_once_count_each_once() -> None:
    orders = [order(str(n), line(10_00), buyer=(WANG if n % 2 else LIN,)) for n in range(20)]
    shuffled = [random.Random(seed).sample(orders, len(orders)) for seed in range(8)]

    results = await asyncio.gather(*(purchases.record(batch, at=JUNE_1) for batch in shuffled))

    done = [outcome for outcomes in results for outcome in outcomes if outcome.fate is Fate.DONE]
    assert len(done) == 20
    assert await Purchase.all().count() == 20
    assert (await points_of("wang", at=JUNE_1)).pending == 100
    await adds_up()


async def test_an_order_of_a_known_buyer_told_by_many_at_once_is_refused_to_none_of_them() -> None:
    await take(order("0", line(1_00)))
    told = [[order(str(n), line(10_00)) for n in range(1, 4)] for _ in range(6)]

    results = await asyncio.gather(*(purchases.record(batch, at=JUNE_1) for batch in told))

    fates = [outcome.fate for outcomes in results for outcome in outcomes]
    assert (fates.count(Fate.DONE), fates.count(Fate.ALREADY_DONE)) == (3, 15)
    await adds_up()


async def test_a_refund_before_settling_cancels_what_the_line_earned() -> None:
    await take(order("1", line(60_00), line(40_00, key="2")))
    told = await take(order("1", line(60_00, refunded_fen=60_00), line(40_00, key="2")))

    assert told.points == -60
    assert (await points_of("wang", at=JUNE_1)).pending == 40
    await adds_up()


async def test_a_refund_after_spending_leaves_a_debt_that_the_next_points_pay() -> None:
    completed = JUNE_1 + DAY
    await take(
        order("1", line(100_00), state=PurchaseState.COMPLETED, completed_at=completed),
        at=NOVEMBER_22,
    )
    identity = await Identity.get(value="wang")
    await ledger.record_one(
        Spend(member_id=identity.customer_id, key="gift", at=NOVEMBER_22, points=90)
    )
    refunded = order(
        "1",
        line(100_00, refunded_fen=100_00),
        state=PurchaseState.REFUNDED,
        completed_at=completed,
    )
    await take(refunded, at=NOVEMBER_22)
    balance = await points_of("wang", at=NOVEMBER_22)
    assert (balance.available, balance.debt) == (0, 90)

    await take(
        order("2", line(100_00), state=PurchaseState.COMPLETED, completed_at=completed),
        at=NOVEMBER_22,
    )
    balance = await points_of("wang", at=NOVEMBER_22)
    assert (balance.available, balance.debt) == (10, 0)
    await adds_up()


async def test_the_shortfall_policy_in_force_when_the_order_was_paid_decides() -> None:
    clamp = PointsPolicy(return_window_days=0, on_shortfall=ledger.OnShortfall.CLAMP)
    await programme.publish("points", clamp, starts_at=BEGAN_AT, by="t", at=JUNE_1)
    await take(
        order("1", line(100_00), state=PurchaseState.COMPLETED, completed_at=JUNE_1), at=JUNE_1
    )
    identity = await Identity.get(value="wang")
    await ledger.record_one(Spend(member_id=identity.customer_id, key="gift", at=JUNE_1, points=90))
    await take(
        order("1", line(100_00, refunded_fen=100_00), state=PurchaseState.REFUNDED), at=JUNE_1
    )
    balance = await points_of("wang", at=JUNE_1)
    assert (balance.available, balance.debt) == (0, 0)
    clawed = await Entry.get(kind="claw_back")
    assert (clawed.available, clawed.shortfall) == (-10, 90)


async def test_details_of_lines_may_follow_an_order_known_as_a_whole() -> None:
    whole = Order(
        **{
            **{name: getattr(order("1", line(100_00)), name) for name in Order.__struct_fields__},
            "lines": (),
        }
    )
    await take(whole)
    assert (await PurchaseLine.get()).key == "*"
    await take(order("1", line(60_00), line(40_00, key="2")))
    assert [one.paid_fen for one in await PurchaseLine.all().order_by("number")] == [60_00, 40_00]
    await take(
        Order(
            **{
                **{name: getattr(whole, name) for name in Order.__struct_fields__},
                "refunded_fen": 50_00,
            }
        )
    )
    assert [one.refunded_fen for one in await PurchaseLine.all().order_by("number")] == [
        30_00,
        20_00,
    ]
    assert (await points_of("wang", at=JUNE_1)).pending == 50


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (order("1", line(100_00), freight_fen=0, refunded_fen=200_00), "refunded_more_than_paid"),
        (order("1", line(1_00), completed_at=JUNE_1 - DAY), "completed_before_paid"),
        (
            Order(
                **{
                    **{n: getattr(order("1", line(1_00)), n) for n in Order.__struct_fields__},
                    "paid_fen": 2_00,
                }
            ),
            "lines_do_not_sum",
        ),
        (order("1", line(1_00, refunded_fen=1_00), refunded_fen=0), "refunds_do_not_sum"),
    ],
)
async def test_figures_that_do_not_fit_are_refused_and_the_rest_of_the_batch_is_taken(
    broken: Order, code: str
) -> None:
    outcomes = await purchases.record([broken, order("2", line(5_00))], at=JUNE_1)

    assert [outcome.fate for outcome in outcomes] == [Fate.REFUSED, Fate.DONE]
    assert outcomes[0].refusal is not None
    assert outcomes[0].refusal.code == code
    assert await Purchase.all().count() == 1


async def test_a_text_that_no_table_takes_is_refused_and_the_rest_of_the_batch_is_taken() -> None:
    broken = order("1", line(1_00, title="a\0b"))
    outcomes = await purchases.record([broken, order("2", line(5_00))], at=JUNE_1)

    assert [outcome.fate for outcome in outcomes] == [Fate.REFUSED, Fate.DONE]
    assert outcomes[0].refusal is not None
    assert outcomes[0].refusal.code == "text_not_writable"


async def test_an_order_whose_points_the_ledger_refuses_is_refused_alone() -> None:
    await take(order("1", line(100_00)))
    identity = await Identity.get(value="wang")
    by_hand = ledger.Cancel(
        member_id=identity.customer_id,
        key="by-hand",
        at=JUNE_1,
        earn_key="tmall:flagship:1:r1:earn",
    )
    await ledger.record_one(by_hand)
    refunded = order("1", line(100_00, refunded_fen=100_00), state=PurchaseState.REFUNDED)
    outcomes = await purchases.record([refunded, order("2", line(5_00))], at=JUNE_1)

    assert [outcome.fate for outcome in outcomes] == [Fate.REFUSED, Fate.DONE]
    assert (await Purchase.get(number="1")).state is PurchaseState.PAID
    await adds_up()


async def test_an_order_of_nobody_is_kept_and_earns_when_its_buyer_is_told() -> None:
    await take(order("1", line(100_00), buyer=()))
    assert await Member.all().count() == 0
    assert (await take(order("1", line(100_00), state=PurchaseState.SHIPPED))).points == 100
    assert (await Lot.get()).earned_at == JUNE_1


async def test_another_buyer_for_a_known_order_is_refused() -> None:
    await take(order("1", line(100_00)))
    assert (
        await refusal(order("1", line(100_00), buyer=(LIN,), state=PurchaseState.SHIPPED))
    ).code == ("buyer_differs")


async def test_one_buyer_under_two_names_in_one_batch_is_one_customer() -> None:
    await purchases.record(
        [
            order("1", line(1_00), buyer=(WANG,)),
            order("2", line(1_00), buyer=(LIN,)),
            order("3", line(1_00), buyer=(WANG, LIN)),
        ],
        at=JUNE_1,
    )
    assert len({one.customer_id for one in await Identity.all()}) == 1


async def test_a_rule_with_a_window_adds_its_points_only_inside_it() -> None:
    extra = PerYuan(points=1, categories=("咖啡",))
    await programme.publish(
        "earning:618", extra, starts_at=JUNE_1, ends_at=JUNE_1 + DAY, by="t", at=JUNE_1
    )
    inside = order("1", line(100_00), line(50_00, key="2", category="器具"))
    after = order("2", line(100_00), paid_at=JUNE_1 + DAY)
    outcomes = await purchases.record([inside, after], at=JUNE_1 + DAY)
    assert [outcome.unwrap().points for outcome in outcomes] == [250, 100]


async def test_an_order_writes_about_a_dozen_rows() -> None:
    await take(order("0", line(1_00)))
    before = await rows_written()
    await take(order("1", *(line(10_00, key=str(n)) for n in range(4))))
    assert await rows_written() - before <= 12


async def rows_written() -> int:
    tables = ("purchase", "purchase_line", "entry", "lot", "draw", "customer", "identity", "member")
    counts = [(await db.fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in tables]
    return sum(counts) + 1  # and the member's totals


parts = st.lists(st.integers(0, 3_000), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None)
@given(
    paid=st.lists(st.integers(1, 10_000), min_size=1, max_size=4), steps=parts, seed=st.integers()
)
def test_any_series_of_partial_refunds_equals_the_full_refund(
    paid: list[int], steps: list[int], seed: int
) -> None:
    """The points left depend on what is refunded, not on the way there."""

    programme = Programme({"earning": (Rule(1, "base", PerYuan(), BEGAN_AT, None),)})
    rules = Rules(programme).at(BEGAN_AT)
    lines = [line(fen, key=str(n)) for n, fen in enumerate(paid)]
    chooser = random.Random(seed)
    refunded = [0] * len(lines)
    held = earned(order("1", *lines), rules).points
    for step in steps:
        n = chooser.randrange(len(lines))
        refunded[n] = min(paid[n], refunded[n] + step)
        now = earned(order("1", *_refunded(lines, refunded)), rules).points
        assert now <= held
        held = now
    assert held == earned(order("1", *_refunded(lines, refunded)), rules).points
    assert earned(order("1", *_refunded(lines, paid)), rules).points == 0


def _refunded(lines: list[OrderLine], refunded: list[int]) -> list[OrderLine]:
    return [
        line(one.paid_fen, key=one.key, refunded_fen=fen)
        for one, fen in zip(lines, refunded, strict=True)
    ]
