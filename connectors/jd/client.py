"""One shop on JD as its open platform tells it: what changed in it, and an order as it stands."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

import aiohttp
import msgspec
from msgspec import Struct, field

from connectors.jd import parse
from connectors.jd.gateway import Gateway
from connectors.jd.products import products
from connectors.jd.wire import ORDER_FIELDS, GivenBack, ShopOrder, Told
from connectors.reading.paging import last_page_first
from connectors.reading.texts import Id, Number, first_id, shown
from loyalty.connections import JdSettings
from loyalty.orders import Order, ShopRef
from web.context import now
from web.shops import Changed, Pace, ProductPage
from wechat.errors import Rejected
from wechat.tokens import TokenStore

ORDERS_AT_ONCE, REFUNDS_AT_ONCE = 100, 50
BY_MODIFIED, ASCENDING = 0, 0
LONGEST_NUMBER = 19
REFUNDS = "jingdong.asc.serviceAndRefund.view"
REFUNDS_DONE = "00000"
# A refund is done some time after it was approved, and no list tells when.
APPROVED_BEFORE = timedelta(days=1)


class _Outcome(Struct, frozen=True, rename="camel"):
    """Whether a call of orders did what it was asked."""

    success: bool | str = False
    number_code: Id | None = 0
    chinese_err_code: str | None = ""
    english_err_code: str | None = ""


class _OrderPage(Struct, frozen=True, rename="camel"):
    api_result: _Outcome
    order_info_list: list[ShopOrder] | None = None
    order_total: Number = 0


class _Orders(Struct, frozen=True):
    page: _OrderPage = field(name="searchorderinfo_result")


class _OrderInfo(Struct, frozen=True, rename="camel"):
    api_result: _Outcome
    order_info: ShopOrder | None = None


class _Detail(Struct, frozen=True):
    info: _OrderInfo = field(name="orderDetailInfo")


class _RefundPage(Struct, frozen=True, rename="camel"):
    code: str | None = ""
    message: str | None = ""
    total_count: Number = 0
    data: list[GivenBack] | None = None


class _Refunds(Struct, frozen=True):
    page: _RefundPage = field(name="pageResult")


class JdClient:
    """A shop on JD."""

    pace = Pace(window=timedelta(days=7))

    def __init__(
        self, settings: JdSettings, *, http: aiohttp.ClientSession, tokens: TokenStore
    ) -> None:
        self._settings = settings
        self._gateway = Gateway(settings, http=http, tokens=tokens)
        encrypted = settings.encrypted_orders
        self._search = f"jingdong.pop.order.{'enSearch' if encrypted else 'search'}"
        self._get = f"jingdong.pop.order.{'enGet' if encrypted else 'get'}"

    async def changed(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Changed]]:
        """Yield orders by the moment of their change, then orders with refunds.

        Raises:
            CallFailed: one of its kinds.
        """

        async def orders(page: int) -> tuple[list[Changed], int]:
            asked = self._span(since, until, page)
            told = (await self._gateway.call(self._search, asked, _Orders)).page
            self._check(told.api_result, self._search)
            rows = [
                Changed(str(one.order_id), f"{one.modified}:{one.order_state}")
                for one in told.order_info_list or ()
            ]
            return rows, int(told.order_total)

        async def refunds(page: int) -> tuple[list[Changed], int]:
            begin = shown(since - APPROVED_BEFORE)
            asked = {"approveTimeBegin": begin, "approveTimeEnd": shown(until)}
            rows, total = await self._refunds(asked, page)
            return [one for refund in rows for one in _of_refund(refund)], total

        async for rows in last_page_first(orders, size=ORDERS_AT_ONCE, first=1):
            yield rows
        async for rows in last_page_first(refunds, size=REFUNDS_AT_ONCE, first=1):
            yield rows

    def products(self) -> AsyncIterator[ProductPage]:
        """Yield all SKUs, on sale or not.

        Raises:
            CallFailed: one of its kinds.
        """
        return products(self._gateway, self._settings)

    async def read(self, number: str) -> bytes | None:
        """Return an order with what its after-sales gave back; None where it is no JD number.

        Raises:
            CallFailed: one of its kinds; an order that the platform does not know is ``Rejected``.
        """
        if not number.isdecimal() or len(number) > LONGEST_NUMBER:
            return None
        asked = {"order_id": int(number), "source_id": "JOS", "optional_fields": ORDER_FIELDS}
        told = (await self._gateway.call(self._get, asked, _Detail)).info
        self._check(told.api_result, self._get)
        if told.order_info is None:
            return None
        pages = [
            rows
            async for rows in last_page_first(
                lambda page: self._refunds({"orderId": int(number)}, page),
                size=REFUNDS_AT_ONCE,
                first=1,
            )
        ]
        found = {str(one.afs_refund_id): one for one in chain.from_iterable(pages)}
        return msgspec.json.encode(Told(told.order_info, [found[key] for key in sorted(found)]))

    def parse(self, told: bytes, *, shop: ShopRef, at: datetime) -> Order | None:
        """Return the order in our shape; None where it is not paid.

        Raises:
            Refused: as ``parse.order``.
        """
        return parse.order(told, shop=shop, settings=self._settings)

    async def check(self) -> None:
        """Ask for the newest orders with the token that was entered, and see whose they are.

        Raises:
            CallFailed: one of its kinds; ``Rejected`` where they are another shop's.
        """
        at = now()
        asked = self._span(at - timedelta(days=7), at, 1)
        told = (await self._gateway.call_as_entered(self._search, asked, _Orders)).page
        self._check(told.api_result, self._search)
        for one in told.order_info_list or ():
            if first_id(one.vender_id) not in ("", self._settings.vender_id):
                said = f"the token is of shop {one.vender_id}, not {self._settings.vender_id}"
                raise Rejected(said, endpoint=self._search)

    def _span(self, since: datetime, until: datetime, page: int) -> dict[str, object]:
        return {
            "start_date": shown(since),
            "end_date": shown(until),
            "order_state": self._settings.order_states,
            "optional_fields": "orderId,venderId,orderState,modified",
            "source_id": "JOS",
            "page": str(page),
            "page_size": str(ORDERS_AT_ONCE),
            "sortType": ASCENDING,
            "dateType": BY_MODIFIED,
        }

    async def _refunds(self, asked: Mapping[str, object], page: int) -> tuple[list[GivenBack], int]:
        paged = {**asked, "pageNumber": page, "pageSize": REFUNDS_AT_ONCE}
        told = (await self._gateway.call(REFUNDS, paged, _Refunds)).page
        if told.code != REFUNDS_DONE:
            raise Rejected(f"{told.code} {told.message}", endpoint=REFUNDS)
        return told.data or [], int(told.total_count)

    def _check(self, told: _Outcome, endpoint: str) -> None:
        if str(told.success).lower() != "true":
            said = told.chinese_err_code or told.english_err_code or "refused"
            raise Rejected(f"{told.number_code} {said}", endpoint=endpoint)


def _of_refund(refund: GivenBack) -> list[Changed]:
    bill = refund.same_order_service_bill
    number = first_id(bill.order_id) if bill else ""
    mark = f"{refund.afs_refund_id}:{refund.status}:{refund.complete_time}"
    return [Changed(number, mark)] if number else []
