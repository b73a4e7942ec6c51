"""A server for the mini-program's tests: it answers as the real one is agreed to, out of memory.

What it says is not what is tested here; how the mini-program shows it and what it asks for is. The
journeys try the same pages against the real server.
"""

import asyncio
import base64
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from simulator.settings import ConsumerSeed
from tests.browser.miniprogram.accounting import Accounting
from tests.browser.miniprogram.catalogue import TEXTS, Json, Refusal, soon
from tests.browser.miniprogram.deleting import Deleting
from tests.browser.miniprogram.gathering import Gathering
from tests.browser.miniprogram.giving import Giving
from tests.browser.miniprogram.inviting import Inviting
from tests.browser.miniprogram.ordering import Ordering
from tests.browser.miniprogram.playing import Playing
from tests.browser.miniprogram.redeeming import qr_of
from tests.browser.miniprogram.surveying import Surveying
from tests.browser.miniprogram.visiting import Visiting

PREFIX = "/miniprogram/v1"
Route = tuple[str, str, Callable[[web.Request], Awaitable[Any]]]
SHOPPERS = (ConsumerSeed("王金"), ConsumerSeed("Emma", "en"))


class ShopServer(
    Accounting, Playing, Giving, Inviting, Ordering, Visiting, Deleting, Surveying, Gathering
):
    """One shopper's things; ``asked`` counts what was asked for, ``broken`` paths answer 500."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.bodies: list[tuple[str, Any]] = []
        self.broken: set[str] = set()
        self.lost_answers = 0
        self.sessions: set[str] = set()
        self.phone_bound = False
        self.personal_offers = True
        self.consents: list[Json] = [
            {
                "purpose": purpose,
                "channel": channel,
                "is_given": True,
                "wording": "",
                "decided_at": None,
            }
            for purpose, channel in (
                ("offers", "miniprogram"),
                ("offers", "official_account"),
                ("offers", "wecom"),
                ("personal_offers", ""),
                ("boards", ""),
            )
        ]
        self.codes = 0
        self.code_seconds = [60]  # of one code after another; the last stands for all that follow
        self.told_profile: Json = {"called": "", "birthday": None, "birthday_changes_at": None}
        self.cart: list[Json] = []
        self.accepted: list[str] = []

    def app(self) -> web.Application:
        """Every address of the agreement."""
        app = web.Application(middlewares=[self._answer])
        for method, path, handler in (
            *self._hers(),
            *self._invited_and_asked(),
            *self._everybodys(),
        ):
            app.router.add_route(method, PREFIX + path, handler)
        return app

    async def until_asked(self, what: str, times: int) -> None:
        """Wait until it was asked for, no more often than that."""
        async with asyncio.timeout(30):
            while self.asked[what] < times:  # noqa: ASYNC110 (a test's own counter)
                await asyncio.sleep(0.02)
        assert self.asked[what] == times

    def _hers(self) -> tuple[Route, ...]:
        return (
            ("GET", "/brand", self.brand),
            ("POST", "/session", self.session),
            ("GET", "/me", self.me),
            ("GET", "/me/code", self.code),
            ("GET", "/me/tiers", self.tiers),
            ("GET", "/me/purchases", self.purchases),
            ("GET", "/products/{sku}/reviews", self.reviews_of),
            ("GET", "/me/reviews/{uuid}", self.one_review),
            ("PUT", "/me/reviews/{uuid}", self.write_review),
            ("DELETE", "/me/reviews/{uuid}", self.take_review_back),
            ("GET", "/me/consents", self.read_consents),
            ("PUT", "/me/consents", self.choose_consents),
            ("DELETE", "/me/sessions", self.sign_out),
            ("PUT", "/me/language", self.nothing),
            ("GET", "/me/deletion", self.read_deletion),
            ("PUT", "/me/deletion/{uuid}", self.delete_account),
            ("PUT", "/me/preferences", self.prefer),
            ("GET", "/me/profile", self.profile),
            ("PUT", "/me/profile", self.tell_profile),
            ("GET", "/me/cart", self.kept_cart),
            ("PUT", "/me/cart", self.keep_cart),
            ("PUT", "/me/phone", self.phone),
            ("GET", "/me/ledger", self.ledger),
            ("GET", "/me/ledger/sums", self.ledger_sums),
            ("GET", "/me/ledger/rules", self.ledger_rules),
            ("GET", "/rewards", self.rewards),
            ("GET", "/me/redemptions", self.all_redemptions),
            ("PUT", "/me/redemptions/{uuid}", self.redeem),
            ("GET", "/me/redemptions/{uuid}", self.redemption),
            ("DELETE", "/me/redemptions/{uuid}", self.cancel),
            ("PUT", "/me/redemptions/{uuid}/receipt", self.receive),
            ("GET", "/me/coupons", self.coupons),
            ("GET", "/me/coupons/{uuid}", self.one_coupon),
            ("GET", "/coupon-batches", self.batches),
            ("PUT", "/me/coupon-claims/{uuid}", self.claim_coupon),
            ("PUT", "/me/coupon-codes", self.enter_code),
            ("GET", "/me/gifts", self.all_gifts),
            ("GET", "/me/claimed-gifts", self.claimed_gifts),
            ("GET", "/me/gift-options", self.gift_options),
            ("GET", "/me/gifts/{uuid}", self.one_gift),
            ("PUT", "/me/gifts/{uuid}", self.send_gift),
            ("DELETE", "/me/gifts/{uuid}", self.take_back),
            ("GET", "/gift-links/{secret}", self.linked),
            ("PUT", "/gift-links/{secret}/claim", self.claim_gift),
        )

    def _invited_and_asked(self) -> tuple[Route, ...]:
        return (
            ("GET", "/me/referral", self.referral),
            ("GET", "/me/referral/qr", self.referral_qr),
            ("GET", "/me/referral/poster", self.referral_poster),
            ("GET", "/me/referrals", self.referrals),
            ("PUT", "/me/inviter", self.inviter),
            ("GET", "/articles", self.articles),
            ("GET", "/articles/{code}", self.article),
            ("GET", "/events", self.brand_events),
            ("GET", "/events/{code}", self.brand_event),
            ("PUT", "/me/events/{code}", self.sign_up),
            ("DELETE", "/me/events/{code}", self.leave_event),
            ("PUT", "/me/event-visit", self.come),
            ("GET", "/surveys", self.surveys),
            ("GET", "/surveys/{code}", self.survey),
            ("PUT", "/me/survey-answers/{uuid}", self.answer_survey),
        )

    def _everybodys(self) -> tuple[Route, ...]:
        return (
            ("GET", "/ladders", self.ladders),
            ("GET", "/products", self.products),
            ("POST", "/quotes", self.quote),
            ("PUT", "/me/orders/{uuid}", self.order),
            ("GET", "/me/orders", self.all_orders),
            ("GET", "/me/orders/{uuid}", self.one_order),
            ("DELETE", "/me/orders/{uuid}", self.cancel_order),
            ("PUT", "/me/orders/{uuid}/receipt", self.receive_order),
            ("GET", "/me/purchases/{uuid}", self.one_purchase),
            ("GET", "/me/visits", self.visits),
            ("PUT", "/me/visits/{uuid}", self.visit),
            ("GET", "/live-room", self.live_room),
            ("PUT", "/me/live-room", self.say_word),
            ("GET", "/challenges", self.challenges),
            ("PUT", "/me/check-ins/{day}", self.check_in),
            ("PUT", "/me/claims/{code}/{round}/{step}", self.claim),
            ("GET", "/leaderboards", self.boards),
            ("GET", "/leaderboards/{code}", self.board),
            ("GET", "/communities", self.communities),
            ("PUT", "/me/invitations/{code}", self.invite),
            ("GET", "/message-templates", self.templates),
            ("PUT", "/me/subscriptions/{uuid}", self.subscribe),
        )

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

    async def profile(self, request: web.Request) -> Json:
        return self.told_profile

    async def tell_profile(self, request: web.Request) -> Json:
        told = await request.json()
        if self.told_profile["birthday"] not in (None, told["birthday"]):
            raise Refusal("birthday_changed_lately", 422)
        self.told_profile = {**told, "birthday_changes_at": soon(days=365)}
        return self.told_profile

    async def kept_cart(self, request: web.Request) -> Json:
        return {"lines": self.cart, "changed_at": soon() if self.cart else None}

    async def keep_cart(self, request: web.Request) -> Json:
        self.cart = (await request.json())["lines"]
        return await self.kept_cart(request)

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

    async def tiers(self, request: web.Request) -> Json:
        said = self._said

        def step(place: int, zh: str, en: str, *benefits: str) -> Json:
            return {
                "code": en.lower(),
                "name": said(request, zh, en),
                "colour": ("#7a6a55", "#5f6b76", "#8a6414")[place],
                "state": ("unlocked", "current", "locked")[place],
                "threshold": (0, 50_000, 200_000)[place],
                "missing": (0, 0, 138_700)[place],
                "takes": said(request, "需 2,000 元消费", "Takes ¥2,000 of purchases"),
                "benefits": list(benefits),
            }

        return {
            "measure": "spend",
            "window": said(request, "近 12 个月", "Last 12 months"),
            "reached": 61_300,
            "reached_told": said(request, "613 元消费", "¥613 of purchases"),
            "percent": 30,
            "lasts_through": "2027-05-31",
            "lines": [said(request, "再有 1,387 元消费即可升级为金卡会员。", "¥1,387 more.")],
            "tiers": [
                step(0, "普通会员", "Member"),
                step(1, "银卡会员", "Silver", said(request, "1.2 倍积分", "1.2 times the points")),
                step(2, "金卡会员", "Gold", said(request, "专属客服", "A line of your own")),
            ],
            "ways": [{"kind": "buy", "told": said(request, "实付金额计入", "What you pay counts")}],
            "growth": [
                {
                    "on": "2026-11-20",
                    "kind": "order",
                    "amount": 61_300,
                    "told": said(request, "613 元消费", "¥613 of purchases"),
                }
            ],
        }

    async def me(self, request: web.Request) -> Json:
        return {
            "uuid": "5b0d7c1e-7a40-4a52-9a27-0a6c5f1e3f2a",
            "member_since": soon(days=-200),
            "language": "zh",
            "phone_bound": self.phone_bound,
            "personal_offers": self.personal_offers,
            "points": {
                "available": self.points,
                "pending": 118,
                "debt": 0,
                "expiring": 300,
                "expires_first_at": soon(days=20),
            },
            "boost": {
                "times_percent": 200,
                "ends_at": soon(days=6),
                "line": self._said(
                    request,
                    "下单得双倍积分，有效至11月30日",
                    "Double points for orders through 30 Nov",
                ),
            },
            "tier": {
                "code": "silver",
                "name": self._said(request, "银卡会员", "Silver"),
                "colour": "#5f6b76",
                "rank": 1,
                "measure": "spend",
                "reached": 61_300,
                "percent": 30,
                "lasts_through": "2027-05-31",
                "next": {
                    "code": "gold",
                    "name": self._said(request, "金卡会员", "Gold"),
                    "missing": 138_700,
                },
                "lines": [
                    self._said(
                        request,
                        "再有 1,387 元消费即可升级为金卡会员。",
                        "¥1,387 of purchases more to reach Gold.",
                    ),
                    self._said(
                        request,
                        "银卡会员保留至2027年5月31日；截至当日再有 500 元消费"
                        "即可继续保级，否则之后为普通会员。",
                        "Silver is yours until 31 May 2027. ¥500 of purchases more by then to keep"
                        " it; otherwise Member follows.",
                    ),
                ],
            },
        }

    async def code(self, request: web.Request) -> Json:
        self.codes += 1
        lasts = self.code_seconds.pop(0) if self.code_seconds[1:] else self.code_seconds[0]
        digits = f"{self.codes:018}"
        return {
            "code": digits,
            "code_grouped": " ".join(digits[place : place + 4] for place in range(0, 18, 4)),
            "qr": qr_of(digits),
            "now": soon(),
            "renews_at": soon(seconds=lasts),
        }

    async def read_consents(self, request: web.Request) -> Json:
        return {"consents": list(self.consents)}

    async def choose_consents(self, request: web.Request) -> Json:
        told = await request.json()
        for choice in told["choices"]:
            for place, one in enumerate(self.consents):
                if (one["purpose"], one["channel"]) == (choice["purpose"], choice["channel"]):
                    given = choice["is_given"]
                    self.consents[place] = {**one, "is_given": given, "decided_at": soon()}
        return {"consents": list(self.consents)}

    async def sign_out(self, request: web.Request) -> None:
        self.sessions.clear()

    async def prefer(self, request: web.Request) -> Json:
        chosen: Json = await request.json()
        self.personal_offers = chosen["personal_offers"]
        return chosen

    async def phone(self, request: web.Request) -> None:
        self.phone_bound = True

    async def templates(self, request: web.Request) -> Json:
        return {"template_ids": ["coupon-expires"]}

    async def subscribe(self, request: web.Request) -> None:
        self.accepted = (await request.json())["accepted"]
