"""A shop on Tmall or Taobao: the calls of the open platform (TOP), and its messages."""

import datetime as dt
import hashlib
import hmac
import json
import re
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
from simulator.settings import TmallShop
from simulator.shops import tmall_goods, tmc
from simulator.shops import tmall_told as told
from simulator.shops.orders import Order, Orders, Refund, ShopState
from simulator.shops.pushes import Pushes
from simulator.shops.shelf import Shelf
from simulator.shops.tmall_coupons import TmallCoupons
from simulator.shops.tmall_members import MemberPage, Step
from simulator.shops.tmall_refused import TopRefused
from simulator.wire import Exchange, half

KIND = "tmall"
PATH = "/top/router/rest"
SESSION_SECONDS = 365 * 86_400
WINDOW_SECONDS = 600
DAY = dt.timedelta(days=1)
DEFAULT_TYPES = "guarantee_trade,auto_delivery"
REMOTE = 15
POINT_CHANGE = "tmall_mei_PointChange"
REGISTERED = "tmall_mei_MemberRegister"
POINT_CHANGE_TOLD = "tmall.mei.crm.callback.point.change"
MEMBER_UNBOUND = "tmall.crm.member.front.unbind.privy"
MEMBER_SHOWN = "tmall.mei.crm.member.sync.privy"

Params = Mapping[str, str]


