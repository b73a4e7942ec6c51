"""Calls of one store to Shopify's Admin API: what changed in it, and an order as it stands."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import Struct

from connectors.reading.calling import Answer, Ask, Caller, patiently, unreadable
from connectors.reading.texts import Id
from connectors.shopify import parse
from connectors.shopify.links import next_page
from connectors.shopify.products import products
from connectors.shopify.wire import ORDER_FIELDS, Payment, ShopOrder, Told
from loyalty.connections import ShopifySettings
from loyalty.orders import Order, ShopRef
from web.shops import Changed, Pace, ProductPage
from wechat.errors import Rejected, TokenRefused, TryAgain
from wechat.tokens import TokenStore

T = TypeVar("T")
SIZE = 250
NOT_NOW = frozenset({402, 423})  # the store is frozen, or locked
PAYMENT_FIELDS = ",".join(one.encode_name for one in msgspec.structs.fields(Payment))


class _Row(Struct, frozen=True):
    id: Id
    updated_at: str


class _Rows(Struct, frozen=True):
    orders: list[_Row]


class _Detail(Struct, frozen=True):
    order: ShopOrder


class _Payments(Struct, frozen=True):
    transactions: list[Payment]


class _Store(Struct, frozen=True):
    myshopify_domain: str = ""


class _Shop(Struct, frozen=True):
    shop: _Store


class ShopifyClient:
    """A store on Shopify. Its token does not end; the operator takes it back in the store."""

    pace = Pace(window=timedelta(days=30))

    def __init__(
        self, settings: ShopifySettings, *, http: aiohttp.ClientSession, tokens: TokenStore
    ) -> None:
        self._settings = settings
        self._caller = Caller(http, calls_per_second=settings.calls_per_second)
        base = settings.api_base or f"https://{settings.shop_domain}"
        self._base = f"{base}/admin/api/{settings.api_version}"

    async def changed(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Changed]]:
        """Yield orders by the moment of their change; a refund is one, too.

        Raises:
            CallFailed: one of its kinds.
        """
        asked: dict[str, str] | None = {
            "status": "any",
            "updated_at_min": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at_max": until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order": "updated_at asc",
            "fields": "id,updated_at",
            "limit": str(SIZE),
        }
        while asked is not None:
            told, answer = await self._asked("orders.json", asked, _Rows)
            yield [Changed(str(one.id), one.updated_at) for one in told.orders]
            cursor = next_page(answer)
            # nothing else of the address is followed, so that the token goes to no other host
            asked = (
                {"limit": str(SIZE), "fields": "id,updated_at", "page_info": cursor}
                if (cursor)
                else None
            )

    def products(self) -> AsyncIterator[ProductPage]:
        """Yield all products, with what they cost the merchant.

        Raises:
            CallFailed: one of its kinds.
        """
        return products(self._asked, self._settings)

    async def read(self, number: str) -> bytes | None:
        """Return an order with all money that moved for it; None where there is none.

        Raises:
            CallFailed: one of its kinds.
        """
        if not number.isdecimal():
            return None
        try:
            asked = {"fields": ORDER_FIELDS}
            detail, _ = await self._asked(f"orders/{number}.json", asked, _Detail)
        except Rejected as refused:
            if refused.errcode == 404:
                return None
            raise
        path = f"orders/{number}/transactions.json"
        told, _ = await self._asked(path, {"fields": PAYMENT_FIELDS}, _Payments)
        return msgspec.json.encode(Told(detail.order, told.transactions))

    def parse(self, told: bytes, *, shop: ShopRef, at: datetime) -> Order | None:
        """Return the order in our shape; None where it is not paid.

        Raises:
            Refused: as ``parse.order``.
        """
        return parse.order(told, shop=shop, settings=self._settings)

    async def check(self) -> None:
        """Ask which store the token is of.

        Raises:
            CallFailed: one of its kinds; ``Rejected`` where it is another one's.
        """
        told, _ = await self._asked("shop.json", {"fields": "myshopify_domain"}, _Shop)
        if told.shop.myshopify_domain != self._settings.shop_domain:
            said = f"the token is of {told.shop.myshopify_domain}"
            raise Rejected(said, endpoint="shop.json")

    async def _asked(self, path: str, asked: Mapping[str, str], kind: type[T]) -> tuple[T, Answer]:
        return await patiently(lambda: self._asked_once(path, asked, kind))

    async def _asked_once(
        self, path: str, asked: Mapping[str, str], kind: type[T]
    ) -> tuple[T, Answer]:
        headers = {"X-Shopify-Access-Token": self._settings.access_token}
        # one bucket for all calls of an app in a store
        ask = Ask("GET", f"{self._base}/{path}", "admin/api", asked, headers)
        answer = await self._caller.send(ask)
        if answer.status == 401:
            raise TokenRefused("the token is not taken: enter a new one", endpoint=path)
        if answer.status in NOT_NOW:
            raise TryAgain("the store is closed", endpoint=path, errcode=answer.status)
        if answer.status != 200:
            said = answer.body[:200].decode(errors="replace")
            raise Rejected(said, endpoint=path, errcode=answer.status)
        try:
            return msgspec.json.decode(answer.body, type=kind), answer
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable(ask, error) from None
