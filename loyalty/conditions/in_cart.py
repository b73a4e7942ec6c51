"""For carts that hold certain goods."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Condition, Name
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded, yuan


@CONDITIONS.add("in_cart")
class InCart(Condition, frozen=True):
    """Only carts that hold these SKUs, categories or brands; where none is named, any goods.

    At least so many units of them together, for at least so many fen before discounts.
    """

    skus: tuple[Name, ...] = ()
    categories: tuple[Name, ...] = ()
    brands: tuple[Name, ...] = ()
    units: Annotated[int, Meta(ge=1, le=100_000)] = 1
    fen: Annotated[int, Meta(ge=0, le=10**9)] = 0

    def refusal(self, case: Case) -> Refused | None:
        """Return None for such carts; where there is no cart, nothing is refused yet."""
        if case.cart is None:
            return None
        held = [line for line in case.cart if self._counts(line)]
        short = self.units - sum(line.quantity for line in held)
        if short > 0:
            return Refused("cart_lacks", short=short, goods=self._goods())
        short_fen = self.fen - sum(line.goods_fen for line in held)
        if short_fen > 0:
            return Refused("cart_lacks_worth", short_fen=short_fen, goods=self._goods())
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        goods = self._goods()
        if self.fen:
            sum_of = yuan(self.fen)
            return Worded(f"{goods.zh}满 {sum_of} 元", f"With {goods.en} for ¥{sum_of} or more")
        return Worded(f"含{goods.zh} {self.units} 件", f"With {self.units} of {goods.en} or more")

    def _counts(self, line: CartLine) -> bool:
        return (
            (not self.skus or line.sku in self.skus)
            and (not self.categories or line.category in self.categories)
            and (not self.brands or line.brand in self.brands)
        )

    def _goods(self) -> Worded:
        names = (*self.categories, *self.brands)
        if self.skus:
            return Worded("指定商品", "certain products")
        return Worded("、".join(names) or "商品", ", ".join(names) or "any goods")