class TmallShopOnline:
    """One shop; ``orders`` are what was bought in it, ``outbox`` what its app has yet to take."""

    def __init__(
        self, settings: TmallShop, state: ShopState, *, clock: Clock, pushes: Pushes
    ) -> None:
        self.settings = settings
        self.kind: str = settings.shop_kind
        self.code = settings.code
        self.name = settings.name or settings.seller_nick
        self.orders = Orders(state, clock)
        self.shelf = Shelf(state.goods, clock, pushes.faults)
        self.outbox = tmc.Outbox(
            settings.app_key, settings.app_secret, assumed=pushes.assumed, faults=pushes.faults
        )
        # fields of a trade that are told in place of its own, by the trade's number
        self.otherwise: dict[str, dict[str, Any]] = {}
        # what the brand told of changes of points, by record
        self.point_changes: dict[str, list[dict[str, str]]] = {}
        # what its page shows of members, by ouid: the newest version
        self.members_shown: dict[str, dict[str, str]] = {}
        # who joined on its page, by ouid
        self.joined = state.joined
        self.member_page = MemberPage(settings, wire=pushes.wire)
        self.coupons = TmallCoupons(state, clock, is_member=self._is_member)
        self._clock = clock
        state.tokens.setdefault(settings.session, clock.now() + SESSION_SECONDS)

    def buyer(self, consumer: Consumer) -> str:
        """The buyer_open_uid: the same for the same app and consumer, in whatever shop."""
        name = f"{self.settings.app_key}:{consumer.nickname}"
        return "AAE" + hashlib.sha256(name.encode()).hexdigest()[:25]

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """Tells the app, and who sold it where it is paid in a live room."""
        nick, seller_id = self.settings.seller_nick, self.settings.seller_id
        content = told.pushed(order, refund, seller_nick=nick)
        is_asked = refund is not None and not refund.is_done
        topic = told.REFUND_ASKED if is_asked else told.TOPICS[event]
        await self.outbox.put(topic, content, seller_id=seller_id)
        talent_id = next((line.talent_id for line in order.lines if line.talent_id), "")
        if event == "paid" and talent_id:
            content = told.sold_live(order, talent_id)
            await self.outbox.put(told.SOLD_LIVE, content, seller_id=seller_id)

    async def close(self) -> None:
        """Nothing is on its way: apps come for their messages."""

    def answer(self, method: str, asked: Params) -> object:
        """The inside of an answer to a call that was let in. Raises: TopRefused."""
        calls: dict[str, Callable[[Params], object]] = {
            "taobao.trades.sold.increment.get": self._trades,
            "taobao.trade.fullinfo.get": self._trade,
            "taobao.trade.simple.get": self._simple,
            "taobao.refunds.receive.get": self._refunds,
            "taobao.refund.get": self._refund,
        }
        if method == POINT_CHANGE_TOLD:
            return self._point_change_told(asked)
        if method == MEMBER_SHOWN:
            return self._member_shown(asked)
        if method == MEMBER_UNBOUND:
            return self._member_unbound(asked)
        if method in self.coupons.calls:
            return self.coupons.calls[method](asked)
        if method not in calls and method not in tmall_goods.CALLS:
            raise TopRefused(22, "Invalid method", "isv.invalid-method", method)
        if not asked.get("fields"):
            raise TopRefused(40, "Missing required arguments:fields", "isv.missing-parameter")
        if method in tmall_goods.CALLS:
            try:
                return tmall_goods.CALLS[method](self.shelf, asked)
            except tmall_goods.Wrong as wrong:
                raise _invalid(str(wrong)) from wrong
        return calls[method](asked)

    async def change_points(self, told_of: dict[str, Any]) -> None:
        """Tells the brand that a shopper spent points here, or got them back."""
        content = json.dumps({"seller_name": self.name, **told_of}, ensure_ascii=False)
        await self.outbox.put(POINT_CHANGE, content, seller_id=self.settings.seller_id)

    async def flew(self, step: Step) -> None:
        """Tells the brand that somebody joined without it: of whom, the back-fill says."""
        content = {
            "record_id": secrets.randbelow(10**12),
            "seller_id": self.settings.seller_id,
            "seller_name": self.settings.seller_nick,
        }
        if step.action == "register" and not step.is_done:
            told_of = json.dumps(content, ensure_ascii=False)
            await self.outbox.put(REGISTERED, told_of, seller_id=self.settings.seller_id)

    def _is_member(self, name: str) -> bool:
        """Whoever bought here, joined, or is shown by the brand's pass, by either name."""
        buyers = {one.buyer for one in self._orders()}
        known = buyers | {told.ouid_of(one) for one in buyers} | self.joined
        return name in known or name in self.members_shown

    def _point_change_told(self, asked: Params) -> object:
        record_id, result = asked.get("record_id", ""), asked.get("result", "")
        if not record_id or result not in ("0", "1"):
            raise TopRefused(40, "Missing required arguments:record_id", "isv.missing-parameter")
        self.point_changes.setdefault(record_id, []).append(dict(asked))
        return {"is_success": True}

    def _member_shown(self, asked: Params) -> object:
        told_of = {name: asked.get(name, "") for name in ("ouid", "point", "level", "version")}
        ouid, figures = told_of.pop("ouid"), list(told_of.values())
        if not ouid or not all(one.isdecimal() for one in figures):
            raise TopRefused(41, "Invalid arguments", "isv.invalid-parameter")
        before = self.members_shown.get(ouid, {})
        if int(before.get("version", "0")) < int(told_of["version"]):
            self.members_shown[ouid] = told_of
        return {"is_success": True}

    def _member_unbound(self, asked: Params) -> object:
        if self.members_shown.pop(asked.get("ouid", ""), None) is None:
            raise TopRefused(15, "Remote service error", "isv.member-not-exist", "会员不存在")
        return {"result": {"success": True}}

    def require_session(self, session: str) -> None:
        """Raises: TopRefused: it is none of this shop, or it ended."""
        if self.orders.state.tokens.get(session, 0) <= self._clock.now():
            raise TopRefused(27, "Invalid session", "invalid-sessionkey", "SessionKey非法")

    def renew(self, refresh_token: str) -> object:
        """A new session. Raises: TopRefused."""
        if refresh_token != self.settings.refresh_token:
            raise TopRefused(REMOTE, "Remote service error", "isv.refresh-token-invalid")
        session = "6100" + secrets.token_hex(24)
        self.orders.state.tokens[session] = self._clock.now() + SESSION_SECONDS
        result = {
            "access_token": session,
            "refresh_token": refresh_token,
            "expires_in": SESSION_SECONDS,
            "taobao_user_nick": self.settings.seller_nick,
        }
        return {"token_result": json.dumps(result)}

    def _trades(self, asked: Params) -> object:
        begin, end = _span(asked, longest=DAY)
        found = [one for one in self._orders() if begin <= told.modified(one) <= end]
        found.sort(key=lambda one: (told.modified(one), one.number), reverse=True)
        rows = [
            {
                "tid": int(one.number),
                "modified": told.local(told.modified(one)),
                "status": told.status(one),
            }
            for one in _page(found, asked)
        ]
        return {"total_results": len(found), **({"trades": {"trade": rows}} if rows else {})}

    def _trade(self, asked: Params) -> object:
        order = self._order(asked)
        whole = told.trade(order, seller_nick=self.settings.seller_nick)
        whole |= self.otherwise.get(order.number, {})
        wanted = asked["fields"].split(",")
        return {"trade": {name: value for name, value in whole.items() if name in wanted}}

    def _simple(self, asked: Params) -> object:
        order = self._order(asked)
        return {"trade": {"tid": int(order.number), "ouid": told.ouid(order)}}

    def _refunds(self, asked: Params) -> object:
        found = [(order, one) for order in self._orders() for one in order.refunds]
        # the types of trades are to be named here, too: the default leaves most of them out
        if asked.get("type", DEFAULT_TYPES) == DEFAULT_TYPES:
            found = []
        if "start_modified" in asked:
            begin, end = _span(asked, longest=None)
            found = [pair for pair in found if begin <= pair[1].updated_at <= end]
        if "buyer_open_uid" in asked:
            found = [pair for pair in found if pair[0].buyer == asked["buyer_open_uid"]]
        found.sort(key=lambda pair: (pair[1].updated_at, pair[1].number), reverse=True)
        rows = [told.refund(*pair) for pair in _page(found, asked)]
        return {"total_results": len(found), **({"refunds": {"refund": rows}} if rows else {})}

    def _refund(self, asked: Params) -> object:
        for order in self._orders():
            for refund in order.refunds:
                if refund.number == asked.get("refund_id"):
                    return {"refund": told.refund(order, refund)}
        raise TopRefused(REMOTE, "Remote service error", "isv.refund-not-exist", "退款不存在")

    def _orders(self) -> list[Order]:
        return list(self.orders.state.orders.values())

    def _order(self, asked: Params) -> Order:
        found = self.orders.get(asked.get("tid", ""))
        if found is None:
            raise TopRefused(REMOTE, "Remote service error", "isv.trade-not-exist", "交易不存在")
        return found


