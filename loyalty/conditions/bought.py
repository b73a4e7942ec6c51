"""For members who bought certain goods."""

from datetime import date

from loyalty.conditions import CONDITIONS, Days, Name, Personal
from loyalty.errors import Refused
from loyalty.facts import Case, Wanted
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


class Affinity(Personal, frozen=True):
    """What looks at when she last bought any of certain goods, net of refunds."""

    skus: tuple[Name, ...] = ()
    categories: tuple[Name, ...] = ()
    brands: tuple[Name, ...] = ()
    days: Days | None = None

    def wanted(self) -> Wanted:
        """Return its goods."""
        return Wanted(goods=frozenset(self.goods()), is_more=True)

    def last_on(self, case: Case) -> date | None:
        """Return the last day on which she bought any of them; None where she never did."""
        last = case.facts.last_bought
        return max((last[one] for one in self.goods() if one in last), default=None)

    def days_since(self, case: Case) -> int | None:
        """Return how many days ago that was."""
        last_on = self.last_on(case)
        return None if last_on is None else (case.facts.today - last_on).days

    def goods_words(self) -> Worded:
        """Return what the goods are called: categories and brands by their names."""
        names = (*self.categories, *self.brands)
        if self.skus or not names:
            return Worded("指定商品", "certain products")
        return Worded("、".join(names), ", ".join(names))

    def goods(self) -> list[str]:
        """Return its goods as facts name them."""
        named = (("sku", self.skus), ("category", self.categories), ("brand", self.brands))
        return [f"{what}:{name}" for what, names in named for name in names]


@CONDITIONS.add("bought")
class Bought(Affinity, frozen=True):
    """Only members who bought any of these SKUs, categories or brands, net of refunds.

    Within the last so many days, or ever.
    """

    def hers(self, case: Case) -> Refused | None:
        """Return None where she bought any of them in that time."""
        since = self.days_since(case)
        if since is None or (self.days is not None and since > self.days):
            return Refused("goods_not_bought", goods=self.goods_words())
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        goods = self.goods_words()
        if self.days is None:
            return Worded(f"限买过{goods.zh}的会员", f"For members who bought {goods.en}")
        return Worded(
            f"限近 {self.days} 天买过{goods.zh}的会员",
            f"For members who bought {goods.en} in the last {self.days} days",
        )

    def why(self, case: Case) -> Worded:
        """Return how long ago she bought it."""
        goods, since = self.goods_words(), self.days_since(case)
        if not since:
            return Worded(f"您今天买过{goods.zh}", f"You bought {goods.en} today")
        return Worded(f"您 {since} 天前买过{goods.zh}", f"You bought {goods.en} {since} days ago")
