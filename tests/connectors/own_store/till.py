"""A till as the tests play it: it signs what it sends, as its README says, without our code."""

import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec

from connectors.own_store.working import StoreEvents
from loyalty import ledger
from loyalty.connections import Connected, OwnStoreSettings
from models import Identity, db
from web.context import Context, now

Json = dict[str, Any]
CODE = "huaihai-road"
SECRET = "till-secret-0123456789"
PREVIOUS = "till-secret-of-before"
SETTINGS = OwnStoreSettings(CODE, SECRET, shop_kind="pos", previous_secret=PREVIOUS)
PAID_AT = "2026-06-01T12:00:00+08:00"


def order(number: str = "T-1", *fen: int, **changed: Any) -> Json:
    """Return an order of lines that cost so many fen, completed when it was paid, as tills do."""
    lines = [line(str(place), one) for place, one in enumerate(fen or (10_000,), 1)]
    total = sum(one["goods_fen"] for one in lines)
    told = {
        "number": number,
        "state": "completed",
        "ordered_at": PAID_AT,
        "paid_at": PAID_AT,
        "completed_at": PAID_AT,
        "updated_at": PAID_AT,
        "goods_fen": total,
        "paid_fen": total,
        "lines": lines,
        "buyer": {"customer_key": "C-1"},
    }
    return {**told, **changed}


def line(key: object, fen: int, **changed: Any) -> Json:
    told = {"key": key, "sku": f"sku-{key}", "title": "手冲壶", "quantity": 1}
    return {**told, "goods_fen": fen, "paid_fen": fen, **changed}


def refund(number: str, name: str, at: str = "2026-06-03T12:00:00+08:00", **fen: int) -> Json:
    """Return a refund of so many fen of lines: ``line_1=500``."""
    lines = [{"key": key[5:], "refunded_fen": one} for key, one in fen.items()]
    return {"number": number, "refund_number": name, "refunded_at": at, "lines": lines}


def stamps(body: bytes, *, secret: str = SECRET, at: object = None, nonce: str = "") -> Json:
    """Return the headers of a call."""
    timestamp = str(int(time.time()) if at is None else at)
    nonce = nonce or uuid4().hex
    signed = f"{timestamp}\n{nonce}\n".encode() + body
    return {
        "Content-Type": "application/json",
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest(),
    }


@dataclass
class Till:
    """Sends calls to our address and lets a worker look."""

    http: aiohttp.ClientSession
    origin: str
    context: Context

    async def send(
        self, orders: Sequence[Json] = (), refunds: Sequence[Json] = ()
    ) -> tuple[int, Json]:
        body = msgspec.json.encode({"orders": orders, "refunds": refunds})
        return await self.post(body, stamps(body))

    async def post(self, body: bytes, headers: Any, *, code: str = CODE) -> tuple[int, Json]:
        address = f"{self.origin}/ingest/{code}/orders"
        async with self.http.post(address, data=BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.json()

    async def tell(self, orders: Sequence[Json] = (), refunds: Sequence[Json] = ()) -> None:
        """Send one call and let it be worked."""
        http_status, answer = await self.send(orders, refunds)
        assert http_status == 202, answer
        await self.work()

    async def work(self) -> None:
        events = StoreEvents(self.context)
        while await events.work(now()):
            pass


def connected(connection_id: int) -> Connected[OwnStoreSettings]:
    return Connected(connection_id, CODE, "淮海路店", SETTINGS)


async def states() -> dict[str, int]:
    """Return how many orders and refunds of the inbox stand where."""
    rows = await db.fetch(
        "SELECT state, count(*) AS events FROM inbound_event WHERE kind <> 'call' GROUP BY state"
    )
    return {row["state"]: row["events"] for row in rows}


async def reasons() -> list[str]:
    """Return the codes of what is parked, in the sequence of arrival."""
    rows = await db.fetch(
        "SELECT split_part(error, ' ', 1) AS code FROM inbound_event WHERE state = 'parked'"
        " ORDER BY id"
    )
    return [row["code"] for row in rows]


async def points(key: str = "C-1") -> int:
    """Return what the customer has, pending or not."""
    identity = await Identity.get(kind="customer_key", scope=CODE, value=key)
    return await points_of(identity.customer_id)


async def points_of(customer_id: int) -> int:
    """Return what a customer has, pending or not."""
    balance = (await ledger.balances([customer_id], at=now()))[customer_id]
    return balance.available + balance.pending
