"""What one plays in the tests' shop: challenges, the check-in, the board and the group."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from tests.browser.miniprogram.catalogue import TEXTS, Json, soon
from tests.browser.miniprogram.redeeming import Redeeming, qr_of


def today() -> str:
    return (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%d")


def _step(place: int, target: int, points: int, state: str) -> Json:
    return {
        "place": place,
        "target": target,
        "reward_points": points,
        "has_coupon": False,
        "boost_percent": 200 if points == 200 else 0,
        "boost_days": 7 if points == 200 else 0,
        "state": state,
    }


class Playing(Redeeming):
    """A challenge that is reached and one that is not, a board, and a group for Silver."""

    consents: list[Json]

    def __init__(self) -> None:
        super().__init__()
        self.checked_in = False
        self.claimed = False
        self.group_state = "not_eligible"
        self.gap = 150

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
            "boost_percent": 0,
            "boost_days": 0,
            "unit": "orders",
            "round": "2026-W47",
            "season": None,
            "starts_at": soon(days=-4),
            "ends_at": soon(days=3),
            "state": "claimed" if self.claimed else "ready",
            "steps": [_step(1, 2, 100, "claimed" if self.claimed else "ready")],
            "team": None,
            "refusal": None,
        }
        seven = {
            **two,
            "code": "seven_days",
            "name": said(request, "连续签到 7 天", "Seven days in a row"),
            "unit": "days",
            "done": 3,
            "target": 7,
            "reward_points": 50,
            "state": "open",
            "steps": [_step(1, 7, 50, "open")],
        }
        third: Json = {
            "code": "third",
            "kind": "purchases_within",
            "name": said(request, "半年内第三次购买", "Third order in six months"),
            "distance": said(request, "2/3 单", "2/3 orders"),
            "done": 2,
            "target": 3,
            "unit": "orders",
            "times": 0,
            "reward_points": 0,
            "has_coupon": True,
            "refusal": None,
        }
        return {
            "now": soon(),
            "check_in": self._check_in(),
            "has_shop_visits": True,
            "live_room": said(request, "晚八点直播", "Eight o'clock"),
            "surveys": 1,
            "events": 2,
            "articles": 1,
            "challenges": [two, seven, self._new_year(request, two)],
            "milestones": [third, self._profile(request, third)],
        }

    def _profile(self, request: web.Request, like: Json) -> Json:
        """What she has told half of."""
        return {
            **like,
            "code": "profile",
            "kind": "profile",
            "name": self._said(request, "完善资料", "Tell us about you"),
            "distance": self._said(request, "已填 1/2 项", "1/2 told"),
            "done": 1,
            "target": 2,
            "unit": "fields",
            "reward_points": 20,
            "has_coupon": False,
        }

    def _new_year(self, request: web.Request, like: Json) -> Json:
        """A season's ladder for the group, of which the second step is still to be reached."""
        said = self._said
        shares = (
            (said(request, "会员··02A1", "Member··02A1"), 900, False),
            (said(request, "我", "Me"), 320, True),
        )
        return {
            **like,
            "code": "new_year",
            "kind": "team_total",
            "name": said(request, "全群冲刺", "Together"),
            "unit": "yuan",
            "done": 1220,
            "target": 3000,
            "reward_points": 200,
            "season": "cny",
            "state": "open",
            "steps": [_step(1, 1000, 88, "claimed"), _step(2, 3000, 200, "open")],
            "team": {
                "members": 2,
                "mine": 320,
                "shares": [
                    {"name": name, "share": share, "is_me": is_me} for name, share, is_me in shares
                ],
            },
        }

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
        return {"points": 100, "coupon_uuid": None, "boost_percent": 0, "boost_days": 0}

    async def boards(self, request: web.Request) -> Json:
        names = {"week": ("本周积分榜", "This week"), "vip": ("群内消费榜", "Of the group")}
        return {
            "boards": [
                {"code": code, "name": self._said(request, *name), "is_group": code == "vip"}
                for code, name in names.items()
            ]
        }

    async def board(self, request: web.Request) -> Json:
        moves = {1: None, 2: 3, 3: -1}

        def row(rank: int, *, is_me: bool = False) -> Json:
            name = self._said(request, f"会员 ··{rank:02}2A", f"Member ··{rank:02}2A")
            score = 4000 - rank * 150
            moved = moves.get(rank, 0)
            return {"rank": rank, "name": name, "score": score, "is_me": is_me, "moved": moved}

        is_group = request.match_info["code"] == "vip"
        prize = self._said(request, "500 积分、优惠券一张", "500 points, a coupon")
        return {
            "name": self._said(request, "本周积分榜", "This week"),
            "season": "2026-W47",
            "source": "spend" if is_group else "points",
            "is_group": is_group,
            "ends_at": soon(days=2, hours=3),
            "top": [row(rank) for rank in range(1, 11)],
            "me": {"rank": 17, "score": 1450, "gap": self.gap, "moved": 2},
            "neighbours": [row(16), row(17, is_me=True), row(18)],
            "is_hidden": not next(
                one["is_given"] for one in self.consents if one["purpose"] == "boards"
            ),
            "prizes": [
                {"first_rank": 1, "last_rank": 1, "prize": prize},
                {"first_rank": 2, "last_rank": 10, "prize": self._said(request, "100 积分", "100")},
            ],
            "prizes_on": today(),
            "least_score": 500,
            "last": {
                "season": "2026-W46",
                "rank": 2,
                "prize": self._said(request, "100 积分", "100 points"),
                "given_at": soon(days=-1),
            },
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
