"""Addresses that a store vouches for: whom they find, whom they only suggest, what is not kept."""

import asyncio
import random

import pytest

from loyalty import customers, ledger
from models import Identity, Likeness, Merge, db
from tests.connectors.own_store.till import Json, Till, order, points, points_of, reasons, states
from web.context import now

LINS = "Lin@Example.com"


def verified(**more: object) -> Json:
    return {"email": LINS, "email_verified": True, **more}


async def named(kind: str) -> int:
    return (await Identity.get(kind=kind)).customer_id


async def test_an_address_finds_its_buyer_where_it_is_the_only_name(till: Till) -> None:
    await till.tell([order("T-1", buyer=verified(customer_key="C-1"))])
    await till.tell([order("T-2", buyer=verified(email=LINS.lower()))])
    said = {"mobile": "+8613800138000"}
    await till.tell([order("T-3", buyer=verified(**said))])
    assert await Identity.all().count() == 2, "a number that was only said names nobody beside it"
    assert await points("C-1") == 300
    address = await Identity.get(kind="email")
    assert address.sealed_value is not None
    opened = till.context.sealer.unseal(address.sealed_value, purpose=f"email:{address.value}")
    assert opened == b"lin@example.com"


async def test_an_address_alone_makes_a_member_whose_orders_stay_hers(till: Till) -> None:
    await till.tell([order("T-1", buyer=verified()), order("T-2", buyer=verified())])
    hers = await named("email")
    assert await points_of(hers) == 200
    sealed = (await Identity.get(kind="email")).sealed_value
    assert sealed is not None
    await till.tell([order("T-3", buyer=verified(customer_key="C-1"))])
    assert await points_of(hers) == 200, "she who has an account there stays another"
    assert await points("C-1") == 100
    assert await Merge.all().count() == 0
    (one,) = await customers.alike(hers, sealer=till.context.sealer)
    assert (one.customer_id, one.email) == (await named("customer_key"), "l***@example.com")
    assert await ledger.verify() == []


async def test_two_accounts_with_one_address_both_count_and_are_suggested_once(till: Till) -> None:
    orders = [
        order(f"T-{place}", buyer=verified(customer_key=f"C-{place % 2}")) for place in range(6)
    ]
    await till.tell(orders[:4])
    await till.tell(orders[4:])
    assert await reasons() == []
    assert [await points(f"C-{one}") for one in range(2)] == [300, 300]
    assert await Likeness.all().count() == 1
    assert await Merge.all().count() == 0


async def test_an_address_that_nobody_vouches_for_is_not_kept(till: Till) -> None:
    await till.tell([order("T-1", buyer={"email": LINS})])
    await till.tell([order("T-2", buyer={"email": LINS, "customer_key": "C-1"})])
    assert [one.kind for one in await Identity.all()] == ["customer_key"]
    rows = await db.fetch("SELECT convert_from(body, 'UTF8') AS body FROM inbound_event")
    assert not any("example" in row["body"].lower() for row in rows)


async def test_no_address_stands_in_the_inbox_in_the_clear(till: Till) -> None:
    told = [order("T-1", buyer=verified(customer_key="C-1"))]
    assert (await till.send(told))[1] == {"new": 1, "known": 0}
    assert (await till.send(told))[1] == {"new": 0, "known": 1}, "the same, sealed anew"
    rows = await db.fetch("SELECT convert_from(body, 'UTF8') AS body FROM inbound_event")
    assert not any("example" in row["body"].lower() for row in rows)
    other = [order("T-1", buyer=verified(customer_key="C-1", email="wang@example.com"))]
    assert (await till.send(other))[1] == {"new": 1, "known": 0}


async def test_an_order_that_is_refused_ties_no_address_to_anybody(till: Till) -> None:
    await till.tell([order("T-1")])
    wrong = order("T-1", 20_000, updated_at=None, buyer=verified(customer_key="C-1"))
    await till.tell([wrong])
    assert await states() == {"worked": 1, "parked": 1}
    assert not await Identity.filter(kind="email").exists()


@pytest.mark.parametrize("address", ["lin", "lin@host", "a b@example.com", "lin@example.com\n", ""])
async def test_what_is_no_address_is_refused_with_its_place(till: Till, address: str) -> None:
    status, answer = await till.send([order(buyer=verified(email=address))])
    assert (status, answer["error"]["code"]) == (400, "bad_field")
    assert answer["error"]["field"] == "orders[0].buyer.email"


async def test_a_merge_by_staff_brings_both_together(till: Till) -> None:
    await till.tell([order("T-1", buyer=verified(customer_key=1))])
    await till.tell([order("T-2", buyer=verified(customer_key=2))])
    found = await Identity.filter(kind="customer_key").order_by("value")
    one, other = (each.customer_id for each in found)
    await customers.merge(one, other, evidence="staff", by="chen", at=now())
    await till.tell([order("T-3", buyer=verified())])
    assert await points_of(one) == 300
    assert await customers.alike(one, sealer=till.context.sealer) == []
    assert await states() == {"worked": 3}


async def test_workers_at_once_give_each_address_one_owner_and_lose_no_order(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.own_store.working.AT_ONCE", 10)
    dice = random.Random(7)
    orders = []
    for place in range(160):
        buyer = verified(email=f"Guest{dice.randrange(12)}@example.com")
        if dice.random() < 0.7:
            buyer["customer_key"] = dice.randrange(40)
        orders.append(order(f"T-{place}", buyer=buyer))
    await till.send(orders)
    while "received" in await states():
        await asyncio.gather(*(till.work() for _ in range(4)))
    assert await states() == {"worked": 160}
    assert await Merge.all().count() == 0
    assert await Identity.filter(kind="email").count() == 12
    assert not await Identity.filter(kind="email", sealed_value=None).exists()
    keys = {one["buyer"]["customer_key"] for one in orders if "customer_key" in one["buyer"]}
    assert await Identity.filter(kind="customer_key").count() == len(keys)
    rows = await db.fetch("SELECT sum(points_available + points_pending)::int AS sum FROM member")
    assert rows[0]["sum"] == 160 * 100
    pairs = {
        (one["buyer"]["email"].lower(), one["buyer"]["customer_key"])
        for one in orders
        if "customer_key" in one["buyer"]
    }
    owned = await db.fetch(
        "SELECT count(*) AS owned FROM identity JOIN identity AS key"
        " ON key.customer_id = identity.customer_id AND key.kind = 'customer_key'"
        " WHERE identity.kind = 'email'"
    )
    assert await Likeness.all().count() == len(pairs) - owned[0]["owned"]
    assert await ledger.verify() == []
