"""The tests' shop where products are reviewed."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal, soon

HERS = "a" * 32
KETTLES = "c" * 32
SHARED = "f" * 32


class Reviewing(Catalogue):
    """Reviews by their names: one of the cold brew is hers, the kettle she can review."""

    def __init__(self) -> None:
        super().__init__()
        self.reviews: dict[str, Json] = {
            HERS: {"purchase": KETTLES, "sku": "C-100", "stars": 4, "text": "清爽 / crisp"}
        }

    def reviewed(self, sku: str) -> Json:
        """Say of a line whether it can be reviewed, or was."""
        found = [uuid for uuid, one in self.reviews.items() if one["sku"] == sku]
        return {"can_review": not found, "review": found[0] if found else None}

    async def reviews_of(self, request: web.Request) -> Json:
        before = request.query.get("before")
        line = {
            "uuid": "e" * 32 if before else "d" * 32,
            "name": self._said(request, "会员··9F3C", "Member··9F3C"),
            "stars": 4 if before else 5,
            "text": self._said(request, "水流很稳", "It pours evenly"),
            "written_on": "2026-11-20",
            "is_mine": False,
        }
        return {
            "sku": request.match_info["sku"],
            "name": self._said(request, "手冲壶", "Pour-over kettle"),
            "average": 4.5,
            "count": 2,
            "stars": [0, 0, 0, 1, 1],
            "reviews": [line],
            "shared": {**line, "uuid": SHARED} if request.query.get("shared") == SHARED else None,
            "next_before": None if before else line["uuid"],
        }

    async def one_review(self, request: web.Request) -> Json:
        uuid = request.match_info["uuid"]
        return {
            **self.reviews[uuid],
            "uuid": uuid,
            "name": self._said(request, "冷萃", "Cold brew"),
            "written_at": soon(days=-1),
            "changed_at": None,
            "is_hidden": False,
            "is_taken_back": False,
        }

    async def write_review(self, request: web.Request) -> Json:
        told = await request.json()
        if "赌场" in told["text"]:
            raise Refusal("content_not_allowed")
        self.reviews[request.match_info["uuid"]] = told
        return await self.one_review(request)

    async def take_review_back(self, request: web.Request) -> Json:
        gone = await self.one_review(request)
        del self.reviews[request.match_info["uuid"]]
        return {**gone, "text": "", "is_taken_back": True}
