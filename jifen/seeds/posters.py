"""The posters in the demo's shops, which the simulated phone can scan."""

import hmac
from base64 import b32encode
from datetime import datetime

from loyalty import shop_visits
from loyalty.shop_visits.codes import PAGE
from simulator.settings import Poster

SHOPS = (
    ("shop_jingan", "静安店", "Jing'an shop"),
    ("shop_sanlitun", "三里屯店", "Sanlitun shop"),
)


def code_of(shop: str, *, known_by: str) -> str:
    """Return the code of a demo shop's first poster: the same for the demo's whole life."""
    return b32encode(hmac.digest(known_by.encode(), shop.encode(), "sha256")[:10]).decode()


async def lay(*, known_by: str, at: datetime) -> None:
    """Put them up; where staff made another since, it stays."""
    for shop, _, _ in SHOPS:
        await shop_visits.make_poster(
            await shop_visits.shop_named(shop),
            at=at,
            staff_member_id=None,
            code=code_of(shop, known_by=known_by),
        )


def simulated(known_by: str, *, server: str) -> tuple[Poster, ...]:
    """Return them as the simulator hangs them up."""
    return tuple(
        Poster(
            f"{server}{PAGE}{code_of(shop, known_by=known_by)}",
            f"{zh} · 到店打卡",
            f"{en} · visit",
        )
        for shop, zh, en in SHOPS
    )
