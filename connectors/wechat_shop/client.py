"""Calls of one shop to WeChat: what changed in it, and an order as it stands."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import field

from connectors.reading.calling import Ask, Caller, unreadable, with_token
from connectors.reading.texts import Id
from connectors.wechat_shop import parse
from connectors.wechat_shop.answers import Answered
from connectors.wechat_shop.products import products
from connectors.wechat_shop.wire import AfterSale, ShopOrder, Told
from loyalty.connections import WeChatShopSettings
from loyalty.orders import Order, ShopRef
from web.context import now
from web.shops import Changed, Pace, ProductPage
from wechat.errors import Rejected, refused_call
from wechat.tokens import TokenStore
from wechat.weixin import WeixinTransport

T = TypeVar("T", bound=Answered)
NO_SUCH_ORDER = 100002
A_DAY = timedelta(days=1)
# Refusals of one number and not of all calls; None: what it answered is none of its answers.
OF_ONE = frozenset({None, 40097, 47001, NO_SUCH_ORDER})
# What stands for an order that is known by its after-sale alone, and for a moment of change.
AFTER_SALE, UNREADABLE = "after_sale:", "unreadable"
# A span that ended so long ago is history: what is open is found by the newest span.
RECENT = timedelta(hours=1)


class _OrderIds(Answered, frozen=True):
    order_id_list: list[Id] = field(default_factory=list)
    next_key: str = ""
    has_more: bool = False


class _Order(Answered, frozen=True):
    order: ShopOrder | None = None


class _AfterSaleIds(Answered, frozen=True):
    after_sale_order_id_list: list[Id] = field(default_factory=list)
    next_key: str = ""
    has_more: bool = False


class _AfterSale(Answered, frozen=True):
    after_sale_order: AfterSale | None = None


class WeChatShopClient:
    """A shop on WeChat as its platform tells it."""

    # seven days may be asked for; a span that is read to its end is not read again
    pace = Pace(window=A_DAY)

    def __init__(
        self, settings: WeChatShopSettings, *, http: aiohttp.ClientSession, tokens: TokenStore
    ) -> None:
        self._settings = settings
        self._caller = Caller(http, calls_per_second=settings.calls_per_second)
        self._account = WeixinTransport(
            http,
            tokens,
            app_id=settings.app_id,
            app_secret=settings.app_secret,
            api_base=settings.api_base,
            token_endpoint=settings.token_endpoint,
        )
        # after-sales that ended, and so never change again: they need no second reading
        self._ended: set[str] = set()

    async def changed(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Changed]]:
        """Yield orders, then orders whose after-sales changed, with when they did.

        The lists tell numbers only, so each is read. An after-sale may change and leave its order
        as it was, and none is found by when it changed: those of the last days that are not at
        their end are read each time.

        Raises:
            CallFailed: one of its kinds.
        """
        async for numbers in self._order_ids(since, until):
            yield await asyncio.gather(*map(self._order_changed, numbers))
        async for changes in self._after_sales(since, until):
            yield changes

    def products(self) -> AsyncIterator[ProductPage]:
        """Yield all products that were ever online.

        Raises:
            CallFailed: one of its kinds.
        """
        return products(self._call, self._settings)

    async def read(self, number: str) -> bytes | None:
        """Return an order with its after-sales; None where the platform has none such.

        Raises:
            CallFailed: one of its kinds.
        """
        if number.startswith(AFTER_SALE):
            after_sale = await self._after_sale(number.removeprefix(AFTER_SALE))
            number = str(after_sale.order_id)
        order = await self._order(number)
        if order is None:
            return None
        named = order.aftersale_detail.aftersale_order_list
        found = await asyncio.gather(
            *(self._after_sale(str(one.aftersale_order_id)) for one in named)
        )
        return msgspec.json.encode(Told(order, list(found)))

    def parse(self, told: bytes, *, shop: ShopRef, at: datetime) -> Order | None:
        """Return the order in our shape; None where nobody paid, or not yet.

        Raises:
            Refused: as ``parse.order``.
        """
        return parse.order(told, shop=shop, settings=self._settings)

    async def check(self) -> None:
        """Ask for a token, and throw it away.

        Raises:
            CallFailed: one of its kinds.
        """
        await self._account.issue_token()

    async def _after_sales(self, since: datetime, until: datetime) -> AsyncIterator[list[Changed]]:
        """Yield the after-sales that may have changed, those that ended long ago but once."""
        looks_back = self._settings.after_sales_listed_by == "create" and until > now() - RECENT
        if looks_back:
            since = min(since, until - timedelta(days=self._settings.after_sale_days))
        listed: set[str] = set()
        for begin, end in _days(since, until):
            async for ids in self._after_sale_ids(begin, end):
                listed.update(ids)
                wanted = [one for one in ids if one not in self._ended]
                found = await asyncio.gather(*map(self._after_sale_changed, wanted))
                yield [change for change, _ in found]
                self._ended |= {one for one, (_, ended) in zip(wanted, found, strict=True) if ended}
        if looks_back:
            self._ended &= listed

    async def _order_changed(self, number: str) -> Changed:
        """Return when an order changed; one that cannot be read is a worker's, and then staff's."""
        try:
            order = await self._order(number)
        except Rejected as refused:
            if refused.errcode not in OF_ONE:
                raise
            order = None
        return Changed(number, str(order.update_time) if order else UNREADABLE)

    async def _after_sale_changed(self, number: str) -> tuple[Changed, bool]:
        """Return the order of an after-sale with how that stands, and whether it is at its end."""
        try:
            one = await self._after_sale(number)
        except Rejected as refused:
            if refused.errcode not in OF_ONE:
                raise
            return Changed(AFTER_SALE + number, UNREADABLE), False
        has_ended = one.status in parse.REFUNDED or one.status in parse.ENDED
        mark = f"{one.after_sale_order_id}:{one.status}:{one.update_time}"
        return Changed(str(one.order_id), mark), has_ended

    async def _order_ids(self, since: datetime, until: datetime) -> AsyncIterator[list[str]]:
        span = {"start_time": int(since.timestamp()), "end_time": int(until.timestamp())}
        asked = {"update_time_range": span, "page_size": self._settings.page_size}
        next_key, has_more = "", True
        while has_more:
            more = asked | ({"next_key": next_key} if next_key else {})
            told = await self._call("/channels/ec/order/list/get", more, _OrderIds)
            yield [str(one) for one in told.order_id_list]
            has_more = _goes_on(told, after=next_key)
            next_key = told.next_key

    async def _after_sale_ids(self, begin: datetime, end: datetime) -> AsyncIterator[list[str]]:
        by = self._settings.after_sales_listed_by
        asked: dict[str, object] = {
            f"begin_{by}_time": int(begin.timestamp()),
            f"end_{by}_time": int(end.timestamp()),
        }
        next_key, has_more = "", True
        while has_more:
            more = asked | ({"next_key": next_key} if next_key else {})
            told = await self._call("/channels/ec/aftersale/getaftersalelist", more, _AfterSaleIds)
            yield [str(one) for one in told.after_sale_order_id_list]
            has_more = _goes_on(told, after=next_key)
            next_key = told.next_key

    async def _order(self, number: str) -> ShopOrder | None:
        try:
            told = await self._call("/channels/ec/order/get", {"order_id": number}, _Order)
        except Rejected as refused:
            if refused.errcode == NO_SUCH_ORDER:
                return None
            raise
        return told.order

    async def _after_sale(self, number: str) -> AfterSale:
        path = "/channels/ec/aftersale/getaftersaleorder"
        told = await self._call(path, {"after_sale_order_id": number}, _AfterSale)
        if told.after_sale_order is None:
            raise Rejected(f"no after-sale {number}", endpoint=path)
        return told.after_sale_order

    async def _call(self, path: str, asked: Mapping[str, object], kind: type[T]) -> T:
        return await with_token(
            lambda token: self._asked(path, asked, kind, token),
            lambda stale: self._account.token(stale=stale),
        )

    async def _asked(self, path: str, asked: Mapping[str, object], kind: type[T], token: str) -> T:
        ask = Ask(
            "POST",
            self._settings.api_base + path,
            path,
            {"access_token": token},
            {"Content-Type": "application/json"},
            msgspec.json.encode(asked),
        )
        answer = await self._caller.send(ask)
        try:
            refusal = msgspec.json.decode(answer.body, type=Answered)
            if int(refusal.errcode):
                raise refused_call(int(refusal.errcode), refusal.errmsg, endpoint=path)
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable(ask, error) from None


def _days(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield spans of a day at most: the longest in which after-sales are listed."""
    while since < until:
        end = min(since + A_DAY, until)
        yield since, end
        since = end


def _goes_on(told: _OrderIds | _AfterSaleIds, *, after: str) -> bool:
    """Say whether there is another page; a key that stays the same would lead round and round."""
    return told.has_more and told.next_key not in ("", after)
