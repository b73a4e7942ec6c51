"""Events in the tests' shop: one with two places, where somebody has one; its code at the door."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal, soon

AT_THE_DOOR = "https://jifen.example/e/ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Gathering(Catalogue):
    """Where she stands in the tasting; ``doors`` are open or not."""

    def __init__(self) -> None:
        super().__init__()
        self.my_place = "none"
        self.places_left = 1
        self.doors = False

    async def brand_events(self, request: web.Request) -> Json:
        past = self._event(request, "opening", "开业日", "Opening day", mine="came")
        return {"events": [self._tasting(request), {**past, "sign_up": "over"}]}

    def _tasting(self, request: web.Request) -> Json:
        is_in_line = self.places_left == 0 and self.my_place == "none"
        told = self._event(request, "tasting", "手冲品鉴会", "Tasting", mine=self.my_place)
        return {**told, "sign_up": "line" if is_in_line else "open"}

    def _event(self, request: web.Request, code: str, zh: str, en: str, *, mine: str) -> Json:
        return {
            "code": code,
            "name": self._said(request, zh, en),
            "about": self._said(request, "三支新豆，一起喝。", "Three new beans."),
            "place": self._said(request, "静安店二楼", "Jing'an, upstairs"),
            "when": self._said(request, "12月5日 14:00–16:00", "5 Dec, 14:00–16:00"),
            "starts_at": soon(days=3),
            "ends_at": soon(days=3, hours=2),
            "opens_at": None,
            "doors_open_at": soon(days=3),
            "left": self.places_left,
            "points": 50,
            "sign_up": "open",
            "are_doors_open": self.doors,
            "mine": {
                "state": mine,
                "number": 1 if mine == "waiting" else None,
                "points": 50 if mine == "came" else 0,
            },
        }

    async def brand_event(self, request: web.Request) -> Json:
        if request.match_info["code"] != "tasting":
            raise Refusal("no_such_brand_event", 404)
        return self._tasting(request)

    async def sign_up(self, request: web.Request) -> Json:
        if self.my_place == "none":
            self.my_place = "placed" if self.places_left else "waiting"
            self.places_left = max(0, self.places_left - 1)
        return self._tasting(request)

    async def leave_event(self, request: web.Request) -> Json:
        self.my_place, self.places_left = "none", 1
        return self._tasting(request)

    async def come(self, request: web.Request) -> Json:
        if (await request.json())["code"] != AT_THE_DOOR:
            raise Refusal("event_code_over")
        is_new, self.my_place = self.my_place != "came", "came"
        return {
            "code": "tasting",
            "name": self._said(request, "手冲品鉴会", "Tasting"),
            "at": soon(),
            "points": 50,
            "goal_points": 5 if is_new else 0,
            "is_new": is_new,
        }
