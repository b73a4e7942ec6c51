"""Visits in the tests' shop: one code that counts, once; any other was scanned lately."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal, soon

GOOD = "https://jifen.example/v/ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Visiting(Catalogue):
    """Her visits by the uuid of her phone."""

    def __init__(self) -> None:
        super().__init__()
        self.visited: dict[str, str] = {}

    async def visits(self, request: web.Request) -> Json:
        shop = self._said(request, "静安店", "Jing'an")
        here: Json = {"shop": shop, "way": "staff", "at": soon(), "points": 10, "message": None}
        full = self._said(request, "打卡积分已达上限", "You have reached the most points")
        return {
            "days_this_month": 2 + len(self.visited),
            "weeks_in_a_row": 3,
            "visits": [here] * len(self.visited)
            + [{**here, "at": soon(days=-8), "points": 0, "message": full}],
            "challenges": [
                {
                    "code": "in_shops",
                    "kind": "visits",
                    "name": self._said(request, "本月到店三天", "Three days in our shops"),
                    "unit": "days",
                    "done": 2,
                    "target": 3,
                }
            ],
        }

    async def visit(self, request: web.Request) -> Json:
        code, uuid = (await request.json())["code"], request.match_info["uuid"]
        if code != GOOD or (self.visited and uuid not in self.visited):
            raise Refusal("visited_lately")
        self.visited[uuid] = code
        return {
            "uuid": uuid,
            "shop": self._said(request, "静安店", "Jing'an"),
            "way": "staff",
            "at": soon(),
            "points": 10,
            "goal_points": 5,
            "message": None,
            "again_at": soon(hours=12),
        }
