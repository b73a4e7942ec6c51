"""Her points in the tests' shop: 45 movements, what became of all of them, and the rules."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, soon
from tests.browser.miniprogram.ordering import KETTLES

MOVEMENTS = 45


class Accounting(Catalogue):
    """Two earnings, then a spending, and so on; the newest was earned by an order elsewhere."""

    async def ledger(self, request: web.Request) -> Json:
        before = int(request.query.get("before", MOVEMENTS + 1))
        limit = int(request.query["limit"])
        numbers = [
            number
            for number in range(before - 1, 0, -1)
            if request.query.get("flow") in (None, "in" if number % 3 else "out")
        ]
        lines = [self._movement(request, number) for number in numbers[:limit]]
        is_last = len(numbers) <= limit
        return {"lines": lines, "next_before": None if is_last else lines[-1]["number"]}

    def _movement(self, request: web.Request, number: int) -> Json:
        points = 98 if number % 3 else -150
        by_order = {"purchase": KETTLES, "order": None, "number": "T-2026-88"}
        return {
            "number": number,
            "kind": "earn" if points > 0 else "spend",
            "points": points,
            "at": soon(days=number - MOVEMENTS - 1),
            "text": self._said(request, "购物获得积分", "Earned by an order")
            if points > 0
            else self._said(request, "消耗积分", "Points spent"),
            "available": points,
            "pending": 0,
            "debt": 0,
            "balance": 1280 - MOVEMENTS + number,
            "order": by_order if number == MOVEMENTS - 1 else None,
            "redemption": None,
        }

    async def ledger_sums(self, request: web.Request) -> Json:
        return {"earned": 4321, "spent": 3000, "expired": 41}

    async def ledger_rules(self, request: web.Request) -> Json:
        said = self._said
        return {
            "earning": [said(request, "每消费 1 元得 1 积分", "1 point for every ¥1 that you pay")],
            "keeping": [
                said(
                    request,
                    "积分在获得 12 个月后过期",
                    "Points expire 12 months after you earned them",
                )
            ],
        }
