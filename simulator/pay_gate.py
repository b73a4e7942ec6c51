"""The door of api.mch.weixin.qq.com: who may come in, and how answers and errors look (D1)."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import msgspec
from aiohttp import web

from simulator.api import Raw
from simulator.clock import wire_time
from simulator.faults import EndpointFault
from simulator.gate import CHINA, sent
from simulator.wire import Exchange, half

if TYPE_CHECKING:
    from simulator.pay_seal import PaySeal
    from simulator.world import China

T = TypeVar("T")
SCHEME = "WECHATPAY2-SHA256-RSA2048 "
NO_HEADERS = "Http头缺少Accept或User-Agent"
NO_FORM = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"
_FIELD = re.compile(r'(\w+)="([^"]*)"')


class PayRefused(Exception):
    """WeChat Pay's refusal: HTTP status, code, text, and which field where it is about one."""

    def __init__(self, status: int, code: str, message: str, field: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.field = field

    def told(self) -> bytes:
        """The body of the answer."""
        said: dict[str, object] = {"code": self.code, "message": self.message}
        if self.field:
            said["detail"] = {"field": self.field, "location": "body"}
        return msgspec.json.encode(said)


class PayCall:
    """One call of the merchant that was let in."""

    def __init__(self, china: "China", seal: "PaySeal", request: web.Request, body: bytes) -> None:
        self.china = china
        self.seal = seal
        self.query = request.query
        self.parts = request.match_info
        self.body = body

    def json(self, kind: type[T]) -> T:
        """The body, decoded. Raises: PayRefused PARAM_ERROR naming the field."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.ValidationError as error:
            text, _, place = str(error).partition(" - at `$")
            field = place.rstrip("`").replace(".", "/") or "/"
            raise PayRefused(400, "PARAM_ERROR", f"参数错误: {text}", field) from error
        except (msgspec.DecodeError, RecursionError) as error:
            raise PayRefused(400, "PARAM_ERROR", "请求体不是合法的JSON") from error

    def require_merchant(self, mch_id: str) -> None:
        """Raises: PayRefused: the merchant speaks for another."""
        if mch_id != self.seal.merchant.mch_id:
            raise PayRefused(400, "PARAM_ERROR", "商户号与签名不一致", "/mchid")


Answer = tuple[int, object]
PayHandler = Callable[[PayCall], Awaitable[Answer]]


def pay_gate(answer: PayHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of one call."""

    async def handle(request: web.Request) -> web.StreamResponse:
        china = request.app[CHINA]
        body = await request.read()
        fault = china.faults.take(request.path) or EndpointFault()
        started = time.perf_counter()
        raw = await _answered(request, body, answer, fault=fault)
        china.state_file.touch()
        china.wire.add(
            Exchange(
                at=wire_time(),
                direction="from_server",
                title=request.path.removeprefix("/v3/"),
                method=request.method,
                url=str(request.url),
                status=raw.status,
                seconds=round(time.perf_counter() - started, 4),
                outcome="ok" if raw.status < 300 else f"HTTP {raw.status}",
                request=half(request.headers, body),
                response=half(dict(raw.headers), raw.content),
            )
        )
        return await sent(request, raw, fault)

    return handle


async def _answered(
    request: web.Request, body: bytes, answer: PayHandler, *, fault: EndpointFault
) -> Raw:
    china = request.app[CHINA]
    if fault.status is not None:
        return Raw(b"", "application/json", fault.status)
    try:
        seal = _let_in(request, body)
        status, told = await answer(PayCall(china, seal, request, body))
    except PayRefused as refused:
        return Raw(refused.told(), "application/json", refused.status)
    content = b"" if told is None else msgspec.json.encode(told)
    return Raw(content, "application/json", status, tuple(seal.headers(content).items()))


def _let_in(request: web.Request, body: bytes) -> "PaySeal":
    """Headers, form of the signature, its age, then itself. Raises: PayRefused."""
    china = request.app[CHINA]
    headers = request.headers
    if not headers.get("User-Agent") or "application/json" not in headers.get("Accept", ""):
        raise PayRefused(400, "INVALID_REQUEST", NO_HEADERS)
    told = headers.get("Authorization", "")
    fields = dict(_FIELD.findall(told))
    names = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
    if not told.startswith(SCHEME) or set(fields) != names or not fields["timestamp"].isdecimal():
        raise PayRefused(401, "SIGN_ERROR", NO_FORM)
    window = china.settings.assumed.pay_window_seconds
    if abs(time.time() - int(fields["timestamp"][:12])) > window:
        text = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"
        raise PayRefused(401, "SIGN_ERROR", text)
    seal = china.pay.seal
    parts = (request.method, request.raw_path, fields["timestamp"], fields["nonce_str"])
    if (
        seal is None
        or fields["mchid"] != seal.merchant.mch_id
        or fields["serial_no"] != seal.merchant.serial
        or not seal.is_merchants(fields["signature"], *parts, body.decode("utf-8", "replace"))
    ):
        raise PayRefused(401, "SIGN_ERROR", "签名错误，验签失败")
    return seal
