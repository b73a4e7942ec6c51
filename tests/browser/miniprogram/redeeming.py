"""What the tests' shop gives for points, and the codes it is fetched by."""

import segno
from aiohttp import web

from tests.browser.miniprogram.catalogue import (
    EXCHANGE,
    TEXTS,
    Catalogue,
    Json,
    Refusal,
    paged,
    soon,
)

TOTE = ("帆布袋", "Tote bag")
BOX = ("手冲礼盒", "Brewing box")
MUG = ("马克杯", "Mug")
CODE = "482913377210"
PAYMENT = {
    "timeStamp": "1",
    "nonceStr": "n",
    "package": "prepay_id=none",
    "signType": "RSA",
    "paySign": "s",
}
TEN_OFF = ("立减 10 元", "¥10 off")


def qr_of(text: str) -> str:
    return segno.make(text, error="m").svg_data_uri(scale=8, encode_minimal=False, nl=False)


class Redeeming(Catalogue):
    """Rewards, her points, and what she redeemed."""

    def __init__(self) -> None:
        super().__init__()
        self.points = 1280
        self.redemptions: dict[str, Json] = {}

    async def rewards(self, request: web.Request) -> Json:
        said = self._said
        short = {"code": "not_enough_points", "message": said(request, *TEXTS["not_enough_points"])}
        pot = said(request, "手冲壶", "Pour-over kettle")
        rows = (
            ("tote", "gift", said(request, *TOTE), 200, 0, 18, 1, None),
            ("ten_off", "coupon", said(request, *TEN_OFF), 150, 0, None, None, None),
            ("box", "shipped_gift", said(request, *BOX), 500, 0, 9, None, None),
            ("mug", "gift", said(request, *MUG), 300, 990, 5, None, None),
            ("pot", "gift", pot, 1400, 0, 3, 1, short),
        )
        names = ("code", "kind", "name", "points", "cash_fen", "stock_left", "left_for_me")
        about = said(request, "店内领取", "Collect it in a shop")
        always: Json = {"about": about, "picture": "", "uses": 1, "redeemed": 1234, "per": "ever"}
        return {
            "rewards": [
                {
                    **always,
                    **dict(zip(names, row[:-1], strict=True)),
                    "coupon": self._coupon(row[0]),
                    "refusal": None if self._coupon(row[0]) else row[-1],
                    "points_short": max(0, row[3] - self.points),
                }
                for row in rows
            ]
        }

    def _coupon(self, code: str) -> str | None:
        return EXCHANGE if self.has_exchange and code == "pot" else None

    async def all_redemptions(self, request: web.Request) -> Json:
        states = {"open": ("reserved", "issued", "sending", "to_ship", "shipped")}
        wanted, rows = request.query.get("standing"), list(self.redemptions.values())
        if wanted:
            rows = [one for one in rows if (one["state"] in states["open"]) == (wanted == "open")]
        return paged(request, "redemptions", rows)

    async def redeem(self, request: web.Request) -> Json:
        told = await request.json()
        uuid, wanted = request.match_info["uuid"], told["reward"]
        if uuid not in self.redemptions:
            offered = (await self.rewards(request))["rewards"]
            reward = next(each for each in offered if each["code"] == wanted)
            coupon = told.get("coupon")
            if coupon:
                assert coupon == reward["coupon"]
                self.has_exchange = False
                reward = {**reward, "points": 0, "cash_fen": 0}
            self.points -= reward["points"]
            made = self._made(uuid, reward, told.get("address"))
            self.redemptions[uuid] = {**made, "with_coupon": coupon}
        return self.redemptions[uuid]

    def redeem_before(self, uuid: str, code: str) -> None:
        """She redeemed it earlier."""
        kinds = {"tote": ("gift", TOTE[0], 200)}
        kind, name, points = kinds[code]
        reward = {"code": code, "kind": kind, "name": name, "points": points}
        self.redemptions[uuid] = self._made(uuid, {**reward, "cash_fen": 0, "uses": 1}, None)

    def _made(self, uuid: str, reward: Json, address: Json | None) -> Json:
        is_gift, is_paid = reward["kind"] == "gift", reward["cash_fen"] > 0
        is_sent = reward["kind"] == "shipped_gift"
        has_code = is_gift and not is_paid
        states = ((is_sent, "to_ship"), (is_paid, "reserved"), (is_gift, "issued"))
        state = next((told for is_so, told in states if is_so), "handed_over")
        return {
            "uuid": uuid,
            "reward": reward["code"],
            **{name: reward[name] for name in ("kind", "name", "points", "cash_fen", "uses")},
            "used": 0,
            "state": state,
            "code": CODE if has_code else None,
            "code_grouped": "4829 1337 7210" if has_code else None,
            "qr": qr_of(CODE) if has_code else None,
            "coupon_uuid": uuid if reward["kind"] == "coupon" else None,
            "redeemed_at": soon(),
            "expires_at": soon(minutes=15) if is_paid else soon(days=30),
            "handed_over_at": soon() if state == "handed_over" else None,
            "parcel": None,
            "address": address,
            "with_coupon": None,
            "address_erased_at": None,
            "cash_coupon": None,
            "why": None,
            "refund": None,
            "payment": PAYMENT if is_paid else None,
        }

    def pay(self) -> None:
        """The money of the only redemption comes in."""
        (found,) = self.redemptions.values()
        paid = {"code": CODE, "code_grouped": "4829 1337 7210", "qr": qr_of(CODE)}
        found.update(state="issued", payment=None, expires_at=soon(days=30), **paid)

    async def redemption(self, request: web.Request) -> Json:
        found = self.redemptions.get(request.match_info["uuid"])
        if found is None:
            raise Refusal("no_such_redemption", 404)
        return found

    async def cancel(self, request: web.Request) -> Json:
        found = await self.redemption(request)
        self.points += found["points"]
        found["state"] = "cancelled"
        self.has_exchange = found["with_coupon"] is not None
        return found

    async def receive(self, request: web.Request) -> Json:
        found = await self.redemption(request)
        found["state"] = "received"
        return found

    def ship(self) -> None:
        """Staff send the only redemption there is."""
        (found,) = self.redemptions.values()
        parcel = {"carrier": "顺丰", "tracking_number": "SF1234567890", "shipped_at": soon()}
        found.update(state="shipped", parcel=parcel)

    def hand_over(self) -> None:
        """The shop scans the only code there is."""
        (found,) = self.redemptions.values()
        found.update(state="handed_over", handed_over_at=soon())
