"""What the tests' shop says of deleting an account, and what it then knows no more."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal

UNCLAIMED = ("有送出的礼物还没人领取，请先收回", "a gift that was sent has not been claimed")


class Deleting(Catalogue):
    """``deleted`` holds what was sent; ``hindered``: a gift of hers is not claimed yet."""

    points: int
    sessions: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.hindered = False
        self.deleted: list[Json] = []
        self.deletion = ""

    async def read_deletion(self, request: web.Request) -> Json:
        gift = {"kind": "gift_unclaimed", "count": 1, "text": self._said(request, *UNCLAIMED)}
        return {
            "points": self.points,
            "debt": 0,
            "coupons": 2,
            "redemptions": 0,
            "gifts": 1,
            "hindrances": [gift] if self.hindered else [],
        }

    async def delete_account(self, request: web.Request) -> Json:
        told: Json = await request.json()
        if request.match_info["uuid"] == self.deletion:
            raise Refusal("key_reused", 409)
        if told["points"] != self.points:
            raise Refusal("deletion_changed", 409)
        self.deletion = request.match_info["uuid"]
        self.deleted.append(told)
        self.sessions.clear()
        return {"deleted_at": "2026-11-22T04:00:00Z"}
