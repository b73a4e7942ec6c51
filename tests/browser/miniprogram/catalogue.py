"""What the tests' shop has for sale, its coupons and what a cart costs there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from jifen.seeds import store
from loyalty.calendar import day_of, start_of

Json = dict[str, Any]
PICTURES = {"C-100": store.picture("C-100"), "B-331": "data:image/png;base64,bm9uZQ=="}
EXCHANGE = "e" * 32
WHY = ("这是您近 6 个月的第 3 单", "This is your third order in six months")
TEXTS = {
    "key_reused": ("请求编号已用于其他内容", "This id was used for something else"),
    "deletion_changed": ("将放弃的积分刚刚有变化", "What would be given up has changed"),
    "content_not_allowed": ("内容含有不适宜的信息", "WeChat does not allow this text"),
    "invites_herself": ("这是您自己的邀请码", "This is your own code"),
    "no_such_brand_event": ("没有这场活动", "There is no such event"),
    "event_code_over": ("签到码已更换", "The code has turned since"),
    "survey_changed": ("问卷刚刚更新", "The questions have changed"),
    "no_such_referral_code": ("没有这个邀请码", "There is no such invitation code"),
    "visited_lately": ("您刚在这里打过卡", "You checked in here lately"),
    "no_such_live_word": ("暗号不对", "That is not the word"),
    "no_such_gift": ("没有这份礼物", "There is no such gift"),
    "birthday_changed_lately": ("生日一年只能修改一次", "A birthday changes once a year"),
    "no_such_redemption": ("没有这次兑换", "There is no such redemption"),
    "not_enough_points": ("还差 120 分", "120 points short"),
    "session_unknown": ("登录已失效", "This session is not valid"),
    "broken": ("服务出现错误，请稍后再试", "Something went wrong on our side"),
    "min_spend_not_met": ("还差 46 元可用", "¥46 short of the minimum"),
    "too_many_code_tries": ("尝试次数过多，请 10 分钟后再试", "Too many tries: 10 minutes"),
    "budget_used_up": ("名额已用完", "It is used up"),
    "tier_too_low": ("达到银卡会员即可加入", "Reach Silver to join"),
}


def soon(**ahead: float) -> str:
    """A moment from now on, as RFC 3339 writes it."""
    return (datetime.now(UTC) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(days: int) -> datetime:
    """The end of a Shanghai day, so many days from today on."""
    return start_of(day_of(datetime.now(UTC)) + timedelta(days=days + 1))


def paged(request: web.Request, name: str, rows: list[Json]) -> Json:
    """A page of a list, as the request asks for it."""
    limit, before = int(request.query.get("limit", "100")), request.query.get("before")
    uuids = [one["uuid"] for one in rows]
    rest = rows[uuids.index(before) + 1 :] if before else rows
    more = rest[limit - 1]["uuid"] if len(rest) > limit else None
    return {name: rest[:limit], "next_before": more}


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, code: str, status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Catalogue:
    """Products, coupons and quotes, in the language of who asks."""

    def __init__(self) -> None:
        self.coupon_claims: set[str] = set()
        self.used_coupons = 1
        self.has_exchange = False

    @staticmethod
    def _is_english(request: web.Request) -> bool:
        return request.headers.get("Accept-Language", "").startswith("en")

    def _said(self, request: web.Request, zh: str, en: str) -> str:
        return en if self._is_english(request) else zh

    async def ladders(self, request: web.Request) -> Json:
        said = self._said
        given: Json = {
            "code": "first",
            "spend_fen": 50_000,
            "coupon_fen": 2000,
            "least_order_fen": 19_900,
            "gives": said(request, "20 元券（满 199 元可用）", "¥20 off ¥199"),
            "state": "given",
            "told": said(request, "已发到您的天猫券包", "In your Tmall wallet"),
            "expires_at": soon(days=40),
        }
        ahead: Json = {
            **given,
            "code": "second",
            "spend_fen": 100_000,
            "coupon_fen": 5000,
            "gives": said(request, "50 元券（满 199 元可用）", "¥50 off ¥199"),
            "state": "open",
            "told": said(request, "再消费 380 元可得", "¥380 more"),
            "expires_at": None,
        }
        ladder: Json = {
            "code": "tmall",
            "name": said(request, "天猫满额礼券", "Tmall coupons"),
            "shop": "旗舰店",
            "is_known": True,
            "spent_fen": 62_000,
            "spent": said(request, "2026 年已消费 620 元", "¥620 spent in 2026"),
            "how_to_use": said(request, "打开手机天猫，下单时自动抵扣。", "Open Tmall."),
            "rungs": [given, ahead],
            "earlier": [{**given, "told": said(request, "去年的券", "Of last year")}],
        }
        return {"now": soon(), "ladders": [ladder]}

    def held(self, request: web.Request) -> list[Json]:
        """Her coupons: two to use, and ``used_coupons`` that are used."""
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
            "tags": [said(request, "全场通用", "On everything")],
            "reason": said(
                request, "您上月买了 3 次，送您一张", "For your three orders last month"
            ),
            "state": "issued",
            "is_giftable": True,
            "reward": None,
            "code": "ABCD",
            "issued_at": soon(days=-2),
            "expires_at": midnight(20).isoformat(),
        }
        used = [(f"{n:032x}", "used", soon(days=3)) for n in range(self.used_coupons)]
        others = [("b" * 32, "issued", soon(hours=30)), *used]
        later = {"name": said(request, "立减 10 元", "¥10 off"), "worth": "¥10", "reason": None}
        return [
            first,
            *self._exchange(request, first),
            *(
                {**first, **later, "uuid": uuid, "state": state, "expires_at": ends}
                for uuid, state, ends in others
            ),
        ]

    def _exchange(self, request: web.Request, first: Json) -> list[Json]:
        """Return the coupon that she won, while she has it."""
        told = {
            "uuid": EXCHANGE,
            "slot": "coupon:pot",
            "name": self._said(request, "手冲壶兑换券", "A kettle for you"),
            "worth": self._said(request, "免费兑换", "Free"),
            "reason": self._said(request, "本月三单", "Three orders"),
            "conditions": [],
            "tags": [],
            "reward": "pot",
            "is_giftable": False,
        }
        return [{**first, **told}] if self.has_exchange else []

    async def coupons(self, request: web.Request) -> Json:
        states = {"open": ("issued",), "used": ("used",), "over": ()}
        wanted = states[request.query["standing"]]
        rows = [one for one in self.held(request) if one["state"] in wanted]
        return paged(request, "coupons", rows)

    async def one_coupon(self, request: web.Request) -> Json:
        return next(one for one in self.held(request) if one["uuid"] == request.match_info["uuid"])

    async def batches(self, request: web.Request) -> Json:
        said = self._said
        short = {"code": "tier_too_low", "message": said(request, "还差 387 元", "¥387 to go")}
        rows = (
            ("spring", "春日券", "Spring", "claimed" if self.coupon_claims else "open", None, 12),
            ("gold", "金卡券", "For Gold", "not_for_her", short, None),
            ("gone", "秒杀券", "Flash", "all_gone", short, 0),
        )
        return {
            "batches": [
                {
                    "code": code,
                    "name": said(request, zh, en),
                    "worth": said(request, "减 20 元", "¥20 off"),
                    "conditions": [said(request, "满 200 元可用", "From ¥200")],
                    "tags": [said(request, "全场通用", "On everything")],
                    "state": state,
                    "refusal": refusal,
                    "stock_left": left,
                    "valid_days": 30,
                    "claims_from": None,
                    "claims_until": midnight(9).isoformat(),
                }
                for code, zh, en, state, refusal, left in rows
            ]
        }

    async def claim_coupon(self, request: web.Request) -> Json:
        self.coupon_claims.add(request.match_info["uuid"])
        return self.held(request)[0]

    async def enter_code(self, request: web.Request) -> Json:
        if (await request.json())["code"] != "SPRING26":
            raise Refusal("too_many_code_tries", 429)
        return self.held(request)[0]

    async def products(self, request: web.Request) -> Json:
        said = self._said
        rows = (
            ("C-100", said(request, "冷萃咖啡液 10 条", "Cold brew, 10 sticks"), "咖啡", 12_800),
            ("M-020", said(request, "手冲壶", "Pour-over kettle"), "器具", 26_900),
            ("B-330", said(request, "精品豆 330 g", "Fine beans, 330 g"), "咖啡", 9_800),
            ("B-331", said(request, "季节限定豆", "Beans of the season"), "咖啡", 11_800),
        )
        names = ("sku", "name", "category", "price_fen")
        return {
            "products": [
                {
                    **dict(zip(names, row, strict=True)),
                    "picture": PICTURES.get(row[0], ""),
                    "opens_at": None,
                }
                for row in rows
            ]
        }

    def _unlocked(self, request: web.Request) -> Json:
        return {
            "slot": "offer:second_ware",
            "name": self._said(request, "器具第二件 8 折", "Second brewing tool 20% off"),
            "message": self._said(request, "还差 1 件", "1 more needed"),
            "worth": self._said(request, "每 2 件，最低价一件 8 折", "Cheapest of 2: 20% off"),
            "short_fen": None,
            "short_quantity": 1,
            "sku": None,
            "saved_fen": 5_380,
        }

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
        why = [self._said(request, *WHY)]
        applied = {
            "slot": "offer:coffee_5",
            "name": name,
            "saved_fen": totals["saved_fen"],
            "reason": "",
            "why": why,
        }
        return {
            "quote": f"signed-{totals['total_fen']}-{asked['coupon']}",
            "good_until": soon(minutes=15),
            "lines": lines,
            **totals,
            "points_to_earn": totals["total_fen"] // 100,
            "applied": [{**applied, "cut_fen": 0, "limit": None, "coupon": asked["coupon"]}],
            "refused": [refused],
            "usable": [usable],
            "unlocks": [self._unlocked(request)],
            "best_coupon": "a" * 32,
            "is_exact": True,
        }
