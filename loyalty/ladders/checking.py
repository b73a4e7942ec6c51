"""Whether a shop's platform can make the coupons of a ladder, as far as its settings say."""

from collections.abc import Iterable

from loyalty.connections import ShopSettings, TmallSettings
from loyalty.errors import NotFound, Refused
from loyalty.policies.ladder import Ladder

# Of each rung there are two batches at a time: the one that is given out, and the one before.
AT_A_TIME = 2


def named(settings: TmallSettings) -> str:
    """Return a shop as ladders name it."""
    return f"{settings.shop_kind}:{settings.scope}"


def check(ladder: Ladder, others: Iterable[Ladder], shops: Iterable[ShopSettings]) -> None:
    """Let a ladder through that one of these shops can have beside the others.

    Raises:
        NotFound: ``shop_not_connected``.
        Refused: ``coupon_not_allowed``, ``too_many_rungs``.
    """
    of_shop = [one for one in shops if isinstance(one, TmallSettings) and named(one) == ladder.shop]
    if not of_shop:
        raise NotFound("shop_not_connected", shop=ladder.shop)
    (settings,) = of_shop
    for rung in ladder.rungs:
        if rung.coupon_yuan not in settings.coupon_yuan:
            allowed = ", ".join(map(str, settings.coupon_yuan))
            raise Refused("coupon_not_allowed", yuan=rung.coupon_yuan, allowed=allowed)
    rungs = sum(len(one.rungs) for one in (ladder, *others) if one.shop == ladder.shop)
    if rungs * AT_A_TIME > settings.most_coupon_batches:
        most = settings.most_coupon_batches // AT_A_TIME
        raise Refused("too_many_rungs", rungs=rungs, most=most)
