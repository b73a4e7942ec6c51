"""Orders and purchases in the tests' shop."""

import copy

from aiohttp import web

from tests.browser.miniprogram.catalogue import WHY, Json, Refusal, paged, soon
from tests.browser.miniprogram.reviewing import KETTLES, Reviewing

HERS = "7" * 32


class Ordering(Reviewing):
    """Orders of the own store by their names, of which one is paid, and purchases of two shops."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, Json] = {}
        self.order_refusal = ""
        self.received = False

    def _line(self, request: web.Request) -> Json:
        return {
            "sku": "M-020",
            "name": self._said(request, "手冲壶", "Kettle"),
            "picture": "data:image/png;base64,bm9uZQ==",
            "quantity": 2,
            "goods_fen": 53_800,
            "total_fen": 43_040,
            "can_review": False,
            "review": None,
        }

    async def order(self, request: web.Request) -> Json:
        if self.order_refusal:
            code, self.order_refusal = self.order_refusal, ""
            raise Refusal(code)
        uuid, quote = request.match_info["uuid"], (await request.json())["quote"]
        names = ("timeStamp", "nonceStr", "package", "signType", "paySign")
        payment = dict(zip(names, ("1", "n", f"prepay_id={uuid}", "RSA", "s"), strict=True))
        made = {
            "uuid": uuid,
            "number": "JF20261122001",
            "state": "awaiting_payment",
            "purchase": None,
            "purchase_state": None,
            "points": None,
            "can_receive": False,
            "lines": [self._line(request)],
            "discounts": [],
            "goods_fen": 53_800,
            "total_fen": int(quote.split("-")[1]),
            "refunded_fen": 0,
            "ordered_at": soon(),
            "lapses_at": soon(minutes=15),
            "payment": payment,
        }
        return copy.copy(self.orders.setdefault(uuid, made))

    async def one_order(self, request: web.Request) -> Json:
        uuid = request.match_info["uuid"]
        return self.paid_order(request) if uuid == HERS else self.orders[uuid]

    def paid_order(self, request: web.Request) -> Json:
        """The kettles that she paid two days ago."""
        state = "completed" if self.received else "paid"
        points = {"points": 430, "settle_at": None, "days_after_completion": 7}
        if self.received:
            points["settle_at"] = soon(days=7)
        return {
            "uuid": HERS,
            "number": "JF20261120001",
            "state": "paid",
            "purchase": KETTLES,
            "purchase_state": state,
            "points": points,
            "can_receive": not self.received,
            "lines": [{**self._line(request), **(self.reviewed("M-020") if self.received else {})}],
            "discounts": [
                {
                    "slot": "coupon:vip_20",
                    "name": self._said(request, "VIP 专享 8 折", "VIP 20% off"),
                    "saved_fen": 10_760,
                    "why": [self._said(request, *WHY)],
                }
            ],
            "goods_fen": 53_800,
            "total_fen": 43_040,
            "refunded_fen": 0,
            "ordered_at": soon(days=-2),
            "lapses_at": soon(days=-2, minutes=15),
            "payment": None,
        }

    async def all_orders(self, request: web.Request) -> Json:
        wanted = request.query.get("state")
        rows = [one for one in self.orders.values() if wanted in (None, one["state"])]
        return paged(request, "orders", rows)

    async def cancel_order(self, request: web.Request) -> Json:
        found = self.orders[request.match_info["uuid"]]
        found |= {"state": "closed", "payment": None}
        return found

    async def receive_order(self, request: web.Request) -> Json:
        self.received = True
        return await self.one_order(request)

    def _bought(self, request: web.Request) -> list[Json]:
        money = {"paid_fen": 53_800, "refunded_fen": 0}
        names = ("sku", "name", "picture", "quantity")
        kettle = {name: self._line(request)[name] for name in names}
        beans = {
            "sku": "C-100",
            "name": self._said(request, "冷萃", "Cold brew"),
            "picture": "",
            "quantity": 1,
            "paid_fen": 0,
            "refunded_fen": 0,
            **self.reviewed("C-100"),
        }
        first = {
            "uuid": KETTLES,
            "order": None,
            "shop_kind": "tmall",
            "shop": self._said(request, "天猫旗舰店", "Flagship store"),
            "number": "2847163905518273645",
            "state": "completed",
            "lines": [{**kettle, **money, **self.reviewed("M-020")}, beans],
            **money,
            "points": {"points": 538, "settle_at": soon(days=4), "days_after_completion": 7},
            "paid_at": soon(days=-3),
        }
        store = self._said(request, "官方商城", "Our store")
        no_review = {"can_review": False, "review": None}
        own = {
            "uuid": "b" * 32,
            "order": HERS,
            "shop_kind": "own_store",
            "shop": store,
            "lines": [{**kettle, **money, **no_review}],
        }
        return [first, {**first, **own}]

    async def purchases(self, request: web.Request) -> Json:
        first, second = self._bought(request)
        if request.query.get("before"):
            return {"purchases": [second], "next_before": None}
        return {"purchases": [first], "next_before": first["uuid"]}

    async def one_purchase(self, request: web.Request) -> Json:
        uuid = request.match_info["uuid"]
        return next(one for one in self._bought(request) if one["uuid"] == uuid)
