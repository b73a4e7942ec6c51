"""A store on Shopify: the calls of its Admin API, and its webhooks."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import re
import secrets
import time
from typing import Any

import msgspec
from aiohttp import web

from simulator.api import Raw
from simulator.clock import Clock, wire_time
from simulator.consumers import Consumer
from simulator.faults import EndpointFault
from simulator.gate import CHINA, sent
from simulator.settings import ShopifyShop
from simulator.shops import shopify_goods
from simulator.shops import shopify_told as told
from simulator.shops.orders import Order, Orders, Refund, ShopState
from simulator.shops.pushes import Push, Pushes
from simulator.shops.shelf import Shelf
from simulator.wire import Exchange, half

KIND = "shopify"
BASE = "/shopify"
MOST_ROWS = 250
TOPICS = {
    "placed": ("orders/create",),
    "paid": ("orders/paid", "orders/updated"),
    "shipped": ("orders/fulfilled", "orders/updated"),
    "completed": ("orders/updated",),
    "closed": ("orders/cancelled", "orders/updated"),
    "refunded": ("refunds/create", "orders/updated"),
}
_ORDER = re.compile(r"orders/([0-9]{1,20})\.json")
_PAYMENTS = re.compile(r"orders/([0-9]{1,20})/transactions\.json")
_VERSION = re.compile(r"20[0-9]{2}-(01|04|07|10)")


class ShopifyRefused(Exception):
    """The platform's refusal; ``headers`` go with it."""

    def __init__(self, status: int, errors: object, **headers: str) -> None:
        super().__init__(str(errors))
        self.status = status
        self.errors = errors
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class ShopifyStore:
    """One store; ``orders`` are what was bought in it."""

    kind = KIND

    def __init__(
        self, settings: ShopifyShop, state: ShopState, *, clock: Clock, pushes: Pushes
    ) -> None:
        self.settings = settings
        self.code = settings.code
        self.name = settings.name
        self.orders = Orders(state, clock)
        self.shelf = Shelf(state.goods, clock, pushes.faults)
        self._pushes = pushes
        self._filled, self._looked_at = 0.0, time.monotonic()
        self._cursors: dict[str, list[str]] = {}
        if not state.tokens:
            state.tokens[settings.access_token] = 2**40

    def buyer(self, consumer: Consumer) -> str:
        """The customer's number in this store."""
        return told.customer_id(consumer.nickname)

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """Sends the webhooks of one happening, and waits for the first round of all."""
        rounds = [self._pushes.send(self._push(topic, order, refund)) for topic in TOPICS[event]]
        for one in rounds:
            await one.wait()

    def _push(self, topic: str, order: Order, refund: Refund | None) -> Push:
        currency = self.settings.currency
        about = told.order(order, currency=currency)
        if topic == "refunds/create":
            assert refund is not None
            about = told.refund(order, refund, currency=currency)
        body = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
        signed = hmac.new(self.settings.app_secret.encode(), body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(signed).decode(),
            "X-Shopify-Shop-Domain": self.code,
            "X-Shopify-API-Version": "2026-07",
            "X-Shopify-Webhook-Id": secrets.token_hex(16),
            "X-Shopify-Event-Id": secrets.token_hex(16),
            "X-Shopify-Triggered-At": told.moment(order.updated_at),
        }
        return Push(f"shopify {topic}", self.settings.push_url, body, headers)

    async def close(self) -> None:
        """Breaks off webhooks that are on their way."""
        await self._pushes.close()

    def pour(self) -> str:
        """One call more in the bucket, and how full it is then. Raises: ShopifyRefused."""
        at, most = time.monotonic(), self.settings.bucket
        leaked = (at - self._looked_at) * self.settings.leaks_per_second
        self._filled, self._looked_at = max(0.0, self._filled - leaked), at
        if self._filled + 1 > most:
            pause = f"{1 / self.settings.leaks_per_second:.1f}"
            said = "Exceeded 2 calls per second for api client."
            raise ShopifyRefused(429, said, Retry_After=pause)
        self._filled += 1
        return f"{int(self._filled)}/{most}"

    def answer(self, path: str, query: dict[str, str], *, url: str) -> tuple[object, str]:
        """What a call is answered, and its Link header. Raises: ShopifyRefused."""
        if path == "shop.json":
            shop = {"id": 1, "myshopify_domain": self.code, "currency": self.settings.currency}
            return {"shop": shop}, ""
        if path == "orders.json":
            return self._orders(query, url=url)
        if path in ("products.json", "inventory_items.json"):
            try:
                return self._goods(path, query, url=url)
            except shopify_goods.Wrong as wrong:
                raise ShopifyRefused(400, {wrong.field: "Invalid value."}) from wrong
        if found := _ORDER.fullmatch(path):
            return {"order": self._told(self._order(found[1]), query)}, ""
        if found := _PAYMENTS.fullmatch(path):
            rows = told.transactions(self._order(found[1]), currency=self.settings.currency)
            return {"transactions": [_only(one, query) for one in rows]}, ""
        raise ShopifyRefused(404, "Not Found")

    def _order(self, number: str) -> Order:
        found = self.orders.get(number)
        if found is None:
            raise ShopifyRefused(404, "Not Found")
        return found

    def _told(self, one: Order, query: dict[str, str]) -> dict[str, object]:
        return _only(told.order(one, currency=self.settings.currency), query)

    def _orders(self, query: dict[str, str], *, url: str) -> tuple[object, str]:
        """A page; behind the first only a cursor, limit and fields may be asked for."""
        size = int(query.get("limit", "50"))
        if not 1 <= size <= MOST_ROWS:
            raise ShopifyRefused(400, {"limit": "must be between 1 and 250"})
        cursor = query.get("page_info", "")
        if cursor:
            if not set(query) <= {"page_info", "limit", "fields"} or cursor not in self._cursors:
                raise ShopifyRefused(400, {"page_info": "Invalid value."})
            numbers = self._cursors[cursor]
        else:
            numbers = self._matching(query)
        rows = [self._told(self.orders.state.orders[one], query) for one in numbers[:size]]
        return {"orders": rows}, self._link(numbers[size:], url=url, size=size)

    def _link(self, left: list[str], *, url: str, size: int) -> str:
        if not left:
            return ""
        after = secrets.token_urlsafe(24)
        self._cursors[after] = left
        return f'<{url}?limit={size}&page_info={after}>; rel="next"'

    def _goods(self, path: str, query: dict[str, str], *, url: str) -> tuple[object, str]:
        """Products a page behind the number where a cursor stands; or inventory items."""
        size = int(query.get("limit", "50"))
        if not 1 <= size <= MOST_ROWS:
            raise ShopifyRefused(400, {"limit": "must be between 1 and 250"})
        if path == "inventory_items.json":
            return {"inventory_items": shopify_goods.stocks(self.shelf, query.get("ids", ""))}, ""
        statuses, after = query.get("status", "active"), ""
        if cursor := query.get("page_info", ""):
            if not set(query) <= {"page_info", "limit", "fields"} or cursor not in self._cursors:
                raise ShopifyRefused(400, {"page_info": "Invalid value."})
            statuses, after = self._cursors[cursor]
        found = shopify_goods.products(self.shelf, statuses)
        left = [one for one in found if str(one["id"]) > after]
        rows = [_only(one, query) for one in left[:size]]
        self.shelf.moved()
        behind = [statuses, str(left[size - 1]["id"])] if left[size:] else []
        return {"products": rows}, self._link(behind, url=url, size=size)

    def _matching(self, query: dict[str, str]) -> list[str]:
        begin = _moment(query.get("updated_at_min"), else_at=0.0)
        end = _moment(query.get("updated_at_max"), else_at=float("inf"))
        found = [
            one
            for one in self.orders.state.orders.values()
            if begin <= one.updated_at <= end
            and (query.get("status") == "any" or one.state not in ("closed", "completed"))
        ]
        found.sort(key=lambda one: (one.updated_at, one.number))
        if query.get("order", "") != "updated_at asc":
            found.reverse()
        return [one.number for one in found]


