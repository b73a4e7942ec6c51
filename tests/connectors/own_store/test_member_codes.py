"""A till names its buyer by the code that she showed on her phone."""

from datetime import datetime, timedelta

from loyalty import customers, member_codes
from loyalty.orders import IdentityRef
from models import Identity, IdentityKind, InboundEvent
from tests.connectors.own_store.till import PAID_AT, Till, order, points_of, reasons, states
from web.context import now

SHOWN_AT = datetime.fromisoformat(PAID_AT) - timedelta(minutes=3)
HERS = IdentityRef(IdentityKind.OPENID, "wx1", "o-lin")


async def lin(till: Till) -> int:
    return await customers.meet((HERS,), at=now(), through="test")


async def code(till: Till, *, minutes: int = 0) -> str:
    identity = await Identity.get(value="o-lin")
    at = SHOWN_AT + timedelta(minutes=minutes)
    return member_codes.code_of(identity.id, sealer=till.context.sealer, at=at).digits


async def test_an_order_told_hours_later_is_hers_by_the_code_she_showed(till: Till) -> None:
    hers = await lin(till)
    digits = await code(till)
    await till.tell([order(buyer={"member_code": digits})])
    await till.tell([order(buyer={"member_code": digits}, updated_at="2026-06-02T12:00:00+08:00")])
    assert await points_of(hers) == 100
    assert await states() == {"worked": 2}
    (first, _) = await InboundEvent.filter(kind="order")
    assert digits.encode() not in first.body


async def test_the_code_ties_the_stores_own_key_to_her(till: Till) -> None:
    hers = await lin(till)
    await till.tell([order(buyer={"member_code": await code(till), "customer_key": "C-9"})])
    await till.tell([order("T-2", buyer={"customer_key": "C-9"})])
    assert await points_of(hers) == 200


async def test_a_photographed_code_names_no_second_order(till: Till) -> None:
    hers = await lin(till)
    buyer = {"member_code": await code(till)}
    await till.tell([order(buyer=buyer)])
    await till.tell([order("T-2", buyer=buyer), order("T-3", buyer={"customer_key": "C-1"})])
    assert await points_of(hers) == 100
    assert await reasons() == ["member_code_not_usable"]
    assert await states() == {"worked": 2, "parked": 1}


async def test_a_code_of_another_time_or_of_nobody_parks_its_order_alone(till: Till) -> None:
    hers = await lin(till)
    other_times = [await code(till, minutes=minutes) for minutes in (-20, 20)]
    told = [*other_times, "0" * 18, "9" * 18]
    await till.tell(
        [order(f"T-{place}", buyer={"member_code": one}) for place, one in enumerate(told)]
        + [order("T-9", buyer={"customer_key": "C-1"})]
    )
    assert await reasons() == ["member_code_not_usable"] * 4
    assert await points_of(hers) == 0
    assert await states() == {"worked": 1, "parked": 4}


async def test_a_code_of_another_form_refuses_the_call_and_names_the_field(till: Till) -> None:
    for broken in ("123", "x" * 18, "1" * 19, ""):
        http_status, answer = await till.send([order(buyer={"member_code": broken})])
        assert http_status == 400
        assert answer["error"]["field"] == "orders[0].buyer.member_code"