def is_taken(status: int, answer: bytes) -> bool:
    """It pushes nothing over HTTP."""
    return True


def add_to(app: web.Application) -> None:
    """Answers calls at one path, and connections to the messages at another."""
    app.router.add_route("*", PATH, handle)
    app.router.add_get(tmc.PATH, listen)


async def listen(request: web.Request) -> web.StreamResponse:
    """An app connects to its messages."""
    return await tmc.connect(request, [one.outbox for one in _shops(request)])


def _shops(request: web.Request) -> list[TmallShopOnline]:
    return [one for one in request.app[CHINA].shops.all() if isinstance(one, TmallShopOnline)]


async def handle(request: web.Request) -> web.StreamResponse:
    """One call, told on the wire. Refusals come with HTTP 200.

    Its parameters may be in the address or in the form: its own SDKs have some here, some there.
    """
    china = request.app[CHINA]
    body, started = await request.read(), time.perf_counter()
    told_of = (*request.query.items(), *(await request.post()).items())
    asked = {name: str(value) for name, value in told_of}
    method = asked.get("method", "")
    faults = china.faults
    fault = faults.take(f"{PATH}/{method}") or faults.take(PATH) or EndpointFault()
    if fault.status is not None:
        raw = Raw(b"", "text/html", fault.status)
    else:
        try:
            found = {_envelope(method): _answered(request, asked, fault)}
        except TopRefused as refused:
            found = {"error_response": refused.told}
        raw = Raw(msgspec.json.encode(found), "text/javascript;charset=UTF-8", 200)
    china.state_file.touch()
    china.wire.add(
        Exchange(
            at=wire_time(),
            direction="from_server",
            title=method,
            method=request.method,
            url=str(request.url.with_query(None)),
            status=raw.status,
            seconds=round(time.perf_counter() - started, 4),
            outcome="refused" if b'"error_response"' in raw.content else "ok",
            request=half(request.headers, body),
            response=half({}, raw.content),
        )
    )
    return await sent(request, raw, fault)


