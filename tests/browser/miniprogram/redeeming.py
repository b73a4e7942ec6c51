"""What the tests' shop gives for points, and the codes it is fetched by."""

import segno
from aiohttp import web

from tests.browser.miniprogram.catalogue import TEXTS, Catalogue, Json, Refusal, soon

TOTE = ("帆布袋", "Tote bag")
TEN_OFF = ("立减 10 元", "¥10 off")


def qr_of(text: str) -> str:
    return segno.make(text, error="m").svg_data_uri(scale=8, encode_minimal=False, nl=False)


class Redeeming(Catalogue):
    """Rewards, her points, and what she redeemed."""

    def __init__(self) -> None:
        self.points = 1280
        self.redemptions: dict[str, Json] = {}

    async def rewards(self, request: web.Request) -> Json:
        said = self._said
        short = {"code": "not_enough_points", "message": said(request, *TEXTS["not_enough_points"])}
        rows = (
            ("tote", "gift", said(request, *TOTE), 200, 18, 1, None),
            ("ten_off", "coupon", said(request, *TEN_OFF), 150, None, None, None),
            ("pot", "gift", said(request, "手冲壶", "Pour-over kettle"), 1400, 3, 1, short),
        )
        names = ("code", "kind", "name", "points", "stock_left", "left_for_me", "refusal")
        about = said(request, "店内领取", "Collect it in a shop")
        return {
            "rewards": [
                {**dict(zip(names, row, strict=True)), "about": about, "picture": ""}
                for row in rows
            ]
        }

    async def all_redemptions(self, request: web.Request) -> Json:
        return {"redemptions": list(self.redemptions.values())}

    async def redeem(self, request: web.Request) -> Json:
        uuid, wanted = request.match_info["uuid"], (await request.json())["reward"]
        if uuid not in self.redemptions:
            is_gift = wanted == "tote"
            points = 200 if is_gift else 150
            self.points -= points
            self.redemptions[uuid] = {
                "uuid": uuid,
                "reward": wanted,
                "kind": "gift" if is_gift else "coupon",
                "name": self._said(request, *(TOTE if is_gift else TEN_OFF)),
                "points": points,
                "state": "issued" if is_gift else "handed_over",
                "code": "482913377210" if is_gift else None,
                "code_grouped": "4829 1337 7210" if is_gift else None,
                "qr": qr_of("482913377210") if is_gift else None,
                "coupon_uuid": None if is_gift else uuid,
                "redeemed_at": soon(),
                "expires_at": soon(days=30),
                "handed_over_at": None if is_gift else soon(),
            }
        return self.redemptions[uuid]

    async def redemption(self, request: web.Request) -> Json:
        found = self.redemptions.get(request.match_info["uuid"])
        if found is None:
            raise Refusal("no_such_redemption", 404)
        return found

    async def cancel(self, request: web.Request) -> Json:
        found = await self.redemption(request)
        self.points += found["points"]
        found["state"] = "cancelled"
        return found

    def hand_over(self) -> None:
        """The shop scans the only code there is."""
        (found,) = self.redemptions.values()
        found.update(state="handed_over", handed_over_at=soon())
