"""Gifts in the tests' shop: those she gave, those she got, and one behind a link."""

from typing import Any

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal, paged, soon

LINK = "L" * 24


class Giving(Catalogue):
    """One shopper's gifts, in the language of who asks."""

    def __init__(self) -> None:
        super().__init__()
        self.gifts: dict[str, Json] = {}
        self.is_claimed = False
        self.claimed = 0

    def card(self, request: web.Request) -> Json:
        return {
            "code": "winter",
            "name": self._said(request, "冬日暖意", "Warm winter"),
            "greeting": self._said(request, "愿你手里总有一杯热的", "Something warm for you"),
            "picture": "",
            "colour": "#e0b040",
            "ends_at": soon(days=30),
        }

    def _gift(self, request: web.Request, uuid: str, **more: Any) -> Json:
        return {
            "uuid": uuid,
            "kind": "points",
            "points": 50,
            "name": self._said(request, "50 积分", "50 points"),
            "worth": "50",
            "conditions": [],
            "state": "sent",
            "card": self.card(request),
            "words": "",
            "giver_name": "",
            "is_for_friend": False,
            "page": f"/pages/gift/gift?link={LINK}",
            "sent_at": soon(),
            "lapses_at": soon(days=6),
            "ended_at": None,
            **more,
        }

    async def all_gifts(self, request: web.Request) -> Json:
        return {"now": soon(), **paged(request, "gifts", list(self.gifts.values()))}

    async def claimed_gifts(self, request: web.Request) -> Json:
        told = {"state": "claimed", "giver_name": self._said(request, "小满", "Mandy")}
        rows = [self._gift(request, f"{n:032x}", **told) for n in range(self.claimed)]
        return {"now": soon(), **paged(request, "gifts", rows)}

    async def gift_options(self, request: web.Request) -> Json:
        return {
            "gifts_left": 3,
            "most_points": 1000,
            "opens_at": None,
            "days_to_claim": 7,
            "lines": [self._said(request, "7 天内领取有效", "Good for 7 days")],
            "cards": [self.card(request)],
        }

    async def one_gift(self, request: web.Request) -> Json:
        return self.gifts[request.match_info["uuid"]]

    async def send_gift(self, request: web.Request) -> Json:
        asked = await request.json()
        if "赌场" in asked["words"]:
            raise Refusal("content_not_allowed")
        uuid = request.match_info["uuid"]
        told = {name: asked[name] for name in ("words", "giver_name")}
        return self.gifts.setdefault(uuid, self._gift(request, uuid, **told))

    async def take_back(self, request: web.Request) -> Json:
        gift = self.gifts[request.match_info["uuid"]]
        gift |= {"state": "taken_back", "page": None, "ended_at": soon()}
        return gift

    async def linked(self, request: web.Request) -> Json:
        if request.match_info["secret"] != LINK:
            raise Refusal("no_such_gift", 404)
        gift = self._gift(request, "g")
        names = ("kind", "points", "name", "worth", "conditions", "card", "lapses_at")
        return {
            **{name: gift[name] for name in names},
            "words": self._said(request, "辛苦啦", "Well done"),
            "giver": self._said(request, "小满", "Mandy"),
            "is_mine": self.is_claimed,
            "code": None,
            "refusal": None,
        }

    async def claim_gift(self, request: web.Request) -> Json:
        self.is_claimed = True
        return await self.linked(request)
