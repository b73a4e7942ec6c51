"""A shop on WeChat (微信小店): its calls at api.weixin.qq.com, and its sealed pushes."""

import secrets
import time
from typing import Any
from urllib.parse import urlencode

import msgspec

from simulator.api import WECHAT_SHOP, Answer, Call, Endpoint
from simulator.clock import Clock
from simulator.consumers import Consumer, derived_openid
from simulator.crypto import Envelope, signature
from simulator.errors import Refused
from simulator.settings import WeChatShop
from simulator.shops import wechat_shop_told as told
from simulator.shops.orders import Order, Orders, Refund, ShopState
from simulator.shops.pushes import Push, Pushes
from simulator.shops.shelf import Shelf

KIND = "wechat_shop"
ORDERS_SPAN_SECONDS = 7 * 86_400
AFTER_SALES_SPAN_SECONDS = 86_400
MOST_ORDERS_A_PAGE = 100
AFTER_SALES_A_PAGE = 10
NO_SUCH_ORDER = 100002

Row = tuple[int, str]


class WeChatShopOnline:
    """One shop; ``orders`` are what was bought in it."""

    kind = KIND

    def __init__(
        self, settings: WeChatShop, state: ShopState, *, clock: Clock, pushes: Pushes
    ) -> None:
        self.settings = settings
        self.code = settings.code
        self.name = settings.name
        self.orders = Orders(state, clock)
        self.shelf = Shelf(state.goods, clock, pushes.faults)
        self._pushes = pushes
        self._clock = clock
        self._envelope = Envelope(settings.encoding_aes_key, settings.app_id)

    def buyer(self, consumer: Consumer) -> str:
        """Her openid in this shop."""
        return derived_openid(self.code, consumer.nickname)

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """Pushes one sealed message."""
        about = told.pushed(event, order, refund, at=self._clock.now())
        push = self.sealed(msgspec.json.encode(about), title=str(about["Event"]))
        await self._pushes.send(push).wait()

    def sealed(self, message: bytes, *, title: str) -> Push:
        """A message as it goes over the wire: its signature covers the ciphertext."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
        encrypted, token = self._envelope.encrypt(message), self.settings.token
        query = {
            "signature": signature(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": signature(token, timestamp, nonce, encrypted),
        }
        body = msgspec.json.encode({"ToUserName": "gh_wechat_shop", "Encrypt": encrypted})
        address = f"{self.settings.push_url}?{urlencode(query)}" if self.settings.push_url else ""
        return Push(title, address, body, {"Content-Type": "application/json"})

    async def close(self) -> None:
        """Breaks off pushes that are on their way."""
        await self._pushes.close()

    def order(self, number: str) -> dict[str, object]:
        """An order as it stands. Raises: Refused."""
        found = self.orders.get(number)
        if found is None:
            raise Refused(NO_SUCH_ORDER)
        return told.order(found, tells_unionid=self.settings.tells_unionid)

    def after_sale(self, number: str) -> dict[str, object]:
        """An after-sale as it stands. Raises: Refused."""
        for order, refund in self.after_sales():
            if refund.number == number:
                return told.after_sale(order, refund, tells_unionid=self.settings.tells_unionid)
        raise Refused(NO_SUCH_ORDER)

    def after_sales(self) -> list[tuple[Order, Refund]]:
        """All of them, with their orders."""
        return [
            (one, refund) for one in self.orders.state.orders.values() for refund in one.refunds
        ]


class Span(msgspec.Struct):
    """A span of Unix seconds; its end belongs to it."""

    start_time: int
    end_time: int


class OrderList(msgspec.Struct):
    """Body of order/list/get."""

    page_size: int
    update_time_range: Span | None = None
    create_time_range: Span | None = None
    next_key: str = ""


class AfterSaleList(msgspec.Struct):
    """Body of aftersale/getaftersalelist."""

    begin_create_time: int | None = None
    end_create_time: int | None = None
    begin_update_time: int | None = None
    end_update_time: int | None = None
    next_key: str = ""


class OrderWanted(msgspec.Struct):
    """Body of order/get."""

    order_id: str


class AfterSaleWanted(msgspec.Struct):
    """Body of aftersale/getaftersaleorder."""

    after_sale_order_id: str


async def list_orders(call: Call) -> Answer:
    """Numbers of orders, by when they were made or changed."""
    asked, shop = call.json(OrderList), _shop(call)
    span = asked.update_time_range or asked.create_time_range
    if span is None or not 0 <= span.end_time - span.start_time <= ORDERS_SPAN_SECONDS:
        raise Refused(40097)
    if not 1 <= asked.page_size <= MOST_ORDERS_A_PAGE:
        raise Refused(40097)
    by_change = asked.update_time_range is not None
    rows = [
        (one.updated_at if by_change else one.ordered_at, one.number)
        for one in shop.orders.state.orders.values()
    ]
    within = [row for row in rows if span.start_time <= row[0] <= span.end_time]
    page = _page(within, asked.next_key, size=asked.page_size)
    return {"errcode": 0, "errmsg": "ok", "order_id_list": [row[1] for row in page.rows], **page.on}


async def get_order(call: Call) -> Answer:
    """One order."""
    return {
        "errcode": 0,
        "errmsg": "ok",
        "order": _shop(call).order(call.json(OrderWanted).order_id),
    }


async def list_after_sales(call: Call) -> Answer:
    """Numbers of after-sales, by when they were made; where the shop can, by when they changed."""
    asked, shop = call.json(AfterSaleList), _shop(call)
    begin, end = asked.begin_create_time, asked.end_create_time
    by_change = begin is None and shop.settings.lists_after_sales_by_update
    if by_change:
        begin, end = asked.begin_update_time, asked.end_update_time
    if begin is None or end is None or not 0 <= end - begin <= AFTER_SALES_SPAN_SECONDS:
        raise Refused(40097)
    rows = [
        (one.updated_at if by_change else one.asked_at, one.number) for _, one in shop.after_sales()
    ]
    within = [row for row in rows if begin <= row[0] <= end]
    page = _page(within, asked.next_key, size=AFTER_SALES_A_PAGE)
    numbers = [row[1] for row in page.rows]
    return {"errcode": 0, "errmsg": "ok", "after_sale_order_id_list": numbers, **page.on}


async def get_after_sale(call: Call) -> Answer:
    """One after-sale."""
    number = call.json(AfterSaleWanted).after_sale_order_id
    return {"errcode": 0, "errmsg": "ok", "after_sale_order": _shop(call).after_sale(number)}


class Page(msgspec.Struct):
    """Rows of a list, and where it goes on: behind the last of them, wherever that moves."""

    rows: list[Row]
    on: dict[str, Any]


def _page(rows: list[Row], next_key: str, *, size: int) -> Page:
    after: Row = (0, "")
    if next_key:
        moment, _, number = next_key.partition(":")
        if not moment.isdecimal():
            raise Refused(40097)
        after = (int(moment), number)
    left = sorted(row for row in rows if row > after)
    page, has_more = left[:size], len(left) > size
    last = page[-1] if page else after
    return Page(page, {"has_more": has_more, "next_key": f"{last[0]}:{last[1]}"})


def _shop(call: Call) -> WeChatShopOnline:
    found = call.china.shops.get(KIND, call.app_id)
    assert isinstance(found, WeChatShopOnline), "the gate lets only shops in"
    return found


def is_taken(status: int, answer: bytes) -> bool:
    """Anything but the one word is told again."""
    return status == 200 and answer == b"success"


ENDPOINTS = (
    Endpoint("POST", "/channels/ec/order/list/get", list_orders, accounts=WECHAT_SHOP),
    Endpoint("POST", "/channels/ec/order/get", get_order, accounts=WECHAT_SHOP),
    Endpoint(
        "POST", "/channels/ec/aftersale/getaftersalelist", list_after_sales, accounts=WECHAT_SHOP
    ),
    Endpoint(
        "POST", "/channels/ec/aftersale/getaftersaleorder", get_after_sale, accounts=WECHAT_SHOP
    ),
)
