"""What becomes of the orders that a store tells: purchases with points, or parked with a reason."""

import asyncio
import random
from typing import Any

import pytest

from connectors.own_store import working
from loyalty import customers, ledger, parking, purchases
from loyalty.customers import PhoneNumber
from loyalty.orders import IdentityRef, Order
from models import Identity, IdentityKind, InboundEvent, Purchase, PurchaseLine, PurchaseState, Shop
from tests.connectors.own_store.till import (
    CODE,
    Till,
    line,
    order,
    points,
    points_of,
    reasons,
    refund,
    states,
)
from web.context import now

LATER = "2026-06-02T12:00:00+08:00"
FULL = order(
    "9007199254740993",
    freight_fen=800,
    goods_fen=30_000,
    discounts={"shop_fen": 1_000, "platform_fen": 500, "talent_fen": 100},
    points_paid_fen=400,
    gift_card_fen=2_000,
    paid_fen=26_800,
    lines=[
        line("1", 20_000, paid_fen=17_000, category="器具", brand="J"),
        line("2", 10_000, paid_fen=9_000, quantity=2),
    ],
)


async def test_an_order_becomes_a_purchase_with_all_its_amounts(till: Till) -> None:
    await till.tell([FULL])
    bought = await Purchase.get()
    shop = await Shop.get()
    assert (shop.kind.value, shop.code, shop.name) == ("pos", CODE, "淮海路店")
    assert (bought.number, bought.state) == ("9007199254740993", PurchaseState.COMPLETED)
    assert (bought.goods_fen, bought.freight_fen, bought.paid_fen) == (30_000, 800, 26_800)
    off = (bought.discount_shop_fen, bought.discount_platform_fen, bought.discount_talent_fen)
    assert (off, bought.points_deduct_fen) == ((1_000, 500, 100), 400)
    lines = await PurchaseLine.filter().order_by("number").values_list("key", "paid_fen", "brand")
    assert lines == [("1", 17_000, "J"), ("2", 9_000, "")]
    assert await points() == 260, "freight earns nothing"
    assert await states() == {"worked": 1}


async def test_an_id_may_be_a_number_or_its_digits(till: Till) -> None:
    digits = order("9007199254740993", lines=[line("1", 10_000)])
    numbers = {**digits, "number": 9007199254740993, "lines": [line(1, 10_000, sku="sku-1")]}
    await till.tell([digits])
    await till.tell([numbers])
    assert [one.number for one in await Purchase.all()] == ["9007199254740993"]
    assert await states() == {"worked": 2}


async def test_a_buyer_is_known_by_all_that_the_store_tells_of_her(till: Till) -> None:
    buyer = {
        "openid": {"app_id": "wx1", "openid": "o1"},
        "unionid": "u1",
        "mobile": "+8613800138000",
        "mobile_verified": True,
        "customer_key": 7,
    }
    await till.tell([order(buyer=buyer), order("T-2", buyer={"mobile": "+8613800138000"})])
    found = {one.kind.value: one for one in await Identity.all()}
    assert {kind: (one.scope, one.value) for kind, one in found.items() if kind != "mobile"} == {
        "openid": ("wx1", "o1"),
        "unionid": ("", "u1"),
        "customer_key": (CODE, "7"),
    }
    assert len({one.customer_id for one in found.values()}) == 1
    assert await points("7") == 200
    mobile = found["mobile"]
    sealer = till.context.sealer
    told = sealer.unseal(mobile.sealed_value, purpose=f"mobile:{mobile.value}")
    assert told == b"+8613800138000"
    phone = PhoneNumber("13800138000", "86")
    await customers.bind_phone(mobile.customer_id, phone, sealer=sealer, at=now())
    assert await Identity.filter(kind="mobile").count() == 1, "the mini-program's is the same"


MOBILE = "+8613800138000"


