"""A shop of the brand's own: its till tells what it sold by signed calls."""

import datetime as dt
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping

from simulator.clock import SHANGHAI, Clock
from simulator.consumers import Consumer, derived_openid
from simulator.settings import TillShop
from simulator.shops.orders import Line, Order, Orders, Refund, ShopState
from simulator.shops.pushes import Push, Pushes
from simulator.shops.shelf import Shelf


class Till:
    """One till; ``orders`` are what was sold there, each over when it is paid."""

    kind = "pos"

    def __init__(
        self, settings: TillShop, state: ShopState, *, clock: Clock, pushes: Pushes
    ) -> None:
        self.settings = settings
        self.code = settings.code
        self.name = settings.name
        self.orders = Orders(state, clock)
        self.shelf = Shelf(state.goods, clock, pushes.faults)
        self._pushes = pushes
        self._clock = clock

    def buyer(self, consumer: Consumer) -> str:
        """Her openid, as WeChat Pay tells it of the code that she pays with."""
        return derived_openid(self.settings.app_id, consumer.nickname)

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """Tells a sale when it is paid, which hands it over, and money that goes back."""
        if event == "paid":
            self.orders.ship(order)
            self.orders.complete(order)
            await self._tell({"orders": [self._sale(order)]}, f"till {order.number}")
        elif refund is not None and refund.is_done:
            told = _given_back(order, refund)
            await self._tell({"refunds": [told]}, f"till {order.number} refund")

    async def close(self) -> None:
        """Breaks off calls that are on their way."""
        await self._pushes.close()

    async def _tell(self, told: Mapping[str, object], title: str) -> None:
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        push = Push(title, self.settings.push_url, body, headers, self._signed)
        await self._pushes.send(push).wait()

    def _signed(self, body: bytes) -> Mapping[str, str]:
        """Of each try anew: a nonce is good for once."""
        moment, nonce = str(int(time.time())), secrets.token_hex(16)
        plain = f"{moment}\n{nonce}\n".encode() + body
        sign = hmac.new(self.settings.secret.encode(), plain, hashlib.sha256).hexdigest()
        return {"X-Timestamp": moment, "X-Nonce": nonce, "X-Signature": sign}

    def _sale(self, one: Order) -> dict[str, object]:
        lines = one.lines
        return {
            "number": one.number,
            "state": one.state,
            "ordered_at": _local(one.ordered_at),
            "paid_at": _local(one.paid_at),
            "completed_at": _local(one.completed_at),
            "updated_at": _local(one.updated_at),
            "goods_fen": sum(line.goods_fen for line in lines),
            "freight_fen": one.freight_fen,
            "discounts": {
                "shop_fen": sum(line.shop_fen for line in lines),
                "platform_fen": sum(line.platform_fen + line.channel_fen for line in lines),
                "talent_fen": sum(line.talent_fen for line in lines),
            },
            "points_paid_fen": sum(line.points_fen for line in lines),
            "paid_fen": sum(map(_cash, lines)) + one.freight_fen,
            "lines": [_line(line) for line in lines],
            "buyer": self._known(one),
        }

    def _known(self, one: Order) -> dict[str, object]:
        """Who bought, as far as the till knows: a number is one that she said."""
        if one.buyer:
            return {"openid": {"app_id": self.settings.app_id, "openid": one.buyer}}
        return {"mobile": f"+86{one.buyer_mobile}"} if one.buyer_mobile else {}


def is_taken(status: int, answer: bytes) -> bool:
    """Anything but 202 is told again."""
    return status == 202


def _line(line: Line) -> dict[str, object]:
    return {
        "key": line.key,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "goods_fen": line.goods_fen,
        "paid_fen": _cash(line),
    }


def _given_back(one: Order, refund: Refund) -> dict[str, object]:
    return {
        "number": one.number,
        "refund_number": refund.number,
        "refunded_at": _local(refund.updated_at),
        "lines": [{"key": refund.line_key, "refunded_fen": refund.amount_fen}],
    }


def _cash(line: Line) -> int:
    return line.pay_fen - line.channel_fen


def _local(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, SHANGHAI).isoformat()
