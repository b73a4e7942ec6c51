"""A ladder of coupons at a shop on Tmall or Taobao: who spends so much gets one there."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.calendar import day_of, months_later, start_of
from loyalty.challenges import Name
from loyalty.earning import FIRST_YEAR, LAST_YEAR, Moment
from loyalty.happenings.kept_orders import KeptOrder
from loyalty.milestones import Crossing
from loyalty.policies import POLICIES


class Rung(Struct, frozen=True, forbid_unknown_fields=True):
    """Who has spent ``spend_yuan`` gets a coupon of ``coupon_yuan`` on ``least_order_yuan``.

    It is good for at least ``valid_days``, at most for twice as many. With 0 any order will do. A
    rung of the same code is the same rung, whatever else is changed of it.
    """

    code: Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")]
    spend_yuan: Annotated[int, Meta(ge=1, le=10_000_000)]
    coupon_yuan: Annotated[int, Meta(ge=1, le=10_000)]
    least_order_yuan: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    valid_days: Annotated[int, Meta(ge=7, le=180)] = 30

    @property
    def spend_fen(self) -> int:
        """Return in fen how much it takes."""
        return self.spend_yuan * 100


@POLICIES.add("ladder")
class Ladder(Struct, frozen=True, forbid_unknown_fields=True):
    """Who spends so much within the window gets that shop's coupon, each rung once a window.

    What counts is what she kept of all orders, or of that shop's, without freight, paid since the
    ladder began: where ``starts_at`` is set, since then, and before ``ends_at``. In a rolling
    window a rung comes again after so many months at the earliest. Who is not known at the shop
    is waited for ``waits_days``.
    """

    name_zh: Name = "天猫满额礼券"
    name_en: Name = "Tmall coupons"
    shop: Annotated[str, Meta(pattern=r"^(tmall|taobao):[^\x00-\x1f]{1,200}\Z")] = "tmall:flagship"
    counts: Literal["all_shops", "this_shop"] = "all_shops"
    window: Literal["calendar_year", "rolling_months", "season"] = "calendar_year"
    window_months: Annotated[int, Meta(ge=1, le=60)] = 12
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    rungs: Annotated[tuple[Rung, ...], Meta(min_length=1, max_length=10)] = (
        Rung("first", 500, 20, 199),
        Rung("second", 1000, 50, 299),
        Rung("third", 2000, 100, 499),
    )
    waits_days: Annotated[int, Meta(ge=1, le=366)] = 90

    def __post_init__(self) -> None:
        for name, moment in (("starts_at", self.starts_at), ("ends_at", self.ends_at)):
            if moment is None and self.window == "season":
                raise ValueError(f"Missing for a season - at `$.{name}`")
            if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValueError(f"Timestamp is out of range - at `$.{name}`")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("Ends before it starts - at `$.ends_at`")
        spends = [rung.spend_yuan for rung in self.rungs]
        if spends != sorted(set(spends)):
            raise ValueError("Rungs not ascending - at `$.rungs`")
        coupons = [rung.coupon_yuan for rung in self.rungs]
        if coupons != sorted(coupons):
            raise ValueError("Coupons not ascending - at `$.rungs`")
        if len({rung.code for rung in self.rungs}) != len(self.rungs):
            raise ValueError("Repeated - at `$.rungs`")
        if any(0 < rung.least_order_yuan <= rung.coupon_yuan for rung in self.rungs):
            raise ValueError("Order no more than its coupon - at `$.rungs`")

    @property
    def shop_code(self) -> str:
        """Return the code of its shop on the platform."""
        return self.shop.partition(":")[2]

    def is_over(self, moment: datetime) -> bool:
        """Say whether no order that is paid from now on counts."""
        return self.ends_at is not None and moment >= self.ends_at

    def crossings(
        self, orders: Sequence[KeptOrder], *, begun_at: datetime
    ) -> Iterator[tuple[Rung, Crossing]]:
        """Go through the rungs that she reached, each named by its window; orders are in order.

        ``begun_at`` is when the ladder was first published.
        """
        counted = self._counted(orders, begun_at)
        if self.window == "rolling_months":
            for rung in self.rungs:
                yield from ((rung, crossing) for crossing in self._rolling(rung, counted))
            return
        named = [(self._window_of(order.paid_at), order) for order in counted]
        for rung in self.rungs:
            yield from ((rung, crossing) for crossing in _crossings(rung, named))

    def spent_fen(self, orders: Sequence[KeptOrder], *, begun_at: datetime, at: datetime) -> int:
        """Return what counts in the window that runs at a moment."""
        counted = self._counted(orders, begun_at)
        return sum(order.kept_fen for order in counted if self._is_in_window(order, at))

    def is_same(self, one: Crossing, other: Crossing) -> bool:
        """Say whether a rung is reached once by these two, as we know it now and knew it then.

        By when it was reached: what it was called then may be of a window of another kind. Where
        the window rolls, two are one where neither order had left the window of the other.
        """
        first, second = sorted((one.reached_at, other.reached_at))
        if self.window == "rolling_months":
            return self._leaves_at(first) > second
        if self.window == "season":
            return self._is_in_season(first) and self._is_in_season(second)
        return self._window_of(first) == self._window_of(second)

    def is_of_window(self, crossing: Crossing, at: datetime) -> bool:
        """Say whether a rung was reached in the window that runs at a moment."""
        if self.window == "rolling_months":
            return self._leaves_at(crossing.reached_at) > at
        if self.window == "season":
            return self._is_in_season(crossing.reached_at)
        return self._window_of(crossing.reached_at) == self._window_of(at)

    def _window_of(self, moment: datetime) -> str:
        """Return the name of the window that holds a moment, where it does not roll."""
        if self.window == "season":
            assert self.starts_at is not None, "a season starts"
            return f"{day_of(self.starts_at):%Y-%m}"
        return str(day_of(moment).year)

    def _counted(self, orders: Sequence[KeptOrder], begun_at: datetime) -> list[KeptOrder]:
        since = self.starts_at or begun_at
        return [
            order for order in orders if since <= order.paid_at and not self.is_over(order.paid_at)
        ]

    def _is_in_season(self, moment: datetime) -> bool:
        assert self.starts_at is not None, "a season starts"
        return self.starts_at <= moment and not self.is_over(moment)

    def _is_in_window(self, order: KeptOrder, at: datetime) -> bool:
        if self.window == "rolling_months":
            return self._leaves_at(order.paid_at) > at
        return self._window_of(order.paid_at) == self._window_of(at)

    def _leaves_at(self, paid_at: datetime) -> datetime:
        """Return when an order leaves the rolling window."""
        return start_of(months_later(day_of(paid_at), self.window_months))

    def _rolling(self, rung: Rung, counted: Sequence[KeptOrder]) -> Iterator[Crossing]:
        inside: deque[KeptOrder] = deque()
        spent_fen, again_at = 0, None
        for order in counted:
            inside.append(order)
            spent_fen += order.kept_fen
            while self._leaves_at(inside[0].paid_at) <= order.paid_at:
                spent_fen -= inside.popleft().kept_fen
            is_again = again_at is None or order.paid_at >= again_at
            if is_again and spent_fen >= rung.spend_fen:
                again_at = self._leaves_at(order.paid_at)
                yield Crossing(f"{day_of(order.paid_at)}", order.paid_at)


def _crossings(rung: Rung, named: Iterable[tuple[str, KeptOrder]]) -> Iterator[Crossing]:
    """Go through the windows in which a rung was reached; orders come with their windows."""
    running, spent_fen = "", 0
    for window, order in named:
        if window != running:
            running, spent_fen = window, 0
        was_below = spent_fen < rung.spend_fen
        spent_fen += order.kept_fen
        if was_below and spent_fen >= rung.spend_fen:
            yield Crossing(window, order.paid_at)
