"""Calls of a shop to Taobao's open platform (TOP): what changed in it, and a trade as it stands."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

import aiohttp
import msgspec
from msgspec import Struct

from connectors.reading.calling import (
    Ask,
    Caller,
    patiently,
    unreadable,
    with_token,
    with_token_once,
)
from connectors.reading.paging import last_page_first
from connectors.reading.texts import Id, shown
from connectors.tmall import parse
from connectors.tmall.answers import Envelope, of_one_call, refusal
from connectors.tmall.products import products
from connectors.tmall.signature import signature
from connectors.tmall.wire import REFUND_FIELDS, TRADE_FIELDS, Refund, Told, Trade
from loyalty.connections import TmallSettings
from loyalty.orders import Order, ShopRef
from web.context import now
from web.shops import Changed, Pace, ProductPage
from wechat.errors import CallFailed, Rejected, TokenRefused
from wechat.tokens import StoredToken, TokenStore, token_in

T = TypeVar("T")
SIZE = 50
FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}


class _Row(Struct, frozen=True):
    tid: Id
    modified: str = ""
    status: str = ""


class _Rows(Struct, frozen=True):
    trade: list[_Row] = []


class _TradePage(Struct, frozen=True):
    total_results: int = 0
    trades: _Rows = _Rows()


class _TradeDetail(Struct, frozen=True):
    trade: Trade


class _Refunds(Struct, frozen=True):
    refund: list[Refund] = []


class _RefundPage(Struct, frozen=True):
    total_results: int = 0
    refunds: _Refunds = _Refunds()


class _RefundDetail(Struct, frozen=True):
    refund: Refund


class _Named(Struct, frozen=True):
    ouid: str = ""


class _Simple(Struct, frozen=True):
    trade: _Named = _Named()


class _Renewed(Struct, frozen=True):
    token_result: str


class TmallClient:
    """A shop on Tmall or Taobao as the open platform tells it."""

    def __init__(
        self, settings: TmallSettings, *, http: aiohttp.ClientSession, tokens: TokenStore
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        # at promotions the platform's lists lag some ten minutes
        window = timedelta(minutes=settings.list_minutes)
        self.pace = Pace(window=window, overlap=timedelta(hours=1))
        self._caller = Caller(http, calls_per_second=settings.calls_per_second)
        # a session that the operator enters anew is not mistaken for the one before
        first = hashlib.sha256(settings.session.encode()).hexdigest()[:16]
        self._token_key = f"tmall:{settings.app_key}:{first}"

    async def changed(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Changed]]:
        """Yield trades, then trades whose refunds changed: those after the end move no trade.

        Their moments are whole seconds: the state tells two changes within one apart.

        Raises:
            CallFailed: one of its kinds.
        """
        span = {"start_modified": shown(since), "end_modified": shown(until)}

        async def trades(page: int) -> tuple[list[Changed], int]:
            told = await self._trades(span, page)
            rows = [
                Changed(str(one.tid), f"{one.modified} {one.status}") for one in told.trades.trade
            ]
            return rows, told.total_results

        async def refunds(page: int) -> tuple[list[Changed], int]:
            told = await self._refunds(span, page)
            rows = [
                Changed(str(one.tid), f"{one.refund_id} {one.modified} {one.status}")
                for one in told.refunds.refund
            ]
            return rows, told.total_results

        async for rows in last_page_first(trades, size=SIZE, first=1):
            yield rows
        async for rows in last_page_first(refunds, size=SIZE, first=1):
            yield rows

    def products(self) -> AsyncIterator[ProductPage]:
        """Yield all items, on sale and in the warehouse.

        Raises:
            CallFailed: one of its kinds.
        """
        return products(self.call)

    async def read(self, number: str) -> bytes:
        """Return a trade with all its refunds.

        Raises:
            CallFailed: one of its kinds; a trade that the platform does not know is ``Rejected``.
        """
        asked = {"tid": number, "fields": TRADE_FIELDS}
        trade = (await self.call("taobao.trade.fullinfo.get", asked, _TradeDetail)).trade
        if self._settings.asks_ouid and trade.pay_time:
            asked = {"tid": number, "fields": "tid,ouid"}
            named = await self.call("taobao.trade.simple.get", asked, _Simple)
            trade = msgspec.structs.replace(trade, ouid=named.trade.ouid)
        return msgspec.json.encode(Told(trade, await self._refunds_of(trade)))

    def parse(self, told: bytes, *, shop: ShopRef, at: datetime) -> Order | None:
        """Return the trade in our shape; None where it was never paid.

        Raises:
            Refused: as ``parse.order``.
        """
        return parse.order(told, shop=shop, settings=self._settings)

    async def check(self) -> None:
        """Ask for what changed in the last minute.

        Raises:
            CallFailed: one of its kinds.
        """
        span = {
            "start_modified": shown(now() - timedelta(minutes=1)),
            "end_modified": shown(now()),
        }
        await self._trades(span, 1)

    async def answer_point_change(self, told: Mapping[str, str]) -> None:
        """Tell what became of points that a shopper spent at Tmall.

        Raises:
            CallFailed: one of its kinds.
        """
        await self.call("tmall.mei.crm.callback.point.change", told, dict[str, object])

    async def show_member(self, told: Mapping[str, str]) -> None:
        """Tell what a bound member has by now.

        Raises:
            CallFailed: one of its kinds.
        """
        await self.call("tmall.mei.crm.member.sync.privy", told, dict[str, object])

    async def unbind_member(self, ouid: str) -> None:
        """Let the shop's page show a member no more, who left by our side.

        Raises:
            CallFailed: one of its kinds.
        """
        await self.call("tmall.crm.member.front.unbind.privy", {"ouid": ouid}, dict[str, object])

    async def _refunds_of(self, trade: Trade) -> list[Refund]:
        """Return all refunds of a trade, by id.

        A sub-order names its newest refund only; those before it stand among the buyer's.
        """
        newest = {str(one.refund_id) for one in trade.orders.order} - {"", "0"}
        if not newest:
            return []
        found: dict[str, Refund] = {}
        if trade.buyer_open_uid:
            asked = {"buyer_open_uid": trade.buyer_open_uid}

            async def of_buyer(page: int) -> tuple[list[Refund], int]:
                told = await self._refunds(asked, page)
                return told.refunds.refund, told.total_results

            async for rows in last_page_first(of_buyer, size=SIZE, first=1):
                found |= {str(one.refund_id): one for one in rows if str(one.tid) == trade.number}
        for refund_id in newest - found.keys():
            told = await self.call(
                "taobao.refund.get",
                {"refund_id": refund_id, "fields": REFUND_FIELDS},
                _RefundDetail,
            )
            found[refund_id] = told.refund
        return [found[refund_id] for refund_id in sorted(found)]

    async def _trades(self, span: Mapping[str, str], page: int) -> _TradePage:
        asked = {**span, "fields": "tid,modified,status", **self._page(page)}
        return await self.call("taobao.trades.sold.increment.get", asked, _TradePage)

    async def _refunds(self, which: Mapping[str, str], page: int) -> _RefundPage:
        asked = {**which, "fields": REFUND_FIELDS, **self._page(page)}
        return await self.call("taobao.refunds.receive.get", asked, _RefundPage)

    def _page(self, page: int) -> dict[str, str]:
        types = self._settings.trade_types
        return {"type": types, "page_no": str(page), "page_size": str(SIZE)}

    async def call(self, method: str, asked: Mapping[str, str], kind: type[T]) -> T:
        """Call what only reads, or may be repeated: again where that may help.

        Raises:
            CallFailed: one of its kinds.
        """

        async def call(token: str) -> T:
            session = token.partition(" ")[0]
            return await self._asked(method, {**asked, "session": session}, kind)

        return await with_token(call, self._token)

    async def call_once(self, method: str, asked: Mapping[str, str], kind: type[T]) -> T:
        """Call what must not be repeated; again only where the session was refused.

        Raises:
            UnknownOutcome: nobody knows what became of it. CallFailed: it had no effect.
        """

        async def call(token: str) -> T:
            session = token.partition(" ")[0]
            try:
                return await self._asked(method, {**asked, "session": session}, kind)
            except CallFailed as failed:
                raise of_one_call(failed) from None

        return await with_token_once(call, self._token)

    async def _token(self, stale: str | None) -> str:
        """Return the session, behind a blank with what renews it where it was renewed before."""
        kept = await self._tokens.get(self._token_key)
        value = kept.value if kept is not None else self._settings.session
        if value != stale and (kept is None or kept.is_usable(now())):
            return value
        renewal = value.partition(" ")[2] or self._settings.refresh_token
        if not renewal:
            raise TokenRefused("the session ended: authorise the app again", endpoint="session")
        fresh = await self._tokens.refreshed(
            self._token_key, stale=stale, fetch=lambda: self._renewed(renewal)
        )
        return fresh.value

    async def _renewed(self, refresh_token: str) -> StoredToken:
        method = "taobao.top.auth.token.refresh"
        asked = {"refresh_token": refresh_token}
        try:
            told = await patiently(lambda: self._asked(method, asked, _Renewed))
            result = msgspec.json.decode(told.token_result, type=dict[str, object])
            token = token_in(result)
        # no order is to blame: all of them wait until the app is authorised again
        except (Rejected, KeyError, TypeError, ValueError) as error:
            said = f"the session ended and is not renewed: authorise the app again ({error})"
            raise TokenRefused(said, endpoint="session") from None
        renewal = result.get("refresh_token") or refresh_token
        return StoredToken(f"{token.value} {renewal}", token.expires_at)

    async def _asked(self, method: str, asked: Mapping[str, str], kind: type[T]) -> T:
        settings = self._settings
        told = {
            **asked,
            "method": method,
            "app_key": settings.app_key,
            "timestamp": shown(now()),
            "format": "json",
            "v": "2.0",
            "sign_method": settings.sign_method,
        }
        told["sign"] = signature(told, settings.app_secret, method=settings.sign_method)
        ask = Ask("POST", settings.api_base, method, headers=FORM, body=urlencode(told).encode())
        answer = await self._caller.send(ask)
        try:
            envelope = msgspec.json.decode(answer.body, type=Envelope)
            found = envelope.get(f"{method.removeprefix('taobao.').replace('.', '_')}_response")
            if found is not None:
                return msgspec.json.decode(found, type=kind)
            raise refusal(envelope, method)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise unreadable(ask, error) from None
