"""What one quote may cost: other requests wait for as long as it is worked out."""

from collections.abc import Sequence

import pytest

from loyalty import programme
from loyalty.discounts import Cart
from loyalty.discounts.buy_x_get_y import BuyXGetY
from loyalty.discounts.fen_off import FenOff
from loyalty.programme import BEGINNING
from loyalty.quotes import CartItem, quote
from models import Product
from tests.loyalty.store import AT, coupon, member

LINES, OFFERS, COUPONS = 50, 16, 12
SKUS = [f"S-{place:02}" for place in range(LINES)]
# Each at a discount on a line; a thousand take some milliseconds.
MOST_LOOKS = 250_000

pytestmark = pytest.mark.usefixtures("store")


class Looks:
    """Counts the lines that discounts are worked out for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        for kind in (BuyXGetY, FenOff):
            self._watch(kind, monkeypatch)

    def _watch(self, kind: type[BuyXGetY | FenOff], monkeypatch: pytest.MonkeyPatch) -> None:
        whole = kind.off

        def watched(self_: BuyXGetY | FenOff, goods: Cart, costs_fen: list[int]) -> Sequence[int]:
            self.count += len(goods)
            return whole(self_, goods, costs_fen)  # type: ignore[arg-type]

        monkeypatch.setattr(kind, "off", watched)


async def many_rivals() -> None:
    """Put fifty products on sale, and rules that compete for their lines in two lanes."""
    for place, sku in enumerate(SKUS):
        await Product.create(
            sku=sku,
            name_zh=sku,
            name_en="",
            category="",
            brand="",
            price_fen=1_000 + 37 * place,
            picture="",
            is_on_sale=True,
        )
    for place in range(OFFERS):
        pair = (SKUS[place], SKUS[(place * 7 + 1) % LINES])
        goods = FenOff(fen=1_000, skus=pair, lane="goods")
        most = BuyXGetY(skus=tuple(SKUS[place:] + SKUS[: place // 2]))
        for slot, rule in ((f"offer:goods_{place}", goods), (f"offer:most_{place}", most)):
            await programme.publish(slot, rule, starts_at=BEGINNING, by="test", at=AT)
    for place in range(COUPONS):
        worth = FenOff(fen=500 + place)
        slot = f"coupon:worth_{place}"
        await programme.publish(slot, worth, starts_at=BEGINNING, by="test", at=AT)


async def test_a_full_cart_with_many_rules_and_coupons_is_quoted_with_bounded_effort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await many_rivals()
    lin = await member()
    for place in range(COUPONS):
        await coupon(lin, f"coupon:worth_{place}")
    looks = Looks(monkeypatch)
    found = await quote(lin, [CartItem(sku, 999) for sku in SKUS], None, at=AT)
    assert not found.is_exact
    assert len(found.worths) == COUPONS
    assert [one.saved_fen for one in found.worths] == [
        500 + place for place in reversed(range(COUPONS))
    ]
    assert looks.count < MOST_LOOKS