def _envelope(method: str) -> str:
    return method.removeprefix("taobao.").replace(".", "_") + "_response"


def _answered(request: web.Request, asked: Params, fault: EndpointFault) -> object:
    """App, form, age, signature, then the session. Raises: TopRefused."""
    mine = [one for one in _shops(request) if one.settings.app_key == asked.get("app_key")]
    for name in ("method", "app_key", "sign", "timestamp", "v"):
        if not asked.get(name):
            raise TopRefused(40, f"Missing required arguments:{name}", "isv.missing-parameter")
    if not mine:
        raise TopRefused(29, "Invalid app Key", "isv.appkey-not-exists")
    if asked["v"] != "2.0" or asked.get("format") != "json":
        raise TopRefused(23, "Invalid format", "isv.invalid-format")
    if not _is_now(asked["timestamp"]):
        raise TopRefused(31, "Invalid timestamp", "isv.invalid-timestamp")
    if not _is_signed(asked, mine[0].settings.app_secret):
        raise TopRefused(25, "Invalid signature", "isv.invalid-signature")
    if fault.errcode is not None:
        raise _ordered(fault.errcode)
    if asked["method"] == "taobao.top.auth.token.refresh":
        wanted = [one for one in mine if one.settings.refresh_token == asked.get("refresh_token")]
        return (wanted or mine)[0].renew(asked.get("refresh_token", ""))
    session = asked.get("session")
    if not session:
        raise TopRefused(26, "Missing session", "isv.missing-session")
    shop = next((one for one in mine if session in one.orders.state.tokens), mine[0])
    shop.require_session(session)
    return shop.answer(asked["method"], asked)


def _ordered(code: int) -> TopRefused:
    if code == 7:
        seconds = "This ban will last for 1 more seconds"
        return TopRefused(
            7, "App Call Limited", "accesscontrol.limited-by-api-access-count", seconds
        )
    return TopRefused(code, "Remote service error", "isp.top-remote-service-unavailable", "故障")


def _is_now(told_at: str) -> bool:
    """By Shanghai's clock, or in milliseconds since 1970."""
    try:
        at = dt.datetime.strptime(told_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI).timestamp()
    except ValueError:
        if not re.fullmatch("[0-9]{13}", told_at, re.ASCII):
            return False
        at = int(told_at) / 1000
    return abs(time.time() - at) <= WINDOW_SECONDS


def _is_signed(asked: Params, secret: str) -> bool:
    """SDKs differ in whether a parameter without a value is signed: its name, or nothing."""
    some = {name: value for name, value in asked.items() if value}
    told = asked["sign"].encode()
    return any(hmac.compare_digest(_sign(x, secret).encode(), told) for x in (asked, some))


def _sign(asked: Params, secret: str) -> str:
    plain = "".join(name + asked[name] for name in sorted(asked) if name != "sign")
    method = asked.get("sign_method", "").lower()
    if method == "hmac-sha256":
        return hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest().upper()
    if method == "hmac":
        return hmac.new(secret.encode(), plain.encode(), hashlib.md5).hexdigest().upper()
    return hashlib.md5((secret + plain + secret).encode()).hexdigest().upper()


def _span(asked: Params, *, longest: dt.timedelta | None) -> tuple[int, int]:
    """Raises: TopRefused."""
    try:
        begin, end = (
            dt.datetime.strptime(asked[name], "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
            for name in ("start_modified", "end_modified")
        )
    except (KeyError, ValueError) as error:
        raise _invalid(str(error)) from error
    if end < begin or (longest is not None and end - begin > longest):
        raise _invalid("start_modified,end_modified")
    return int(begin.timestamp()), int(end.timestamp())


def _page(found: list[Any], asked: Params) -> list[Any]:
    """Raises: TopRefused."""
    page, size = asked.get("page_no", "1"), asked.get("page_size", "40")
    if not (page.isdecimal() and size.isdecimal() and int(page) >= 1 and 1 <= int(size) <= 100):
        raise _invalid("page_no,page_size")
    return found[(int(page) - 1) * int(size) : int(page) * int(size)]


def _invalid(name: str) -> TopRefused:
    return TopRefused(41, "Invalid arguments", "isv.invalid-parameter", name)