def _only(whole: dict[str, object], query: dict[str, str]) -> dict[str, object]:
    wanted = query.get("fields", "")
    return {k: v for k, v in whole.items() if k in wanted.split(",")} if wanted else whole


def _moment(text: str | None, *, else_at: float) -> float:
    if not text:
        return else_at
    try:
        return dt.datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise ShopifyRefused(400, {"updated_at": "expected a date"}) from error


def is_taken(status: int, answer: bytes) -> bool:
    """Any 2xx takes a webhook."""
    return 200 <= status < 300


def add_to(app: web.Application) -> None:
    """Answers the Admin API of every store, at /shopify/{domain}."""
    app.router.add_get(BASE + "/{domain}/admin/api/{version}/{path:.+}", handle)


async def handle(request: web.Request) -> web.StreamResponse:
    """One call; a fault names its path behind the version, as /shopify/orders.json."""
    china, started = request.app[CHINA], time.perf_counter()
    path = request.match_info["path"]
    fault = china.faults.take(f"{BASE}/{path}") or EndpointFault()
    try:
        if fault.status is not None:
            raise ShopifyRefused(fault.status, "fault", Retry_After="0.2")
        raw = _answered(request, path)
    except ShopifyRefused as refused:
        body = msgspec.json.encode({"errors": refused.errors})
        raw = Raw(body, "application/json", refused.status, tuple(refused.headers.items()))
    china.state_file.touch()
    china.wire.add(
        Exchange(
            at=wire_time(),
            direction="from_server",
            title=path,
            method=request.method,
            url=str(request.url),
            status=raw.status,
            seconds=round(time.perf_counter() - started, 4),
            outcome="ok" if raw.status == 200 else "refused",
            request=half({}, b""),
            response=half({}, raw.content),
        )
    )
    return await sent(request, raw, fault)


def _answered(request: web.Request, path: str) -> Raw:
    """Store, token, version, bucket, then the call. Raises: ShopifyRefused."""
    china, domain = request.app[CHINA], request.match_info["domain"]
    store: Any = china.shops.get(KIND, domain)
    if store is None:
        raise ShopifyRefused(404, "Not Found")
    if request.headers.get("X-Shopify-Access-Token", "") not in store.orders.state.tokens:
        said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        raise ShopifyRefused(401, said)
    if not _VERSION.fullmatch(request.match_info["version"]):
        raise ShopifyRefused(404, "Not Found")
    filled = store.pour()
    url = str(request.url.with_query(None))
    answer, link = store.answer(path, dict(request.query), url=url)
    headers = (("X-Shopify-Shop-Api-Call-Limit", filled), *((("Link", link),) if link else ()))
    return Raw(msgspec.json.encode(answer), "application/json; charset=utf-8", 200, headers)
