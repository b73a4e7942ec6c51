"""The orders of one shop as they stand, whatever its platform: bought, shipped, given back."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from simulator.actions import Impossible
from simulator.clock import Clock
from simulator.shops.shelf import Good

State = Literal["unpaid", "paid", "shipped", "completed", "closed"]
# How a platform tells of an order that it split up: as cancelled, as before, or not any more.
ToldAs = Literal["cancelled", "kept", "gone"]
Fen = Annotated[int, Meta(ge=0, le=10**9)]
Text = Annotated[str, Meta(max_length=200)]
# Beyond 2^53: who reads numbers as floating point loses its last digits.
FIRST_NUMBER = 6_920_000_000_000_000_007


class Line(msgspec.Struct, kw_only=True):
    """One line. ``discounts`` are of the whole line, by who pays: shop, platform, talent, channel.

    What the payment channel pays is paid to the shop all the same; the others make it cheaper, and
    so do the points that she pays with.
    """

    sku: Text
    title: Text
    quantity: Annotated[int, Meta(ge=1, le=1000)] = 1
    price_fen: Fen
    shop_fen: Fen = 0
    platform_fen: Fen = 0
    talent_fen: Fen = 0
    channel_fen: Fen = 0
    points_fen: Fen = 0
    room_id: Text = ""
    talent_id: Text = ""
    talent_name: Text = ""
    video_id: Text = ""
    guide_id: Text = ""
    key: str = ""

    @property
    def goods_fen(self) -> int:
        """List price times quantity."""
        return self.price_fen * self.quantity

    @property
    def pay_fen(self) -> int:
        """What the shop is paid for it, by the buyer and the payment channel."""
        off = self.shop_fen + self.platform_fen + self.talent_fen + self.points_fen
        return self.goods_fen - off


class Refund(msgspec.Struct, kw_only=True):
    """Money given back of one line, and of the freight with it; or asked for, and not yet given."""

    number: str
    line_key: str
    amount_fen: int
    is_done: bool
    asked_at: int
    updated_at: int


class Order(msgspec.Struct, kw_only=True):
    """An order. Moments are Unix seconds of platform time; 0 is none.

    ``consumer_id`` is who bought it in truth, ``buyer`` what the platform calls her.
    Of a gift ``receiver`` is whom she gives it; unionids are told where the platform has them.
    ``vip_session`` is the checkout of a member. ``parent`` is the order of which it is a part,
    ``first`` the one that she placed; ``split_as`` is how it is told since it was split up itself.
    """

    number: str
    consumer_id: str = ""
    buyer: str
    buyer_unionid: str = ""
    buyer_mobile: str = ""
    receiver: str = ""
    receiver_unionid: str = ""
    lines: list[Line]
    freight_fen: Fen = 0
    state: State = "unpaid"
    ordered_at: int = 0
    paid_at: int = 0
    shipped_at: int = 0
    completed_at: int = 0
    closed_at: int = 0
    updated_at: int = 0
    refunds: list[Refund] = []
    parent: str = ""
    first: str = ""
    split_as: ToldAs | None = None
    vip_session: str = ""

    @property
    def pay_fen(self) -> int:
        """What the shop is paid, freight with it."""
        return sum(line.pay_fen for line in self.lines) + self.freight_fen

    def left_fen(self, line: Line) -> int:
        """What of a line's buyer's money was not given back."""
        gone = sum(one.amount_fen for one in self.refunds if one.line_key == line.key)
        return line.pay_fen - line.channel_fen - gone


class HeldCoupon(msgspec.Struct):
    """One coupon that a buyer has, under the name by which she was given it."""

    number: int
    name: str


class ShopCoupon(msgspec.Struct, kw_only=True):
    """A kind of coupon that a shop made, and who has some. Moments are Unix seconds."""

    number: int
    coupon_fen: int
    least_order_fen: int
    made_at: int
    ends_at: int
    holders: list[HeldCoupon] = []


class ShopState(msgspec.Struct):
    """What one shop remembers."""

    next_number: int = FIRST_NUMBER
    orders: dict[str, Order] = {}
    # what it sells, by SKU
    goods: dict[str, Good] = {}
    # token -> Unix seconds of its end
    tokens: dict[str, int] = {}
    # what renews a token, where it is not the one that the run was told
    refresh_token: str = ""
    coupons: dict[str, ShopCoupon] = {}
    # who became a member of it on its platform
    joined: set[str] = set()


class Orders:
    """The orders of one shop; everything that happens to one moves its ``updated_at``."""

    def __init__(self, state: ShopState, clock: Clock) -> None:
        self.state = state
        self._clock = clock

    def get(self, number: str) -> Order | None:
        """The order with this number."""
        return self.state.orders.get(number)

    def place(self, buyer: str, lines: list[Line], *, freight_fen: int) -> Order:
        """A new order that is not paid. Raises: Impossible."""
        if not lines:
            raise Impossible("no_lines", "an order has at least one line")
        for line in lines:
            if line.pay_fen < line.channel_fen:
                raise Impossible("too_cheap", "a line's discounts are more than its price")
        number = str(self._number())
        for line in lines:
            line.key = number if len(lines) == 1 else str(self._number())
        at = self._clock.now()
        order = Order(
            number=number,
            buyer=buyer,
            lines=lines,
            freight_fen=freight_fen,
            ordered_at=at,
            updated_at=at,
        )
        self.state.orders[number] = order
        return order

    def pay(self, order: Order) -> None:
        """She pays. Raises: Impossible."""
        self._require(order, "unpaid")
        order.state, order.paid_at = "paid", self._clock.now()
        self._touch(order)

    def ship(self, order: Order) -> None:
        """The shop sends it. Raises: Impossible."""
        self._require(order, "paid")
        order.state, order.shipped_at = "shipped", self._clock.now()
        self._touch(order)

    def complete(self, order: Order) -> None:
        """She has got it and says so, or time says it for her. Raises: Impossible."""
        self._require(order, "shipped")
        order.state, order.completed_at = "completed", self._clock.now()
        self._touch(order)

    def close(self, order: Order) -> None:
        """Nobody pays, or all of it was given back before it was completed. Raises: Impossible."""
        if order.state not in ("unpaid", "paid", "shipped"):
            raise Impossible("not_closable", "the order cannot be closed any more")
        order.state, order.closed_at = "closed", self._clock.now()
        self._touch(order)

    def split(self, order: Order, *, told_as: ToldAs) -> list[Order]:
        """Each line becomes an order; the first bears the freight. Raises: Impossible."""
        self._require(order, "paid")
        if order.split_as is not None or len(order.lines) < 2:
            raise Impossible("not_splittable", "the order has one line, or was split up")
        order.split_as = told_as
        self._touch(order)
        parts = [self._part(order, i) for i in range(len(order.lines))]
        self.state.orders.update((part.number, part) for part in parts)
        return parts

    def _part(self, order: Order, i: int) -> Order:
        number = str(self._number())
        line = msgspec.structs.replace(order.lines[i], key=number)
        return msgspec.structs.replace(
            order,
            number=number,
            lines=[line],
            freight_fen=0 if i else order.freight_fen,
            updated_at=self._clock.now(),
            refunds=[],
            parent=order.number,
            first=order.first or order.number,
            split_as=None,
        )

    def refund(
        self, order: Order, *, line_key: str, amount_fen: int | None, is_done: bool = True
    ) -> Refund:
        """The shop gives money back of one line; None: all that is left. Raises: Impossible.

        Not done, she has only asked for it.
        """
        if order.state not in ("paid", "shipped", "completed"):
            raise Impossible("not_refundable", "the order is not paid, or closed")
        line = next((one for one in order.lines if one.key == line_key), None)
        if line is None:
            raise Impossible("no_such_line", "the order has no such line")
        left = order.left_fen(line)
        amount = left if amount_fen is None else amount_fen
        if not 0 < amount <= left:
            raise Impossible("too_much", f"at most {left} fen can be given back of the line")
        at = self._clock.now()
        refund = Refund(
            number=str(self._number()),
            line_key=line_key,
            amount_fen=amount,
            is_done=is_done,
            asked_at=at,
            updated_at=at,
        )
        order.refunds.append(refund)
        self._touch(order)
        self._close_if_empty(order)
        return refund

    def give_back(self, order: Order, refund: Refund) -> None:
        """The shop gives what she asked for; the order itself keeps its moment of change."""
        refund.is_done, refund.updated_at = True, self._clock.now()
        self._close_if_empty(order)

    def _close_if_empty(self, order: Order) -> None:
        is_given = all(one.is_done for one in order.refunds)
        if order.state != "completed" and is_given and not any(map(order.left_fen, order.lines)):
            self.close(order)

    def changed(self, begin: int, end: int) -> list[Order]:
        """The orders that last changed in [begin, end), the earliest first."""
        found = [one for one in self.state.orders.values() if begin <= one.updated_at < end]
        return sorted(found, key=lambda one: (one.updated_at, one.number))

    def refunds_changed(self, begin: int, end: int) -> list[tuple[Order, Refund]]:
        """The refunds that last changed in [begin, end), the earliest first."""
        found = [
            (order, one)
            for order in self.state.orders.values()
            for one in order.refunds
            if begin <= one.updated_at < end
        ]
        return sorted(found, key=lambda pair: (pair[1].updated_at, pair[1].number))

    def _require(self, order: Order, state: State) -> None:
        if order.state != state:
            raise Impossible("wrong_state", f"the order is {order.state}, not {state}")

    def _touch(self, order: Order) -> None:
        order.updated_at = self._clock.now()

    def _number(self) -> int:
        number = self.state.next_number
        self.state.next_number += 11
        return number
