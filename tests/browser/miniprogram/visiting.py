"""Visits in the tests' shop: one code that counts, once; a live room with its word."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal, soon

GOOD = "https://jifen.example/v/ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WORD = "拿铁66"


class Visiting(Catalogue):
    """Her visits by the uuid of her phone."""

    def __init__(self) -> None:
        super().__init__()
        self.visited: dict[str, str] = {}
        self.said_words: list[str] = []

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

    def _room(self, request: web.Request) -> str:
        return self._said(request, "晚八点直播", "Eight o'clock")

    async def live_room(self, request: web.Request) -> Json:
        return {"room": {"name": self._room(request), "ends_at": soon(hours=1)}}

    async def say_word(self, request: web.Request) -> Json:
        word = (await request.json())["word"]
        if word != WORD:
            raise Refusal("no_such_live_word", 404)
        self.said_words.append(word)
        return {
            "name": self._room(request),
            "points": 5,
            "goal_points": 0,
            "is_new": len(self.said_words) == 1,
            "message": None,
        }
