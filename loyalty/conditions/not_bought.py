"""For members who have not bought certain goods."""

from loyalty.conditions import CONDITIONS
from loyalty.conditions.bought import Affinity
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("not_bought")
class NotBought(Affinity, frozen=True):
    """Only members who bought none of these SKUs, categories or brands, net of refunds.

    None within the last so many days, or never any. An order that awaits its payment counts.
    """

    def hers(self, case: Case) -> Refused | None:
        """Return None where she bought none of them in that time."""
        since = self.days_since(case)
        is_lately = since is not None and (self.days is None or since <= self.days)
        if is_lately or not case.facts.goods_under_way.isdisjoint(self.goods()):
            return Refused("goods_bought", goods=self.goods_words())
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        goods = self.goods_words()
        if self.days is None:
            return Worded(f"限没买过{goods.zh}的会员", f"For members who never bought {goods.en}")
        return Worded(
            f"限近 {self.days} 天没买过{goods.zh}的会员",
            f"For members who bought no {goods.en} in the last {self.days} days",
        )

    def why(self, case: Case) -> Worded:
        """Return that she has not bought it, or how long ago."""
        goods, since = self.goods_words(), self.days_since(case)
        if since is None:
            return Worded(f"您还没买过{goods.zh}", f"You have not bought {goods.en} yet")
        return Worded(
            f"您 {since} 天没买{goods.zh}了", f"You last bought {goods.en} {since} days ago"
        )

    def used_up(self, case: Case) -> Refused | None:
        """Return the refusal where another order has bought them."""
        return self.hers(case)
