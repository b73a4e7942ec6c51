"""A shop on JD (京东): the calls of its open platform. It pushes nothing."""

import calendar
import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from simulator.api import Raw
from simulator.clock import SHANGHAI, Clock, wire_time
from simulator.consumers import Consumer
from simulator.faults import EndpointFault
from simulator.gate import CHINA, sent
from simulator.settings import JdShop
from simulator.shops import jd_goods
from simulator.shops import jd_told as told
from simulator.shops.orders import Order, Orders, Refund, ShopState
from simulator.shops.pushes import Pushes
from simulator.shops.shelf import Shelf
from simulator.wire import Exchange, half

KIND = "jd"
BASE = "/jd"
TOKEN_SECONDS = 30 * 86_400
WINDOW_SECONDS = 360
FORM = "%Y-%m-%d %H:%M:%S"
APPROVE_DAYS, APPLY_DAYS = 10, 7


class JdRefused(Exception):
    """The gateway's refusal."""

    def __init__(self, code: str, zh_desc: str, en_desc: str) -> None:
        super().__init__(en_desc)
        self.told = {"code": code, "zh_desc": zh_desc, "en_desc": en_desc}


class JdShopOnline:
    """One shop; ``orders`` are what was bought in it."""

    kind = KIND

    def __init__(self, settings: JdShop, state: ShopState, *, clock: Clock, pushes: Pushes) -> None:
        self.settings = settings
        self.code = settings.code
        self.name = settings.name
        self.orders = Orders(state, clock)
        self.shelf = Shelf(state.goods, clock, pushes.faults)
        self._clock = clock
        if not state.refresh_token:
            state.refresh_token = settings.refresh_token
            state.tokens[settings.access_token] = clock.now() + TOKEN_SECONDS

    def buyer(self, consumer: Consumer) -> str:
        """The open_id_buyer: the same for the same app and consumer."""
        told_of = f"{self.settings.app_key}:{consumer.nickname}"
        return hashlib.sha256(told_of.encode()).hexdigest()[:40]

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """JD says nothing by itself."""

    async def close(self) -> None:
        """Nothing is on its way."""

    def renew(self, refresh_token: str) -> object:
        """A new pair of tokens for the last one. Raises: JdRefused."""
        state = self.orders.state
        if not state.refresh_token or refresh_token != state.refresh_token:
            raise JdRefused("400", "refresh_token无效", "invalid refresh_token")
        token, state.refresh_token = secrets.token_hex(16), secrets.token_hex(16)
        state.tokens[token] = self._clock.now() + TOKEN_SECONDS
        return {
            "access_token": token,
            "expires_in": TOKEN_SECONDS,
            "refresh_token": state.refresh_token,
            "scope": "snsapi_base",
            "open_id": "o" * 20,
            "uid": "1234567890",
            "time": int(time.time() * 1000),
            "token_type": "bearer",
        }

    def require_token(self, token: str) -> None:
        """Raises: JdRefused: there is none, or it ended."""
        if not token:
            raise JdRefused("18", "缺少access_token参数", "Missing access_token")
        if self.orders.state.tokens.get(token, 0) <= self._clock.now():
            raise JdRefused("19", "无效access_token", "Invalid access_token")

    def search(self, asked: dict[str, Any]) -> object:
        """Orders by the moment of their change. Raises: JdRefused."""
        begin, end = _moment(asked["start_date"]), _moment(asked["end_date"])
        if asked.get("source_id") != "JOS" or not begin < end <= _a_month_after(begin):
            return {"searchorderinfo_result": _failed("日期跨度不合法或缺少source_id")}
        if asked.get("dateType") == 1:
            return {"searchorderinfo_result": _failed("此处只按修改时间查询")}
        states = str(asked["order_state"]).split(",")
        found = [
            one
            for one in self.orders.state.orders.values()
            if one.split_as != "gone"
            and begin.timestamp() <= told.modified(one) < end.timestamp()
            and ("ALL" in states or self._told(one)["orderState"] in states)
        ]
        found.sort(key=lambda one: (told.modified(one), one.number), reverse=asked["sortType"] == 1)
        page, size = _texts_of_numbers(asked["page"], asked["page_size"])
        if size > 100:
            return {"searchorderinfo_result": _failed("page_size 不大于 100")}
        wanted = str(asked["optional_fields"]).split(",")
        rows = [self._told(one, wanted) for one in found[(page - 1) * size : page * size]]
        return {
            "searchorderinfo_result": {
                "apiResult": _DONE,
                "orderInfoList": rows,
                "orderTotal": len(found),
            }
        }

    def detail(self, asked: dict[str, Any]) -> object:
        """An order as it stands. Raises: JdRefused."""
        if not isinstance(asked["order_id"], int):
            raise JdRefused("61", "参数order_id值不合法", "invalid order_id")
        found = self.orders.get(str(asked["order_id"]))
        if found is None or found.split_as == "gone":
            return {"orderDetailInfo": _failed("订单不存在")}
        wanted = str(asked["optional_fields"]).split(",")
        return {"orderDetailInfo": {"apiResult": _DONE, "orderInfo": self._told(found, wanted)}}

    def refunds(self, asked: dict[str, Any]) -> object:
        """Refunds of one order, or by when they were approved."""
        page, size = int(asked["pageNumber"]), int(asked["pageSize"])
        pairs = [(one, x) for one in self.orders.state.orders.values() for x in one.refunds]
        if "orderId" in asked:
            pairs = [pair for pair in pairs if pair[0].number == str(asked["orderId"])]
        else:
            begin, end = _moment(asked["approveTimeBegin"]), _moment(asked["approveTimeEnd"])
            if not dt.timedelta(0) < end - begin <= dt.timedelta(days=APPROVE_DAYS):
                return {"pageResult": {"success": False, "code": "10001", "message": "时间跨度"}}
            first, last = begin.timestamp(), end.timestamp()
            pairs = [pair for pair in pairs if first <= pair[1].asked_at < last]
        if not 1 <= size <= 50:
            return {"pageResult": {"success": False, "code": "10002", "message": "pageSize"}}
        rows = [told.refund(*pair) for pair in pairs[(page - 1) * size : page * size]]
        return {
            "pageResult": {
                "success": True,
                "code": "00000",
                "message": "",
                "totalCount": len(pairs),
                "pageNumber": page,
                "pageSize": size,
                "data": rows,
            }
        }

    def _told(self, one: Order, wanted: list[str] | None = None) -> dict[str, object]:
        whole = told.order(one, vender_id=self.code)
        return whole if wanted is None else {name: whole[name] for name in wanted}


