"""A shop on Douyin (抖店): the calls of its open platform, and its pushes."""

import datetime as dt
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import msgspec
from aiohttp import web

from simulator.api import Raw
from simulator.clock import SHANGHAI, Clock, wire_time
from simulator.consumers import Consumer
from simulator.faults import EndpointFault
from simulator.gate import CHINA, sent
from simulator.settings import DouyinShop
from simulator.shops import douyin_goods, douyin_members
from simulator.shops import douyin_told as told
from simulator.shops.douyin_members import Members
from simulator.shops.orders import Order, Orders, Refund, ShopState
from simulator.shops.pushes import Push, Pushes
from simulator.shops.shelf import Shelf
from simulator.wire import Exchange, half

KIND = "douyin"
BASE = "/douyin"
TOKEN_SECONDS = 7 * 86_400
WINDOW_SECONDS = 600
MOST_ROWS = 50_000
TAGS = {
    "placed": "100",
    "paid": "101",
    "shipped": "102",
    "completed": "103",
    "closed": "106",
    "refunded": "206",
}


class DouyinRefused(Exception):
    """The platform's refusal."""

    def __init__(self, code: int, sub_code: str, sub_msg: str) -> None:
        super().__init__(sub_code)
        self.code = code
        self.sub_code = sub_code
        self.sub_msg = sub_msg


