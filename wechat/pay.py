"""Calls of WeChat Pay v3 for one merchant, and what it tells by notice.

Every call names what it is about (out_trade_no, out_refund_no), so it may be repeated where nobody
answered. What comes back is believed only with the platform's signature.
"""

import asyncio
import json
import random
import secrets
import time
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Meta, Struct
from yarl import URL

from wechat.errors import BadJson, BadSignature, CallbackRefused, CallFailed, Rejected, TryAgain
from wechat.exchange import Limits, read_body, sent_once
from wechat.pay_keys import PayKeys
from wechat.transport import DEFAULT_LIMITS

API_BASE = "https://api.mch.weixin.qq.com"
USER_AGENT = "jifen/1"
NOT_THERE = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"})

S = TypeVar("S", bound=Struct)
Fen = Annotated[int, Meta(ge=0, le=10**12)]


class PayRefused(Rejected):
    """WeChat Pay says no; branch on ``reason`` ("ORDER_CLOSED"), never on the text."""

    def __init__(self, reason: str, message: str, *, endpoint: str) -> None:
        super().__init__(f"{reason} {message}", endpoint=endpoint)
        self.reason = reason


class Prepay(Struct, frozen=True):
    """A payment to be asked of one shopper."""

    app_id: str
    number: str
    description: str
    total_fen: int
    openid: str
    notify_url: str


class Amount(Struct, frozen=True):
    """What was to be paid, and what of it was the payer's own money, in fen."""

    total: Fen = 0
    payer_total: Fen | None = None
    currency: str = "CNY"


class Transaction(Struct, frozen=True):
    """A payment as the platform tells it; its state is SUCCESS once the money is there."""

    mchid: str
    appid: str
    out_trade_no: str
    trade_state: str
    transaction_id: str = ""
    success_time: datetime | None = None
    amount: Amount = Amount()

    @property
    def is_paid(self) -> bool:
        """Say whether the money has come in; money given back later has come in too."""
        return self.trade_state in ("SUCCESS", "REFUND") and self.success_time is not None

    @property
    def can_be_paid(self) -> bool:
        """Say whether the money may still come in."""
        return self.trade_state not in ("SUCCESS", "REFUND", "CLOSED", "REVOKED")

    @property
    def payer_fen(self) -> int:
        """Return the payer's own money: without coupons that the platform paid for."""
        told = self.amount.payer_total
        return self.amount.total if told is None else told


class RefundAsk(Struct, frozen=True):
    """Money to be given back of an order."""

    number: str
    order_number: str
    fen: int
    total_fen: int
    notify_url: str


class CouponAsk(Struct, frozen=True):
    """A cash coupon to be sent to one shopper; ``number`` is the merchant's for this asking."""

    app_id: str
    openid: str
    stock_id: str
    number: str


class Consumed(Struct, frozen=True):
    """The payment that took a cash coupon off, and when."""

    consume_time: datetime | None = None


class CashCouponTold(Struct, frozen=True):
    """A cash coupon as the platform tells it: SENDED, USED or EXPIRED."""

    stock_id: str
    coupon_id: str
    status: str
    available_end_time: datetime | None = None
    consume_information: Consumed | None = None

    @property
    def used_at(self) -> datetime | None:
        """Return when it was used, where the platform says."""
        told = self.consume_information
        return told.consume_time if told else None


class PayRefund(Struct, frozen=True):
    """A refund as the platform tells it: PROCESSING, SUCCESS, ABNORMAL or CLOSED."""

    out_refund_no: str
    status: str = ""
    refund_status: str = ""

    @property
    def state(self) -> str:
        """Return how it stands; answers and notices call it by different names."""
        return self.status or self.refund_status


class PaymentRequest(Struct, frozen=True):
    """What ``wx.requestPayment`` takes, by the platform's own names."""

    timeStamp: str
    nonceStr: str
    package: str
    signType: str
    paySign: str


class Notice(Struct, frozen=True):
    """What the platform told: ``event`` such as TRANSACTION.SUCCESS, and what it is about."""

    event: str
    told: bytes


class _Resource(Struct, frozen=True):
    ciphertext: str
    nonce: str
    associated_data: str | None = None


