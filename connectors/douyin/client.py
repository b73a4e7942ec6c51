"""Calls of one shop to Douyin's open platform: what changed in it, and an order as it stands."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeVar

import aiohttp
import msgspec
from msgspec import Struct

from connectors.douyin import parse
from connectors.douyin.products import products
from connectors.douyin.signature import param_json, signature
from connectors.douyin.wire import GivenBack, MemberUpdate, ShopMember, ShopOrder, Told
from connectors.reading.calling import Ask, Caller, patiently, unreadable, with_token
from connectors.reading.paging import last_page_first
from connectors.reading.texts import Id, Number, shown
from loyalty.connections import DouyinSettings
from loyalty.orders import Order, ShopRef
from web.context import now
from web.shops import Changed, Pace, ProductPage
from wechat.errors import CallFailed, Rejected, TokenRefused, TryAgain
from wechat.tokens import StoredToken, TokenStore, token_in

T = TypeVar("T")
SIZE = 100
DONE = 10000
REFUNDED = 3
BUSY = frozenset({20000, 60000, 90000})
TOKEN_ENDED = frozenset({50001, 30001})
TOKEN_SUB_CODES = ("isv.access-token-", "isv.token-")


class _Envelope(Struct, frozen=True):
    code: int
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""
    log_id: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _OrderPage(Struct, frozen=True):
    total: int
    shop_order_list: list[ShopOrder] = []


class _OrderDetail(Struct, frozen=True):
    shop_order_detail: ShopOrder


class _AfterSale(Struct, frozen=True):
    aftersale_id: Id
    update_time: Number = 0


class _Related(Struct, frozen=True):
    sku_order_id: Id


class _AfterSaleOrder(Struct, frozen=True):
    shop_order_id: Id
    related_order_info: list[_Related] = []


class _AfterSaleRow(Struct, frozen=True):
    aftersale_info: _AfterSale
    order_info: _AfterSaleOrder


class _AfterSalePage(Struct, frozen=True):
    total: int = 0
    items: list[_AfterSaleRow] = []


class _Process(Struct, frozen=True):
    after_sale_info: GivenBack


class _AfterSaleDetail(Struct, frozen=True):
    process_info: _Process


class _Members(Struct, frozen=True):
    member_infos: list[ShopMember] = []


class DouyinClient:
    """A shop on Douyin as its open platform tells it."""

    pace = Pace(window=timedelta(days=1))

    def __init__(
        self, settings: DouyinSettings, *, http: aiohttp.ClientSession, tokens: TokenStore
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._caller = Caller(http, calls_per_second=settings.calls_per_second)
        self._token_key = f"douyin:{settings.app_key}:{settings.shop_id}"

    async def changed(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Changed]]:
        """Yield orders, then orders whose after-sales changed; both lists as they were told.

        Raises:
            CallFailed: one of its kinds.
        """
        begin, end = int(since.timestamp()), int(until.timestamp())

        async def orders(page: int) -> tuple[list[Changed], int]:
            asked = {"update_time_start": begin, "update_time_end": end, "order_by": "update_time"}
            told = await self._call(
                "order/searchList", asked | {"order_asc": True, **_page(page)}, _OrderPage
            )
            rows = [
                Changed(str(one.order_id), str(one.update_time)) for one in told.shop_order_list
            ]
            return rows, told.total

        async def after_sales(page: int) -> tuple[list[Changed], int]:
            asked = {"update_start_time": begin, "update_end_time": end}
            told = await self._after_sales(asked | {"order_by": ["update_time asc"], **_page(page)})
            rows = [
                Changed(
                    str(one.order_info.shop_order_id),
                    f"{one.aftersale_info.aftersale_id}:{one.aftersale_info.update_time}",
                )
                for one in told.items
            ]
            return rows, told.total

        async for rows in last_page_first(orders, size=SIZE, first=0):
            yield rows
        async for rows in last_page_first(after_sales, size=SIZE, first=0):
            yield rows

    def products(self) -> AsyncIterator[ProductPage]:
        """Yield all products that are not deleted.

        Raises:
            CallFailed: one of its kinds.
        """
        return products(self._call, self._settings)

    async def read(self, number: str) -> bytes:
        """Return an order with what its after-sales really gave back.

        Raises:
            CallFailed: one of its kinds; an order that the platform does not know is ``Rejected``.
        """
        detail = await self._call("order/orderDetail", {"shop_order_id": number}, _OrderDetail)
        order = detail.shop_order_detail
        has_after_sales = any(one.after_sale_info.is_there() for one in order.sku_order_list)
        told = Told(order, await self._refunds(number) if has_after_sales else [])
        return msgspec.json.encode(told)

    def parse(self, told: bytes, *, shop: ShopRef, at: datetime) -> Order | None:
        """Return the order in our shape; None where it was never paid.

        Raises:
            Refused: as ``parse.order``.
        """
        return parse.order(told, shop=shop, settings=self._settings)

    async def members(self, app_id: int, open_ids: Sequence[str]) -> list[ShopMember]:
        """Return which of at most ten buyers are members of the shop.

        Raises:
            CallFailed: one of its kinds.
        """
        asked = {"app_id": app_id, "open_id_list": list(open_ids)}
        return (await self._call("member/mGetMemberInfoByOpenIdList", asked, _Members)).member_infos

    async def update_members(self, app_id: int, updates: Sequence[MemberUpdate]) -> None:
        """Tell what at most five members are by now; told again, nothing changes.

        Raises:
            CallFailed: one of its kinds.
        """
        told = [msgspec.to_builtins(one) for one in updates]
        asked = {"app_id": app_id, "member_info_list": told}
        await self._call("member/batchUpdate", asked, dict[str, object])

    async def _refunds(self, number: str) -> list[tuple[str, GivenBack]]:
        pages = [
            rows
            async for rows in last_page_first(
                lambda page: self._of_order(number, page), size=SIZE, first=0
            )
        ]
        found = []
        for row in chain.from_iterable(pages):
            detail = await self._call(
                "afterSale/Detail",
                {"after_sale_id": str(row.aftersale_info.aftersale_id)},
                _AfterSaleDetail,
            )
            about = [str(one.sku_order_id) for one in row.order_info.related_order_info]
            found.append((about[0] if len(about) == 1 else "", detail.process_info.after_sale_info))
        return sorted(found, key=lambda one: (one[0], str(one[1].after_sale_id)))

    async def _of_order(self, number: str, page: int) -> tuple[list[_AfterSaleRow], int]:
        told = await self._after_sales({"order_id": number, **_page(page)})
        return told.items, told.total

    async def _after_sales(self, asked: Mapping[str, object]) -> _AfterSalePage:
        return await self._call("afterSale/List", asked, _AfterSalePage)

    async def _call(self, path: str, asked: Mapping[str, object], kind: type[T]) -> T:
        return await with_token(lambda token: self._asked(path, asked, kind, token), self._token)

    async def _token(self, stale: str | None) -> str:
        if stale is None:
            kept = await self._tokens.get(self._token_key)
            if kept is not None and kept.is_usable(now()):
                return kept.value
        fresh = await self._tokens.refreshed(self._token_key, stale=stale, fetch=self.issue_token)
        return fresh.value

    async def check(self) -> None:
        """Ask for a token, and throw it away.

        Raises:
            CallFailed: one of its kinds.
        """
        await self.issue_token()

    async def issue_token(self) -> StoredToken:
        """Ask for a token of the shop, which the app has by itself.

        Raises:
            CallFailed: one of its kinds.
        """
        asked = {
            "code": "",
            "grant_type": "authorization_self",
            "shop_id": self._settings.shop_id,
        }
        told = await patiently(
            lambda: self._asked("token/create", asked, dict[str, object], token="")
        )
        try:
            return token_in(told)
        except (KeyError, TypeError, ValueError) as error:
            raise Rejected(f"no token: {error}", endpoint="token/create") from None

    async def _asked(self, path: str, asked: Mapping[str, object], kind: type[T], token: str) -> T:
        told, settings = param_json(asked), self._settings
        method = path.replace("/", ".")
        timestamp = shown(now())
        params = {
            "app_key": settings.app_key,
            "method": method,
            "timestamp": timestamp,
            "v": "2",
            "sign_method": "hmac-sha256",
            "sign": signature(
                settings.app_secret,
                app_key=settings.app_key,
                method=method,
                asked=told,
                timestamp=timestamp,
            ),
        }
        if token:
            params["access_token"] = token
        headers = {"Content-Type": "application/json", "x-open-no-old-err-code": "1"}
        url = f"{settings.api_base}/{path}"
        ask = Ask("POST", url, path, params, headers, told.encode())
        answer = await self._caller.send(ask)
        try:
            envelope = msgspec.json.decode(answer.body, type=_Envelope)
            if envelope.code == DONE:
                return msgspec.json.decode(envelope.data, type=kind)
        except msgspec.MsgspecError as error:
            raise unreadable(ask, error) from None
        raise _refusal(envelope, path)


def _page(page: int) -> dict[str, int]:
    return {"page": page, "size": SIZE}


def _refusal(envelope: _Envelope, path: str) -> CallFailed:
    kind: type[CallFailed] = Rejected
    if envelope.code in TOKEN_ENDED or envelope.sub_code.startswith(TOKEN_SUB_CODES):
        kind = TokenRefused
    elif envelope.code in BUSY:
        kind = TryAgain
    said = f"{envelope.sub_code or envelope.msg} {envelope.sub_msg} log_id: {envelope.log_id}"
    return kind(said, endpoint=path, errcode=envelope.code)
