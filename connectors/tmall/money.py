"""Whose money a trade of Tmall or Taobao was paid with, line by line. Pure; amounts in fen.

What the platform tells of a line (``divide_order_fee``) is what its payment says. Parts of that
which the buyer did not pay with money are taken off every line in its share, of what was given
back in the same share.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from connectors.reading.amounts import goods_paid
from connectors.tmall.wire import Refund, SubOrder, Trade, fen
from loyalty.allocation import shares
from loyalty.connections import TmallSettings
from loyalty.errors import Refused

IN_YUAN = frozenset(
    {
        "platform_subsidy_fee",
        "expand_card_basic_price_used",
        "expand_card_expand_price_used",
    }
)
BY_PLATFORM = ("platform_subsidy_fee", "tmall_coupon_fee")
# A hundred points of Tmall are one yuan, as is a hundred of Alipay's.
IN_POINTS = ("point_fee", "alipay_point")


class Paid(Struct, frozen=True):
    """What was paid: ``told`` by line as the platform says, ``own`` the buyer's own money of it."""

    keys: list[str]
    told: list[int]
    own: list[int]
    freight_fen: int
    discount_shop_fen: int
    discount_platform_fen: int
    points_fen: int

    @property
    def paid_fen(self) -> int:
        """Return the buyer's own money with freight."""
        return sum(self.own) + self.freight_fen

    def refunded(
        self, refunds: Sequence[Refund], *, closed: Sequence[str]
    ) -> tuple[dict[str, int], int]:
        """Return what was given back of the buyer's own money: by line, and of the order at large.

        A line that is ``closed`` after it was paid was given back whole, refund or not.

        Raises:
            Refused: ``amount_not_possible``, ``line_unknown``.
        """
        told: dict[str, int] = defaultdict(int)
        for one in refunds:
            amount = fen(one.refund_fee)
            if amount < 0:
                raise Refused("amount_not_possible", name="refunded", amount=amount)
            told[self._about(one)] += amount
        lines = dict(zip(self.keys, zip(self.told, self.own, strict=True), strict=True))
        for key in closed:
            told.setdefault(key, lines[key][0])
        at_large = _in_share(told.pop("", 0), sum(self.told), sum(self.own))
        for key in told:
            if key not in lines:
                raise Refused("line_unknown", key=key)
        return {key: _in_share(amount, *lines[key]) for key, amount in told.items()}, at_large

    def _about(self, refund: Refund) -> str:
        """Return which line a refund is about; "" where it is about the whole trade."""
        oid = str(refund.oid)
        if oid not in self.keys and oid in ("", "0", str(refund.tid)):
            return self.keys[0] if len(self.keys) == 1 else ""
        return oid


def _in_share(amount: int, told: int, own: int) -> int:
    """Return a part of the buyer's own money; what is more than was told is freight, hers whole."""
    within = min(amount, told)
    return (within * own // told if told else 0) + amount - within


def paid(
    trade: Trade, subs: Sequence[SubOrder], refunds: Sequence[Refund], *, settings: TmallSettings
) -> Paid:
    """Return what was paid for a trade.

    Raises:
        Refused: ``amounts_do_not_add_up``, ``amount_not_possible``.
    """
    told, paid_fen, charges = _whole(trade, subs, refunds)
    goods = goods_paid(told, paid_fen=paid_fen, freight_fen=charges)
    not_own = _parts(trade, settings.not_own_money)
    if not_own > paid_fen:
        raise Refused("amount_not_possible", name="not_own_money", amount=not_own)
    off_goods = min(not_own, sum(goods))
    own = [amount - part for amount, part in zip(goods, shares(off_goods, goods), strict=True)]
    outside = [part for part in (*BY_PLATFORM, *IN_POINTS) if part not in settings.not_own_money]
    list_price = sum(fen(sub.price) * int(sub.num) for sub in subs)
    return Paid(
        keys=[str(sub.oid) for sub in subs],
        told=goods,
        own=own,
        freight_fen=charges - (not_own - off_goods),
        discount_shop_fen=max(0, list_price - sum(goods) - _parts(trade, outside)),
        discount_platform_fen=_parts(trade, BY_PLATFORM),
        points_fen=_parts(trade, IN_POINTS),
    )


def _whole(
    trade: Trade, subs: Sequence[SubOrder], refunds: Sequence[Refund]
) -> tuple[list[int], int, int]:
    """Return what is told of each line, what was paid for all, and freight with import tax.

    After a refund some answers tell of the payment only what is left of it.
    """
    told, paid_fen = _told(subs), fen(trade.payment)
    freight, tax = fen(trade.post_fee), fen(trade.order_tax_fee)
    back = sum(fen(one.refund_fee) for one in refunds)
    for whole in (paid_fen, paid_fen + back):
        for charges in (freight, freight + tax):
            if sum(told) + charges == whole:
                return told, whole, charges
    return told, paid_fen, min(freight, max(paid_fen, 0))


def _told(subs: Sequence[SubOrder]) -> list[int]:
    """Return what was paid for each line, as it is told.

    ``payment`` of a sub-order is only one trade's own where there is one: with freight in it, and
    never after discounts of the whole trade where there are more.
    """
    if all(sub.divide_order_fee for sub in subs):
        return [fen(sub.divide_order_fee) for sub in subs]
    if len(subs) == 1:
        return [fen(subs[0].payment)]
    return [fen(sub.total_fee) - fen(sub.part_mjz_discount) for sub in subs]


def _parts(trade: Trade, names: Sequence[str]) -> int:
    """Return the sum of amounts of a trade.

    Raises:
        Refused: ``amount_not_possible``: one is negative.
    """
    whole = 0
    for name in names:
        told = getattr(trade, name)
        amount = fen(told) if name in IN_YUAN else int(told)
        if amount < 0:
            raise Refused("amount_not_possible", name=name, amount=amount)
        whole += amount
    return whole