class DouyinShopOnline:
    """One shop; ``orders`` are what was bought in it."""

    kind = KIND

    def __init__(
        self, settings: DouyinShop, state: ShopState, *, clock: Clock, pushes: Pushes
    ) -> None:
        self.settings = settings
        self.code = settings.code
        self.name = settings.name
        self.orders = Orders(state, clock)
        self.members = Members(settings.members_app_id, self.orders)
        self.shelf = Shelf(state.goods, clock, pushes.faults)
        self._pushes = pushes
        self._clock = clock

    def buyer(self, consumer: Consumer) -> str:
        """The doudian_open_id: the same for the same app, shop and consumer."""
        told = f"{self.settings.app_key}:{self.code}:{consumer.nickname}"
        return f"#{hashlib.sha256(told.encode()).hexdigest()[:28]}=="

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """Pushes one message; ids as numbers, inside of JSON in a text."""
        told_of = told.pushed(order, refund, shop_id=int(self.code))
        message = {
            "tag": TAGS[event],
            "msg_id": f"{order.number}-{TAGS[event]}-{secrets.token_hex(4)}",
            "data": json.dumps(told_of, separators=(",", ":")),
        }
        body = json.dumps([message], separators=(",", ":")).encode()
        signed = self.settings.app_key.encode() + body + self.settings.app_secret.encode()
        headers = {
            "Content-Type": "application/json",
            "app-id": self.settings.app_key,
            "event-sign": hashlib.md5(signed).hexdigest(),
        }
        push = Push(f"douyin {TAGS[event]}", self.settings.push_url, body, headers)
        await self._pushes.send(push).wait()

    async def close(self) -> None:
        """Breaks off pushes that are on their way."""
        await self._pushes.close()

    def answer(self, path: str, asked: dict[str, Any]) -> object:
        """The `data` of a call that was let in. Raises: DouyinRefused."""
        if path == "order/searchList":
            return self._search(asked)
        if path == "order/orderDetail":
            return {"shop_order_detail": told.order(self._order(str(asked["shop_order_id"])))}
        if path == "afterSale/List":
            return self._after_sales(asked)
        if path == "afterSale/Detail":
            return self._after_sale(str(asked["after_sale_id"]))
        try:
            if path == "member/mGetMemberInfoByOpenIdList":
                return self.members.told(asked, now=self._clock.now())
            if path == "member/batchUpdate":
                return self.members.update(asked)
        except douyin_members.Refused as refused:
            raise DouyinRefused(*refused.args) from refused
        if path == "product/listV2":
            return douyin_goods.listed(self.shelf, asked)
        if path == "product/detail":
            found = douyin_goods.detail(self.shelf, asked)
            if found is None:
                raise DouyinRefused(50002, "isv.business-failed:2010001", "商品不存在")
            return found
        raise DouyinRefused(70000, "isv.api-not-exist", f"接口不存在: {path}")

    def issue_token(self, asked: dict[str, Any]) -> object:
        """A token of the shop. Raises: DouyinRefused."""
        if asked.get("grant_type") != "authorization_self":
            raise DouyinRefused(40003, "isv.parameter-invalid:grant_type", "grant_type 不合法")
        if str(asked.get("shop_id")) != self.code:
            raise DouyinRefused(40003, "isv.parameter-invalid:shop_id", "店铺未授权该应用")
        token = secrets.token_hex(18)
        self.orders.state.tokens[token] = self._clock.now() + TOKEN_SECONDS
        return {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": secrets.token_hex(18),
            "scope": "SCOPE",
            "shop_id": self.code,
            "shop_name": self.name,
        }

    def require_token(self, token: str) -> None:
        """Raises: DouyinRefused: there is none, or it ended."""
        if self.orders.state.tokens.get(token, 0) <= self._clock.now():
            raise DouyinRefused(40003, "isv.access-token-expired", "access_token已过期")

    def _order(self, number: str) -> Order:
        found = self.orders.get(number)
        if found is None:
            raise DouyinRefused(50002, "isv.business-failed:4000", "订单不存在")
        return found

    def _search(self, asked: dict[str, Any]) -> object:
        if asked.get("order_by") != "update_time":
            raise DouyinRefused(40003, "isv.parameter-invalid:order_by", "按更新时间查询需排序")
        begin, end = int(asked["update_time_start"]), int(asked["update_time_end"])
        found = self.orders.changed(begin, end)
        if not asked.get("order_asc"):
            found.reverse()
        rows, page, size = _page(found, asked)
        return {
            "page": page,
            "total": len(found),
            "size": size,
            "shop_order_list": [told.order(one) for one in rows],
        }

    def _after_sales(self, asked: dict[str, Any]) -> object:
        if "order_id" in asked:
            order = self._order(str(asked["order_id"]))
            found = [(order, one) for one in order.refunds]
        else:
            if asked.get("order_by") != ["update_time asc"]:
                raise DouyinRefused(40003, "isv.parameter-invalid:order_by", "order_by 不合法")
            begin, end = int(asked["update_start_time"]), int(asked["update_end_time"])
            found = self.orders.refunds_changed(begin, end)
        rows, page, size = _page(found, asked)
        return {
            "items": [told.after_sale(*one) for one in rows],
            "has_more": (page + 1) * size < len(found),
            "page": page,
            "size": size,
            "total": len(found),
        }

    def _after_sale(self, number: str) -> object:
        for order in self.orders.state.orders.values():
            for refund in order.refunds:
                if refund.number == number:
                    return told.after_sale_detail(order, refund)
        raise DouyinRefused(50002, "isv.business-failed:4001", "售后单不存在")


def is_taken(status: int, answer: bytes) -> bool:
    """Anything but success is pushed again."""
    try:
        return status == 200 and msgspec.json.decode(answer).get("code") == 0
    except (msgspec.MsgspecError, AttributeError):
        return False


def add_to(app: web.Application) -> None:
    """Answers every path of the open platform."""
    app.router.add_post(BASE + "/{path:.+}", handle)


async def handle(request: web.Request) -> web.StreamResponse:
    """One call, told on the wire."""
    china = request.app[CHINA]
    body, started = await request.read(), time.perf_counter()
    fault = china.faults.take(request.path) or EndpointFault()
    try:
        if fault.status is not None:
            raw = Raw(b"", "text/html", fault.status)
        else:
            raw = _raw({"code": 10000, "msg": "success", "data": _answered(request, body, fault)})
    except DouyinRefused as refused:
        raw = _raw(
            {
                "code": refused.code,
                "msg": "error",
                "sub_code": refused.sub_code,
                "sub_msg": refused.sub_msg,
                "log_id": secrets.token_hex(8),
            }
        )
    china.state_file.touch()
    china.wire.add(
        Exchange(
            at=wire_time(),
            direction="from_server",
            title=request.path.removeprefix(BASE + "/"),
            method=request.method,
            url=str(request.url),
            status=raw.status,
            seconds=round(time.perf_counter() - started, 4),
            outcome="ok" if b'"code":10000' in raw.content else "refused",
            request=half(request.headers, body),
            response=half({}, raw.content),
        )
    )
    return await sent(request, raw, fault)