_DONE = {"success": True, "englishErrCode": "", "chineseErrCode": "成功", "numberCode": 0}
METHODS: Mapping[str, Callable[[JdShopOnline, dict[str, Any]], object]] = {
    "jingdong.pop.order.enSearch": JdShopOnline.search,
    "jingdong.pop.order.enGet": JdShopOnline.detail,
    "jingdong.asc.serviceAndRefund.view": JdShopOnline.refunds,
}
GOODS = jd_goods.CALLS


def _failed(why: str) -> object:
    outcome = {"success": False, "englishErrCode": "error", "chineseErrCode": why}
    return {"apiResult": {**outcome, "numberCode": 10_400_001}}


def _moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, FORM).replace(tzinfo=SHANGHAI)


def _a_month_after(at: dt.datetime) -> dt.datetime:
    year, month = at.year + at.month // 12, at.month % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


def _texts_of_numbers(*told_of: object) -> list[int]:
    """Numbers of pages are texts; a number is refused. Raises: JdRefused."""
    if not all(isinstance(one, str) and one.isdecimal() and one != "0" for one in told_of):
        raise JdRefused("61", "参数page值不合法", "invalid page")
    return [int(str(one)) for one in told_of]


def is_taken(status: int, answer: bytes) -> bool:
    """JD pushes nothing that could be taken."""
    return True


def add_to(app: web.Application) -> None:
    """Answers the gateway, and what renews tokens."""
    app.router.add_route("*", BASE + "/routerjson", call)
    app.router.add_route("*", BASE + "/oauth2/refresh_token", renew)


async def call(request: web.Request) -> web.StreamResponse:
    """One call of the gateway; a fault names it as /jd/METHOD.

    Its parameters are in the address, as its own SDKs have them, or in a form.
    """
    china, started = request.app[CHINA], time.perf_counter()
    body = await request.read()
    told_of = (*request.query.items(), *(await request.post()).items())
    form = {name: str(value) for name, value in told_of}
    method = form.get("method", "")
    fault = china.faults.take(f"{BASE}/{method}") or EndpointFault()
    try:
        if fault.status is not None:
            raw = Raw(b"<html>", "text/html", fault.status)
        else:
            answer = _answered(request, form, fault)
            raw = _raw({f"{method.replace('.', '_')}_responce": {"code": "0", **answer}})
    except JdRefused as refused:
        raw = _raw({"error_response": refused.told})
    _keep(request, method, body, raw, started)
    return await sent(request, raw, fault)


