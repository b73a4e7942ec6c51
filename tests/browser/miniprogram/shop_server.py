"""A server for the mini-program's tests: it answers as the real one is agreed to, out of memory.

What it says is not what is tested here; how the mini-program shows it and what it asks for is. The
journeys try the same pages against the real server.
"""

import base64
import copy
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from aiohttp import web

from simulator.settings import ConsumerSeed

Json = dict[str, Any]
PREFIX = "/miniprogram/v1"
TEXTS = {
    "no_such_redemption": ("没有这次兑换", "There is no such redemption"),
    "not_enough_points": ("还差 120 分", "120 points short"),
    "session_unknown": ("登录已失效", "This session is not valid"),
    "broken": ("服务出现错误，请稍后再试", "Something went wrong on our side"),
    "min_spend_not_met": ("还差 46 元可用", "¥46 short of the minimum"),
    "tier_too_low": ("达到银卡会员即可加入", "Reach Silver to join"),
}
SHOPPERS = (ConsumerSeed("王金"), ConsumerSeed("Emma", "en"))


def soon(**ahead: float) -> str:
    """A moment from now on, as RFC 3339 writes it."""
    return (datetime.now(UTC) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> str:
    return (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%d")


def qr_of(text: str) -> str:
    return segno.make(text, error="m").svg_data_uri(scale=8, encode_minimal=False, nl=False)


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, code: str, status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class ShopServer:
    """One shopper's things; ``asked`` counts what was asked for, ``broken`` paths answer 500."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.bodies: list[tuple[str, Any]] = []
        self.broken: set[str] = set()
        self.lost_answers = 0
        self.sessions: set[str] = set()
        self.points = 1280
        self.redemptions: dict[str, Json] = {}
        self.checked_in = False
        self.claimed = False
        self.group_state = "not_eligible"
        self.phone_bound = False
        self.orders: dict[str, Json] = {}
        self.accepted: list[str] = []

    def app(self) -> web.Application:
        """Every address of the agreement."""
        app = web.Application(middlewares=[self._answer])
        routes = (
            ("GET", "/brand", self.brand),
            ("POST", "/session", self.session),
            ("GET", "/me", self.me),
            ("PUT", "/me/language", self.nothing),
            ("PUT", "/me/phone", self.phone),
            ("GET", "/me/ledger", self.ledger),
            ("GET", "/rewards", self.rewards),
            ("GET", "/me/redemptions", self.all_redemptions),
            ("PUT", "/me/redemptions/{uuid}", self.redeem),
            ("GET", "/me/redemptions/{uuid}", self.redemption),
            ("DELETE", "/me/redemptions/{uuid}", self.cancel),
            ("GET", "/me/coupons", self.coupons),
            ("GET", "/products", self.products),
            ("POST", "/quotes", self.quote),
            ("PUT", "/me/orders/{uuid}", self.order),
            ("GET", "/me/orders/{uuid}", self.one_order),
            ("GET", "/challenges", self.challenges),
            ("PUT", "/me/check-ins/{day}", self.check_in),
            ("PUT", "/me/claims/{code}/{round}", self.claim),
            ("GET", "/leaderboards/{code}", self.board),
            ("GET", "/communities", self.communities),
            ("PUT", "/me/invitations/{code}", self.invite),
            ("GET", "/message-templates", self.templates),
            ("POST", "/me/subscriptions", self.subscribe),
        )
        for method, path, handler in routes:
            app.router.add_route(method, PREFIX + path, handler)
        return app

    @web.middleware
    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        self.asked[f"{request.method} {path}"] += 1
        if request.can_read_body:
            self.bodies.append((f"{request.method} {path}", await request.json()))
        try:
            if path in self.broken:
                raise Refusal("broken", 500)
            if path not in ("/brand", "/session"):
                self._require_session(request)
            told = await handler(request)
        except Refusal as refusal:
            return self._refused(request, refusal)
        if request.method == "PUT" and self.lost_answers:
            self.lost_answers -= 1
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=204) if told is None else web.json_response(told)

    def _require_session(self, request: web.Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.sessions:
            raise Refusal("session_unknown", 401)

    def _refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        text = TEXTS[refusal.code][self._is_english(request)]
        error = {"code": refusal.code, "message": text, "request_id": "r"}
        return web.json_response({"error": error}, status=refusal.status)

    @staticmethod
    def _is_english(request: web.Request) -> bool:
        return request.headers.get("Accept-Language", "").startswith("en")

    def _said(self, request: web.Request, zh: str, en: str) -> str:
        return en if self._is_english(request) else zh

    async def nothing(self, request: web.Request) -> Json:
        return {}

    async def brand(self, request: web.Request) -> Json:
        name = self._said(request, "拾光咖啡", "Shiguang Coffee")
        mark = (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
            b'<circle cx="12" cy="12" r="12" fill="#1d6b4f"/>'
            b'<path d="M7 9h8v4a4 4 0 0 1-8 0zM15 10h1a2 2 0 0 1 0 4h-1" fill="none" '
            b'stroke="#fff" stroke-width="1.6"/></svg>'
        )
        logo = "data:image/svg+xml;base64," + base64.b64encode(mark).decode()
        return {"name": name, "logo": logo, "colour": "#1d6b4f"}

    async def session(self, request: web.Request) -> Json:
        token = f"token-{len(self.sessions)}"
        self.sessions.add(token)
        return {"token": token, "expires_at": soon(days=30), "customer": "0" * 32}

    async def me(self, request: web.Request) -> Json:
        return {
            "uuid": "5b0d7c1e-7a40-4a52-9a27-0a6c5f1e3f2a",
            "member_since": soon(days=-200),
            "language": "zh",
            "phone_bound": self.phone_bound,
            "points": {
                "available": self.points,
                "pending": 118,
                "debt": 0,
                "expiring": 300,
                "expires_first_at": soon(days=20),
            },
            "tier": {
                "code": "silver",
                "name": self._said(request, "银卡会员", "Silver"),
                "colour": "#5f6b76",
                "rank": 1,
                "spent_fen": 61_300,
                "next": {
                    "code": "gold",
                    "name": self._said(request, "金卡会员", "Gold"),
                    "missing_fen": 138_700,
                },
            },
        }

    async def phone(self, request: web.Request) -> None:
        self.phone_bound = True

    async def ledger(self, request: web.Request) -> Json:
        before = int(request.query.get("before", 46))
        lines = [
            {
                "number": number,
                "kind": "earn",
                "points": 98 if number % 3 else -150,
                "at": soon(days=number - 46),
                "text": self._said(request, "购物获得积分", "Earned by an order"),
                "available": 98,
                "pending": 0,
                "debt": 0,
            }
            for number in range(before - 1, max(0, before - 21), -1)
        ]
        return {"lines": lines, "next_before": before - 20 if before > 21 else None}

    async def rewards(self, request: web.Request) -> Json:
        said = self._said
        short = {"code": "not_enough_points", "message": said(request, *TEXTS["not_enough_points"])}
        rows = (
            ("tote", "gift", said(request, "帆布袋", "Tote bag"), 200, 18, 1, None),
            ("ten_off", "coupon", said(request, "立减 10 元", "¥10 off"), 150, None, None, None),
            ("pot", "gift", said(request, "手冲壶", "Pour-over kettle"), 1400, 3, 1, short),
        )
        names = ("code", "kind", "name", "points", "stock_left", "left_for_me", "refusal")
        about = said(request, "店内领取", "Collect it in a shop")
        return {
            "rewards": [
                {**dict(zip(names, row, strict=True)), "about": about, "picture": ""}
                for row in rows
            ]
        }

    async def all_redemptions(self, request: web.Request) -> Json:
        return {"redemptions": list(self.redemptions.values())}

    async def redeem(self, request: web.Request) -> Json:
        uuid, wanted = request.match_info["uuid"], (await request.json())["reward"]
        if uuid not in self.redemptions:
            is_gift = wanted == "tote"
            points = 200 if is_gift else 150
            self.points -= points
            self.redemptions[uuid] = {
                "uuid": uuid,
                "reward": wanted,
                "kind": "gift" if is_gift else "coupon",
                "name": self._said(request, "帆布袋", "Tote bag"),
                "points": points,
                "state": "issued",
                "code": "482913377210" if is_gift else None,
                "code_grouped": "4829 1337 7210" if is_gift else None,
                "qr": qr_of("482913377210") if is_gift else None,
                "coupon_uuid": None if is_gift else uuid,
                "redeemed_at": soon(),
                "expires_at": soon(days=30),
                "handed_over_at": None,
            }
        return self.redemptions[uuid]

    async def redemption(self, request: web.Request) -> Json:
        found = self.redemptions.get(request.match_info["uuid"])
        if found is None:
            raise Refusal("no_such_redemption", 404)
        return found

    async def cancel(self, request: web.Request) -> Json:
        found = await self.redemption(request)
        self.points += found["points"]
        found["state"] = "cancelled"
        return found

    def hand_over(self) -> None:
        """The shop scans the only code there is."""
        (found,) = self.redemptions.values()
        found.update(state="handed_over", handed_over_at=soon())

    async def coupons(self, request: web.Request) -> Json:
        said = self._said
        first: Json = {
            "uuid": "a" * 32,
            "slot": "coupon:vip_20",
            "name": said(request, "VIP 专享 8 折", "VIP 20% off"),
            "worth": said(request, "8 折", "20% off"),
            "conditions": [
                said(request, "满 100 元可用", "From ¥100"),
                said(request, "咖啡", "Coffee"),
            ],
            "reason": said(
                request, "您上月买了 3 次，送您一张", "For your three orders last month"
            ),
            "state": "issued",
            "code": "ABCD",
            "issued_at": soon(days=-2),
            "expires_at": soon(days=20),
        }
        others = [("b" * 32, "issued", soon(hours=30)), ("c" * 32, "used", soon(days=3))]
        later = {"name": said(request, "立减 10 元", "¥10 off"), "worth": "¥10", "reason": None}
        return {
            "coupons": [
                first,
                *(
                    {**first, **later, "uuid": uuid, "state": state, "expires_at": ends}
                    for uuid, state, ends in others
                ),
            ]
        }

    async def products(self, request: web.Request) -> Json:
        said = self._said
        rows = (
            ("C-100", said(request, "冷萃咖啡液 10 条", "Cold brew, 10 sticks"), "咖啡", 12_800),
            ("M-020", said(request, "手冲壶", "Pour-over kettle"), "器具", 26_900),
            ("B-330", said(request, "精品豆 330 g", "Fine beans, 330 g"), "咖啡", 9_800),
            ("B-331", said(request, "季节限定豆", "Beans of the season"), "咖啡", 11_800),
        )
        names = ("sku", "name", "category", "price_fen")
        return {"products": [{**dict(zip(names, row, strict=True)), "picture": ""} for row in rows]}

    async def quote(self, request: web.Request) -> Json:
        asked = await request.json()
        known = {each["sku"]: each for each in (await self.products(request))["products"]}
        percent = 20 if asked["coupon"] else 5
        lines = []
        for line in asked["lines"]:
            goods = known[line["sku"]]["price_fen"] * line["quantity"]
            saved = goods * percent // 100
            lines.append(
                {
                    **line,
                    "name": known[line["sku"]]["name"],
                    "price_fen": known[line["sku"]]["price_fen"],
                    "goods_fen": goods,
                    "saved_fen": saved,
                    "total_fen": goods - saved,
                }
            )
        totals = {
            name: sum(line[name] for line in lines)
            for name in ("goods_fen", "saved_fen", "total_fen")
        }
        name = self._said(request, "会员咖啡 95 折", "5% off coffee")
        refused = {
            "slot": "coupon:ten_off",
            "name": self._said(request, "立减 10 元", "¥10 off"),
            "code": "min_spend_not_met",
            "message": self._said(request, *TEXTS["min_spend_not_met"]),
            "coupon": "b" * 32,
        }
        usable = {
            "coupon": "a" * 32,
            "slot": "coupon:vip_20",
            "name": self._said(request, "VIP 专享 8 折", "VIP 20% off"),
            "reason": "",
            "saved_fen": sum(line["goods_fen"] for line in lines) // 5,
        }
        applied = {"slot": "offer:coffee_5", "name": name, "saved_fen": totals["saved_fen"]}
        return {
            "quote": f"signed-{totals['total_fen']}-{asked['coupon']}",
            "good_until": soon(minutes=15),
            "lines": lines,
            **totals,
            "points_to_earn": totals["total_fen"] // 100,
            "applied": [{**applied, "coupon": asked["coupon"]}],
            "refused": [refused],
            "usable": [usable],
            "best_coupon": "a" * 32,
            "is_exact": True,
        }

    async def order(self, request: web.Request) -> Json:
        uuid, quote = request.match_info["uuid"], (await request.json())["quote"]
        names = ("timeStamp", "nonceStr", "package", "signType", "paySign")
        payment = dict(zip(names, ("1", "n", f"prepay_id={uuid}", "RSA", "s"), strict=True))
        made = {
            "uuid": uuid,
            "number": "JF20261122001",
            "state": "awaiting_payment",
            "total_fen": int(quote.split("-")[1]),
            "payment": payment,
        }
        return copy.copy(self.orders.setdefault(uuid, made))

    async def one_order(self, request: web.Request) -> Json:
        return self.orders[request.match_info["uuid"]]

    async def challenges(self, request: web.Request) -> Json:
        said = self._said
        two: Json = {
            "code": "two_orders",
            "kind": "orders",
            "name": said(request, "本周下单 2 次", "Two orders this week"),
            "done": 2,
            "target": 2,
            "reward_points": 100,
            "has_coupon": False,
            "round": "2026-W47",
            "ends_at": soon(days=3),
            "state": "claimed" if self.claimed else "ready",
            "refusal": None,
        }
        seven = {
            **two,
            "code": "seven_days",
            "name": said(request, "连续签到 7 天", "Seven days in a row"),
            "done": 3,
            "target": 7,
            "reward_points": 50,
            "state": "open",
        }
        return {"now": soon(), "check_in": self._check_in(), "challenges": [two, seven]}

    def _check_in(self) -> Json:
        days = [today()] if self.checked_in else []
        return {
            "today": today(),
            "is_done": self.checked_in,
            "streak": 2 + self.checked_in,
            "days": days,
            "points": 5 * self.checked_in,
        }

    async def check_in(self, request: web.Request) -> Json:
        self.checked_in = True
        return self._check_in()

    async def claim(self, request: web.Request) -> Json:
        self.claimed = True
        self.points += 100
        return {"points": 100, "coupon_uuid": None}

    async def board(self, request: web.Request) -> Json:
        def row(rank: int, *, is_me: bool = False) -> Json:
            name = self._said(request, f"会员 ··{rank:02}2A", f"Member ··{rank:02}2A")
            return {"rank": rank, "name": name, "score": 4000 - rank * 150, "is_me": is_me}

        return {
            "name": self._said(request, "本周消费榜", "This week"),
            "season": "2026-W47",
            "ends_at": soon(days=2, hours=3),
            "top": [row(rank) for rank in range(1, 11)],
            "me": {"rank": 17, "score": 1450, "gap": 150},
            "neighbours": [row(16), row(17, is_me=True), row(18)],
        }

    def _community(self, request: web.Request) -> Json:
        missing = {"code": "tier_too_low", "message": self._said(request, *TEXTS["tier_too_low"])}
        return {
            "code": "vip",
            "name": self._said(request, "VIP 咖啡群", "VIP coffee group"),
            "about": self._said(
                request, "新品先尝，每周有群内专享价。", "First to taste what is new."
            ),
            "state": self.group_state,
            "missing": [missing] if self.group_state == "not_eligible" else [],
            "members": 128,
            "capacity": 200,
            "qr": qr_of("https://work.weixin.qq.com/gm/1")
            if self.group_state == "invited"
            else None,
        }

    async def communities(self, request: web.Request) -> Json:
        return {"communities": [self._community(request)]}

    async def invite(self, request: web.Request) -> Json:
        self.group_state = "invited"
        return self._community(request)

    async def templates(self, request: web.Request) -> Json:
        return {"template_ids": ["coupon-expires"]}

    async def subscribe(self, request: web.Request) -> None:
        self.accepted = (await request.json())["accepted"]