async def test_whoever_says_anothers_number_is_not_led_to_her_points(till: Till) -> None:
    await till.tell([order(buyer={"mobile": MOBILE})])
    says = {"mobile": MOBILE, "customer_key": "thief"}
    await till.tell([order("T-2", buyer=says), order("T-3", buyer={"customer_key": "thief"})])
    assert await states() == {"worked": 3}
    (hers,) = await Identity.filter(kind="mobile")
    (thief,) = await Identity.filter(kind="customer_key")
    assert hers.customer_id != thief.customer_id
    assert await points("thief") == 2 * await points_of(hers.customer_id)


async def test_who_binds_her_number_has_what_was_told_of_it_and_nobody_else(till: Till) -> None:
    await till.tell([order(buyer={"mobile": MOBILE})])
    await till.tell([order("T-2", buyer={"mobile": MOBILE, "customer_key": "thief"})])
    lin = await customers.meet(
        (IdentityRef(IdentityKind.OPENID, "wx-mini", "o-lin"),), at=now(), through="test"
    )
    phone = PhoneNumber("13800138000", "86")
    await customers.bind_phone(lin, phone, sealer=till.context.sealer, at=now())
    (thief,) = await Identity.filter(kind="customer_key")
    assert thief.customer_id != lin
    assert await points_of(lin) == await points("thief") == 100


PARKED: list[tuple[str, dict[str, Any]]] = [
    ("state_unknown", {"state": "closed"}),
    ("currency_unknown", {"currency": "USD"}),
    ("amounts_do_not_add_up", {"paid_fen": 9_000, "lines": [line("1", 10_000, paid_fen=9_000)]}),
    ("goods_do_not_sum", {"lines": [line("1", 9_999, paid_fen=10_000)]}),
    ("lines_do_not_sum", {"lines": [line("1", 10_000, paid_fen=9_999)]}),
    ("amount_not_possible", {"lines": [line("1", 10_000, quantity=-1)]}),
    ("amount_not_possible", {"freight_fen": -1, "paid_fen": 9_999}),
    ("amount_not_possible", {"discounts": {"talent_fen": -5}}),
    ("amount_not_possible", {"gift_card_fen": 10**14}),
    ("refunded_more_than_paid", {"lines": [line("1", 10_000, refunded_fen=10_001)]}),
    ("refunds_do_not_sum", {"state": "refunded", "lines": [line("1", 10_000, refunded_fen=5)]}),
    ("line_repeated", {"lines": [line("1", 5_000), line("1", 5_000)]}),
    ("moment_not_possible", {"paid_at": "2999-01-01T00:00:00Z"}),
    ("moment_not_possible", {"updated_at": "2999-01-01T00:00:00Z"}),
    ("moment_not_possible", {"ordered_at": "0001-01-01T00:00:00+08:00"}),
    ("paid_before_ordered", {"ordered_at": LATER}),
    ("completed_before_paid", {"completed_at": "2026-05-31T12:00:00+08:00"}),
    ("completed_at_missing", {"completed_at": None}),
]


@pytest.mark.parametrize(("code", "changed"), PARKED)
async def test_an_order_that_makes_no_sense_is_parked_and_spoils_nothing(
    till: Till, code: str, changed: dict[str, Any]
) -> None:
    await till.tell([order("T-0"), order("T-1", **changed), order("T-2")])
    assert sorted([one.number for one in await Purchase.all()]) == ["T-0", "T-2"]
    assert await reasons() == [code]
    assert await states() == {"worked": 2, "parked": 1}


async def test_one_number_with_two_contents_is_parked_once_the_first_stands(till: Till) -> None:
    await till.tell([order("T-1", 10_000)])
    await till.tell([order("T-1", 20_000)])
    assert await reasons() == ["order_differs"]
    assert (await Purchase.get()).paid_fen == 10_000
    await till.tell([order("T-1", 20_000, updated_at=LATER)])
    assert (await Purchase.get()).paid_fen == 20_000, "a later telling may say otherwise"


async def test_a_customer_key_that_two_people_claim_is_parked(till: Till) -> None:
    lin, wang = {"customer_key": "C-1", "unionid": "uLin"}, {"customer_key": "C-2"}
    await till.tell([order("T-1", buyer=lin), order("T-2", buyer=wang)])
    await till.tell([order("T-3", buyer={"customer_key": "C-2", "unionid": "uLin"})])
    await till.tell([order("T-1", buyer=wang, updated_at=LATER)])
    assert await reasons() == ["identities_of_two_customers", "buyer_differs"]
    assert [await points("C-1"), await points("C-2")] == [100, 100]