async def renew(request: web.Request) -> web.StreamResponse:
    """Renews a token; the tokens stay off the wire that is shown."""
    query, started = request.query, time.perf_counter()
    mine = [one for one in _shops(request) if one.settings.app_key == query.get("app_key")]
    try:
        if not mine or mine[0].settings.app_secret != query.get("app_secret"):
            raise JdRefused("400", "app_key或app_secret不正确", "invalid app")
        if query.get("grant_type") != "refresh_token":
            raise JdRefused("400", "grant_type不正确", "invalid grant_type")
        raw = _raw(_renewed(mine, query.get("refresh_token", "")))
    except JdRefused as refused:
        raw = _raw({"code": 400, "msg": refused.told["zh_desc"], "requestId": "r" * 16})
    _keep(request, "oauth2/refresh_token", b"", _raw({}), started)
    return await sent(request, raw, EndpointFault())


def _renewed(mine: list[JdShopOnline], refresh_token: str) -> object:
    holder = [one for one in mine if one.orders.state.refresh_token == refresh_token]
    return (holder or mine)[0].renew(refresh_token)


def _answered(
    request: web.Request, form: dict[str, str], fault: EndpointFault
) -> dict[str, object]:
    """Parameters, app, age, signature, token, then the call. Raises: JdRefused."""
    mine = [one for one in _shops(request) if one.settings.app_key == form.get("app_key")]
    if not mine:
        raise JdRefused("21", "无效app_key", "Invalid app_key")
    if form.get("v") != "2.0":
        raise JdRefused("5", "不支持的版本号", "Unsupported Version")
    if not _is_now(form.get("timestamp", "")):
        raise JdRefused("8", "非法的时间戳参数", "Invalid Timestamp")
    if not _is_signed(form, mine[0].settings.app_secret):
        raise JdRefused("12", "无效签名", "Invalid Signature")
    method = form["method"]
    if method not in METHODS and method not in GOODS:
        raise JdRefused("15", "不存在的方法名", "Invalid Method")
    if fault.errcode is not None:
        raise JdRefused(str(fault.errcode), "限制时间内调用失败次数", "App Call Limited")
    token = form.get("access_token", "")
    shop = next((one for one in mine if token in one.orders.state.tokens), mine[0])
    shop.require_token(token)
    try:
        asked = msgspec.json.decode(form["360buy_param_json"], type=dict[str, Any])
        found = (
            METHODS[method](shop, asked) if method in METHODS else GOODS[method](shop.shelf, asked)
        )
    except (KeyError, ValueError, TypeError) as error:
        raise JdRefused("61", f"参数值不合法: {error}", "invalid parameter") from error
    assert isinstance(found, dict)
    return found


def _shops(request: web.Request) -> list[JdShopOnline]:
    return [one for one in request.app[CHINA].shops.all() if isinstance(one, JdShopOnline)]


def _is_now(told_at: str) -> bool:
    """By Shanghai's clock, or by another whose zone is told: 2026-11-22 10:00:00.000+0000."""
    form = FORM + (".%f%z" if "." in told_at else "")
    try:
        at = dt.datetime.strptime(told_at, form)
    except ValueError:
        return False
    at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    return abs(time.time() - at.timestamp()) <= WINDOW_SECONDS


def _is_signed(form: dict[str, str], secret: str) -> bool:
    flat = "".join(name + form[name] for name in sorted(form) if name != "sign")
    expected = hashlib.md5(f"{secret}{flat}{secret}".encode()).hexdigest().upper()
    return hmac.compare_digest(expected, form.get("sign", ""))


def _raw(answer: object) -> Raw:
    return Raw(msgspec.json.encode(answer), "application/json;charset=utf-8", 200)


def _keep(request: web.Request, title: str, body: bytes, raw: Raw, started: float) -> None:
    china = request.app[CHINA]
    china.state_file.touch()
    china.wire.add(
        Exchange(
            at=wire_time(),
            direction="from_server",
            title=title or "routerjson",
            method=request.method,
            url=str(request.url.with_query(None)),
            status=raw.status,
            seconds=round(time.perf_counter() - started, 4),
            outcome="refused" if b'"error_response"' in raw.content[:20] else "ok",
            request=half({}, body),
            response=half({}, raw.content),
        )
    )