class _Envelope(Struct, frozen=True):
    event_type: str
    resource: _Resource


class Pay:
    """One merchant's account; all calls are awaited, and raise `CallFailed`."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        keys: PayKeys,
        *,
        api_base: str = API_BASE,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._http = http
        self._keys = keys
        self._api_base = api_base.rstrip("/")
        self._limits = limits

    async def prepay(self, asked: Prepay) -> str:
        """Announce a payment, and return its prepay_id. The same again gives one of the same."""
        answer = await self._call(
            "POST",
            "/v3/pay/transactions/jsapi",
            {
                "appid": asked.app_id,
                "mchid": self._keys.mch_id,
                "description": asked.description,
                "out_trade_no": asked.number,
                "notify_url": asked.notify_url,
                "amount": {"total": asked.total_fen, "currency": "CNY"},
                "payer": {"openid": asked.openid},
            },
        )
        return str(answer["prepay_id"])

    def request(self, app_id: str, prepay_id: str) -> PaymentRequest:
        """Return what lets the mini-program open the payment sheet."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        signature = self._keys.sign(app_id, timestamp, nonce, package)
        return PaymentRequest(timestamp, nonce, package, "RSA", signature)

    async def find(self, number: str) -> Transaction | None:
        """Return how a payment stands; None where the platform never heard of it."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(number, safe='')}"
        try:
            answer = await self._call("GET", f"{path}?mchid={self._keys.mch_id}", None)
        except PayRefused as refused:
            if refused.reason in NOT_THERE:
                return None
            raise
        return _made(answer, Transaction, endpoint=path)

    async def close(self, number: str) -> None:
        """Let nobody pay this any more.

        Raises:
            PayRefused: it is paid, or there is no such order: `find` tells.
        """
        path = f"/v3/pay/transactions/out-trade-no/{quote(number, safe='')}/close"
        await self._call("POST", path, {"mchid": self._keys.mch_id})

    async def refund(self, asked: RefundAsk) -> PayRefund:
        """Give money back; the same number again tells how that refund stands."""
        path = "/v3/refund/domestic/refunds"
        answer = await self._call(
            "POST",
            path,
            {
                "out_trade_no": asked.order_number,
                "out_refund_no": asked.number,
                "notify_url": asked.notify_url,
                "amount": {"refund": asked.fen, "total": asked.total_fen, "currency": "CNY"},
            },
        )
        return _made(answer, PayRefund, endpoint=path)

    async def send_coupon(self, asked: CouponAsk) -> str:
        """Send a cash coupon, and return its id; the same number again is the same coupon.

        Raises:
            PayRefused: NOT_ENOUGH, RULE_LIMIT, USER_ACCOUNT_ABNORMAL ...
        """
        path = f"/v3/marketing/favor/users/{quote(asked.openid, safe='')}/coupons"
        answer = await self._call(
            "POST",
            path,
            {
                "stock_id": asked.stock_id,
                "out_request_no": asked.number,
                "appid": asked.app_id,
                "stock_creator_mchid": self._keys.mch_id,
            },
        )
        return str(answer["coupon_id"])

    async def find_coupon(self, app_id: str, openid: str, coupon_id: str) -> CashCouponTold:
        """Return what became of a cash coupon.

        Raises:
            PayRefused: RESOURCE_NOT_EXISTS ...
        """
        whose, which = quote(openid, safe=""), quote(coupon_id, safe="")
        path = f"/v3/marketing/favor/users/{whose}/coupons/{which}"
        answer = await self._call("GET", f"{path}?appid={quote(app_id, safe='')}", None)
        return _made(answer, CashCouponTold, endpoint=path)

    def read(self, headers: Any, body: bytes, *, at: datetime) -> Notice:
        """Return what a notice says, where the platform signed and sealed it for us.

        Raises:
            BadSignature: also what the platform sends on purpose to see whether we look. Stale,
            BadJson, BadCiphertext.
        """
        self._check(headers, body, at=at)
        try:
            told = msgspec.json.decode(body, type=_Envelope)
        except (msgspec.MsgspecError, RecursionError):
            raise BadJson("not a notice") from None
        resource = told.resource
        opened = self._keys.open(
            resource.ciphertext,
            nonce=resource.nonce,
            associated_data=resource.associated_data or "",
        )
        return Notice(told.event_type, opened)

    def transaction(self, notice: Notice) -> Transaction:
        """Return the payment that a notice tells of. Raises: BadJson, BadSignature."""
        try:
            found = msgspec.json.decode(notice.told, type=Transaction)
        except msgspec.MsgspecError:
            raise BadJson("no payment in the notice") from None
        if found.mchid != self._keys.mch_id:
            raise BadSignature("meant for another merchant")
        return found

    def refunded(self, notice: Notice) -> PayRefund:
        """Return the refund that a notice tells of. Raises: BadJson."""
        try:
            return msgspec.json.decode(notice.told, type=PayRefund)
        except msgspec.MsgspecError:
            raise BadJson("no refund in the notice") from None

    def coupon_used(self, notice: Notice) -> CashCouponTold:
        """Return the cash coupon that a notice tells of. Raises: BadJson."""
        try:
            return msgspec.json.decode(notice.told, type=CashCouponTold)
        except msgspec.MsgspecError:
            raise BadJson("no coupon in the notice") from None

    def _check(self, headers: Any, body: bytes, *, at: datetime) -> None:
        self._keys.check(
            body,
            timestamp=headers.get("Wechatpay-Timestamp", ""),
            nonce=headers.get("Wechatpay-Nonce", ""),
            signature=headers.get("Wechatpay-Signature", ""),
            serial=headers.get("Wechatpay-Serial", ""),
            at=at,
        )

    async def _call(self, method: str, target: str, asked: dict[str, Any] | None) -> Any:
        body = "" if asked is None else json.dumps(asked, ensure_ascii=False)
        waits = iter(self._limits.backoff_seconds)
        while True:
            try:
                return await self._once(method, target, body)
            except TryAgain:
                wait = next(waits, None)
                if wait is None:
                    raise
                await asyncio.sleep(wait * random.uniform(0.5, 1.5))

    async def _once(self, method: str, target: str, body: str) -> Any:
        endpoint = target.partition("?")[0]
        limits = self._limits
        try:
            async with self._http.request(
                method,
                URL(self._api_base + target, encoded=True),  # as it was signed
                data=body.encode() if body else None,
                headers=self._headers(method, target, body),
                timeout=aiohttp.ClientTimeout(
                    total=limits.total_seconds, connect=limits.connect_seconds
                ),
                allow_redirects=False,
                middlewares=(sent_once,),
            ) as response:
                content = await read_body(response, limits.answer_limit_bytes, endpoint=endpoint)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise TryAgain(f"no answer: {type(error).__name__}", endpoint=endpoint) from None
        if response.status >= 300:
            raise _refusal(response.status, content, endpoint=endpoint)
        try:
            self._check(response.headers, content, at=datetime.now(UTC))
            return json.loads(content) if content else {}
        except (CallbackRefused, ValueError) as error:
            raise TryAgain(f"not the platform's answer: {error}", endpoint=endpoint) from None

    def _headers(self, method: str, target: str, body: str) -> dict[str, str]:
        signed = self._keys.authorization(
            method, target, body, timestamp=str(int(time.time())), nonce=secrets.token_hex(16)
        )
        return {
            "Authorization": signed,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Wechatpay-Serial": self._keys.public_key_id,
        }


def _refusal(status: int, content: bytes, *, endpoint: str) -> CallFailed:
    """Return what an error answer means; these carry no signature."""
    if status == 429 or status >= 500:
        return TryAgain(f"HTTP {status}", endpoint=endpoint)
    try:
        told = json.loads(content)
        return PayRefused(str(told["code"]), str(told.get("message", "")), endpoint=endpoint)
    except (ValueError, KeyError, TypeError, AttributeError):
        return PayRefused(f"HTTP_{status}", "", endpoint=endpoint)


def _made(answer: Any, struct: type[S], *, endpoint: str) -> S:
    try:
        return msgspec.convert(answer, struct)
    except msgspec.ValidationError as error:
        raise TryAgain(f"answered without what was asked for: {error}", endpoint=endpoint) from None