async def test_what_was_parked_is_worked_when_staff_try_again_and_left_when_dropped(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working.parse, "CURRENCY", "XXX")
    await till.tell([order("T-1"), order("T-2")])
    first, second = await InboundEvent.filter(state="parked").order_by("id")
    monkeypatch.undo()
    await parking.try_again(first.id)
    await parking.drop(second.id)
    await till.work()
    assert await states() == {"worked": 1, "dropped": 1}
    assert await Purchase.all().count() == 1
    assert (await till.send([order("T-1"), order("T-2")]))[1] == {"new": 0, "known": 2}


# One order, as a store may tell it in any sequence, twice, and with refunds told apart.
TELLINGS: list[dict[str, Any]] = [
    order("T-1", 6_000, 4_000, state="paid", completed_at=None),
    order("T-1", 6_000, 4_000, state="shipped", completed_at=None, updated_at=LATER),
    order("T-1", 6_000, 4_000, updated_at="2026-06-05T12:00:00+08:00", completed_at=LATER),
]
OTHERS = [order("T-2", 5_000, buyer={"customer_key": "C-2"}), order("T-3", 3_000, buyer={})]
REFUNDS = [
    refund("T-1", "R-1", line_1=1_000),
    refund("T-1", "R-2", line_1=500, line_2=4_000),
    refund("T-2", "R-1", line_1=5_000),
]


@pytest.mark.parametrize("seed", range(10))
async def test_any_sequence_of_the_same_tellings_comes_to_the_same(till: Till, seed: int) -> None:
    chance = random.Random(seed)
    told = [("orders", one) for one in [*TELLINGS, *OTHERS, chance.choice(TELLINGS)]]
    told += [("refunds", one) for one in [*REFUNDS, chance.choice(REFUNDS)]]
    chance.shuffle(told)
    while told:
        call = [told.pop() for _ in range(min(len(told), chance.randint(1, 4)))]
        await till.tell(
            [one for kind, one in call if kind == "orders"],
            [one for kind, one in call if kind == "refunds"],
        )
    await _stands_as_told()


async def _stands_as_told() -> None:
    found = {one.number: one for one in await Purchase.all()}
    states_of = {number: (one.state, one.refunded_fen) for number, one in found.items()}
    assert states_of == {
        "T-1": (PurchaseState.COMPLETED, 5_500),
        "T-2": (PurchaseState.REFUNDED, 5_000),
        "T-3": (PurchaseState.COMPLETED, 0),
    }
    assert [await points("C-1"), await points("C-2")] == [45, 0]
    assert await reasons() == []
    assert await ledger.verify() == []


async def test_a_broken_batch_is_halved_until_what_breaks_stands_alone(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = purchases.record

    async def breaks(orders: list[Order], **how: Any) -> Any:
        if any(one.number == "T-3" for one in orders):
            raise ZeroDivisionError("13800138000 would be told")
        return await plain(orders, **how)

    monkeypatch.setattr(purchases, "record", breaks)
    await till.tell([order(f"T-{number}") for number in range(6)])
    assert await states() == {"worked": 5, "parked": 1}
    (parked,) = await InboundEvent.filter(state="parked")
    assert (parked.sender, parked.error, parked.attempts) == ("T-3", "ZeroDivisionError", 3)


async def test_two_workers_at_once_record_each_order_once(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        await till.send(
            [order(f"T-{number}-{place}", buyer={"customer_key": "C-1"}) for place in range(20)]
        )
    await till.send([], [refund(f"T-{number}-1", "R", line_1=10_000) for number in range(10)])
    monkeypatch.setattr(working, "AT_ONCE", 25)
    await asyncio.gather(*(till.work() for _ in range(2)))
    assert await points() == 190 * 100
    assert await ledger.verify() == []
