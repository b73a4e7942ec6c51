"""How many points a purchase earns. One file a rule; the docstrings are what staff read.

What a rule gives by itself stands here; what all of them give together, in ``loyalty.giving``.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies.tiers import Tiers
from loyalty.registry import Registry
from loyalty.wording import Worded
from models import ShopKind

FIRST_YEAR, LAST_YEAR = 2000, 2999

Moment = Annotated[datetime, Meta(tz=True)]
Names = tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...]
_KINDS = "|".join(kind.value for kind in ShopKind)
ShopName = Annotated[str, Meta(pattern=f"^({_KINDS})(:.{{1,100}})?$")]
TierCode = Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")]


class EarningLine(Struct, frozen=True):
    """One line as a rule sees it: ``base_fen`` is money really paid for goods, net of refunds.

    Freight, what a platform or a live host paid, points and gift cards are not in it.
    """

    base_fen: int
    sku: str
    category: str
    brand: str


class PersonalBoost(Struct, frozen=True):
    """What lets all lines of an order earn so many times, because of whom she was when she paid.

    ``slot`` and ``rule_version_id`` are the rule that gave it to her.
    """

    boost_id: int
    slot: str
    rule_version_id: int
    times_percent: int


class EarningCase(Struct, frozen=True):
    """A purchase as a rule sees it; ``tier`` is the code of the tier she had when she paid.

    ``boosts`` are those that she had then, the largest first.
    """

    shop_kind: ShopKind
    paid_at: datetime
    lines: tuple[EarningLine, ...]
    shop_code: str = ""
    tier: str = ""
    boosts: tuple[PersonalBoost, ...] = ()


class EarningRule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every earning rule has: for which lines of which orders it holds.

    Shops are named by platform ("tmall") or one by one ("tmall:flagship"), tiers by code. It holds
    for orders paid from ``starts_at`` on and before ``ends_at``.
    """

    brands: Names = ()
    categories: Names = ()
    skus: Names = ()
    except_categories: Names = ()
    except_skus: Names = ()
    shops: tuple[ShopName, ...] = ()
    only_tiers: tuple[TierCode, ...] = ()
    starts_at: Moment | None = None
    ends_at: Moment | None = None

    def __post_init__(self) -> None:
        for name, moment in (("starts_at", self.starts_at), ("ends_at", self.ends_at)):
            if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValueError(f"Timestamp is out of range - at `$.{name}`")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("Ends before it starts - at `$.ends_at`")

    def told(self) -> Worded:
        """Return what it gives, or takes, as members read it."""
        raise NotImplementedError

    def scope(self, tiers: Tiers) -> Worded | None:
        """Return for what and whom it holds, as members read it; None where it is for all."""
        names = {one.code: Worded(one.name_zh, one.name_en) for one in tiers.tiers}
        only = [Worded(name, name) for name in (*self.categories, *self.brands)]
        only += [names[code] for code in self.only_tiers if code in names]
        found = []
        if only:
            zh, en = ("、".join(one.zh for one in only), ", ".join(one.en for one in only))
            found.append(Worded(f"限{zh}", f"{en} only"))
        if self.skus:
            found.append(Worded("限部分商品", "some goods only"))
        if self.shops:
            found.append(Worded("限部分店铺", "some shops only"))
        if self.except_categories or self.except_skus:
            found.append(Worded("部分商品除外", "some goods excepted"))
        if not found:
            return None
        return Worded("，".join(one.zh for one in found), ", ".join(one.en for one in found))

    def is_on(self, moment: datetime) -> bool:
        """Say whether its window holds a moment."""
        return (self.starts_at is None or self.starts_at <= moment) and (
            self.ends_at is None or moment < self.ends_at
        )

    def holds(self, case: EarningCase) -> bool:
        """Say whether the rule holds for an order, whatever is in it."""
        if self.shops:
            kind = case.shop_kind.value
            if kind not in self.shops and f"{kind}:{case.shop_code}" not in self.shops:
                return False
        if self.only_tiers and case.tier not in self.only_tiers:
            return False
        return self.is_on(case.paid_at)

    def counts(self, line: EarningLine) -> bool:
        """Say whether a line of an order counts."""
        return (
            (not self.brands or line.brand in self.brands)
            and (not self.categories or line.category in self.categories)
            and (not self.skus or line.sku in self.skus)
            and line.category not in self.except_categories
            and line.sku not in self.except_skus
        )

    def bases(self, case: EarningCase) -> list[int]:
        """Return the fen of each line that count, 0 for the others; all 0 where it does not hold.

        Asked of any rule, whatever it does with them.
        """
        if not self.holds(case):
            return [0] * len(case.lines)
        if (
            self.brands
            or self.categories
            or self.skus
            or self.except_categories
            or self.except_skus
        ):
            return [line.base_fen if self.counts(line) else 0 for line in case.lines]
        return [line.base_fen for line in case.lines]

    def per_line(self, case: EarningCase) -> list[int]:
        """Return the whole points that it gives per line, 0 or more, by its arguments alone.

        Less money for a line never gives more points in all. What only multiplies or limits what
        others give keeps this: it gives none.
        """
        return [0] * len(case.lines)


EARNING: Registry[EarningRule] = Registry(__name__)