def _raw(told_of: object) -> Raw:
    return Raw(msgspec.json.encode(told_of), "application/json", 200)


def _answered(request: web.Request, body: bytes, fault: EndpointFault) -> object:
    """App, form, age, signature, then the token. Raises: DouyinRefused."""
    china = request.app[CHINA]
    query, path = request.query, request.match_info["path"]
    shops = [one for one in china.shops.all() if isinstance(one, DouyinShopOnline)]
    mine = [one for one in shops if one.settings.app_key == query.get("app_key")]
    if not mine:
        raise DouyinRefused(40003, "isv.app-key-invalid", "app_key不存在")
    if query.get("v") != "2" or query.get("method") != path.replace("/", "."):
        raise DouyinRefused(40001, "isv.parameter-missing", "v 或 method 不合法")
    if not _is_now(query.get("timestamp", "")):
        raise DouyinRefused(40003, "isv.timestamp-invalid", "timestamp 超出有效期")
    if not _is_signed(query, body, mine[0].settings.app_secret):
        raise DouyinRefused(40003, "isv.signature-invalid", "签名错误")
    if fault.errcode is not None:
        raise DouyinRefused(fault.errcode, "isp.service-unavailable", "故障")
    asked = msgspec.json.decode(body, type=dict[str, Any])
    if path == "token/create":
        shop = next((one for one in mine if one.code == str(asked.get("shop_id"))), mine[0])
        return shop.issue_token(asked)
    token = query.get("access_token", "")
    shop = next((one for one in mine if token in one.orders.state.tokens), mine[0])
    shop.require_token(token)
    try:
        return shop.answer(path, asked)
    except (KeyError, ValueError) as error:
        raise DouyinRefused(40001, "isv.parameter-missing", str(error)) from error


def _is_now(told_at: str) -> bool:
    try:
        at = dt.datetime.strptime(told_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return told_at.isdecimal() and abs(time.time() - int(told_at[:12])) <= WINDOW_SECONDS
    return abs(time.time() - at.timestamp()) <= WINDOW_SECONDS


def _is_signed(query: Any, body: bytes, secret: str) -> bool:
    """The signature is over the text as it came, which must have its keys in order.

    How that text writes what is not ASCII is the app's choice.
    """
    text = body.decode("utf-8", "replace")
    pattern = f"app_key{query['app_key']}method{query['method']}param_json{text}"
    pattern += f"timestamp{query['timestamp']}v{query['v']}"
    signed = f"{secret}{pattern}{secret}".encode()
    good = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest(),
        hashlib.md5(signed).hexdigest(),
    ]
    method = query.get("sign_method", "").lower()
    if method:  # not told, it may be either
        good = good[:1] if method == "hmac-sha256" else good[1:]
    return _is_in_order(text) and query.get("sign", "").lower() in good


def _is_in_order(text: str) -> bool:
    """Keys ascending at every depth, and nothing between the tokens."""
    asked = json.loads(text)
    return text in (
        json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=is_ascii)
        for is_ascii in (False, True)
    )


def _page(found: list[Any], asked: dict[str, Any]) -> tuple[list[Any], int, int]:
    page, size = int(asked.get("page", 0)), int(asked.get("size", 10))
    if not 1 <= size <= 100 or page < 0 or page * size > MOST_ROWS:
        raise DouyinRefused(40003, "isv.parameter-invalid:size", "分页参数不合法")
    return found[page * size : (page + 1) * size], page, size
