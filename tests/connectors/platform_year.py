"""A year of a brand that sells on six platforms, made up: what is told of it, what it comes to."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

import connectors.douyin.wire as douyin_wire
import connectors.jd.wire as jd_wire
import connectors.shopify.wire as shopify_wire
import connectors.tmall.wire as tmall_wire
import connectors.wechat_shop.wire as wechat_shop_wire
from loyalty.orders import IdentityRef
from models import IdentityKind
from simulator.clock import Clock, ClockState
from simulator.shops import (
    douyin_told,
    jd_told,
    shopify_told,
    tmall_told,
    wechat_shop_told,
)
from simulator.shops.orders import Line, Order, Orders, Refund, ShopState
from tests.connectors.douyin import conftest as douyin
from tests.connectors.jd import conftest as jd
from tests.connectors.own_store import till
from tests.connectors.own_store.till import Json
from tests.connectors.shopify import conftest as shopify
from tests.connectors.tmall import conftest as tmall
from tests.connectors.wechat_shop import conftest as wechat_shop

DAY, HOUR = 86_400, 3_600
OWN = "pos"


def _json(told: object, kind: type[Any]) -> Any:
    """Read what a platform tells as its client does: no more than we use."""
    return msgspec.json.decode(msgspec.json.encode(told), type=kind)


def _of_tmall(one: Order) -> Any:
    trade = _json(tmall_told.trade(one, seller_nick=tmall.NICK), tmall_wire.Trade)
    refunds = [tmall_told.refund(one, x) for x in one.refunds]
    return tmall_wire.Told(trade, _json(refunds, list[tmall_wire.Refund]))


def _of_jd(one: Order) -> Any:
    order = _json(jd_told.order(one, vender_id=jd.VENDER_ID), jd_wire.ShopOrder)
    refunds = [jd_told.refund(one, x) for x in one.refunds]
    return jd_wire.Told(order, _json(refunds, list[jd_wire.GivenBack]))


def _of_douyin(one: Order) -> Any:
    order = _json(douyin_told.order(one), douyin_wire.ShopOrder)
    found = [(x.line_key, _douyin_detail(one, x)) for x in one.refunds]
    return douyin_wire.Told(order, _json(found, list[tuple[str, douyin_wire.GivenBack]]))


def _douyin_detail(one: Order, refund: Refund) -> Any:
    told: Any = douyin_told.after_sale_detail(one, refund)
    return told["process_info"]["after_sale_info"]


def _of_wechat_shop(one: Order) -> Any:
    order = _json(wechat_shop_told.order(one, tells_unionid=True), wechat_shop_wire.ShopOrder)
    found = [wechat_shop_told.after_sale(one, x, tells_unionid=True) for x in one.refunds]
    return wechat_shop_wire.Told(order, _json(found, list[wechat_shop_wire.AfterSale]))


def _of_shopify(one: Order) -> Any:
    order = _json(shopify_told.order(one, currency="CNY"), shopify_wire.ShopOrder)
    paid = shopify_told.transactions(one, currency="CNY")
    return shopify_wire.Told(order, _json(paid, list[shopify_wire.Payment]))


class Platform(NamedTuple):
    """How a platform tells an order, and what it calls people there."""

    tells: Callable[[Order], Any]
    kind: IdentityKind
    scope: str

    def name(self, person: int) -> str:
        """Return what it calls a person: Shopify's are numbers."""
        return f"70000000{person:03}" if self.kind is IdentityKind.CUSTOMER_KEY else f"p{person}"


PLATFORMS = {
    "tmall": Platform(_of_tmall, IdentityKind.TAOBAO_OPEN_UID, tmall.APP_KEY),
    "jd": Platform(_of_jd, IdentityKind.JD_OPEN_ID, jd.APP_KEY),
    "douyin": Platform(
        _of_douyin, IdentityKind.DOUYIN_OPEN_ID, f"{douyin.APP_KEY}:{douyin.SHOP_ID}"
    ),
    "wechat_shop": Platform(_of_wechat_shop, IdentityKind.OPENID, wechat_shop.SHOP_APP_ID),
    "shopify": Platform(_of_shopify, IdentityKind.CUSTOMER_KEY, shopify.DOMAIN),
    OWN: Platform(lambda _: None, IdentityKind.CUSTOMER_KEY, till.CODE),
}

# A person on a platform: a customer of her own, until somebody finds out.
Account = tuple[str, int]


def ref(account: Account) -> IdentityRef:
    """Return by what an account is known."""
    platform = PLATFORMS[account[0]]
    return IdentityRef(platform.kind, platform.scope, platform.name(account[1]))


class Telling(NamedTuple):
    """One telling of an order as it stood, or in the brand's own store of a refund of one."""

    shop: str
    number: str
    mark: str
    order: bytes | Json
    is_refund: bool = False


class Bought(NamedTuple):
    """What an order comes to in the end: its buyer, state, money kept for goods, and points."""

    account: Account
    state: str
    kept_fen: int
    points: int


class _Hand(Clock):
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        super().__init__(ClockState())
        self.at = 0

    def now(self) -> int:
        return self.at


@dataclass
class Year:
    """What is told of a year, in the sequence in which it happened, and what comes of it."""

    tellings: list[Telling] = field(default_factory=list)
    bought: dict[tuple[str, str], Bought] = field(default_factory=dict)


def year(dice: random.Random, *, begin: datetime, orders: int, people: int) -> Year:
    """Make up so many orders of so many people, each begun within 300 days."""
    told, hand = Year(), _Hand()
    shops = {kind: Orders(ShopState(), hand) for kind in PLATFORMS}
    for _ in range(orders):
        kind = dice.choice(list(PLATFORMS))
        hand.at = int(begin.timestamp()) + dice.randrange(300 * DAY)
        _Life(told, shops[kind], (kind, dice.randrange(people)), hand, dice).goes_by()
    return told


class _Life:
    """One order from its beginning to its end."""

    def __init__(
        self, told: Year, orders: Orders, account: Account, hand: _Hand, dice: random.Random
    ) -> None:
        self.told, self.orders, self.account = told, orders, account
        self.hand, self.dice = hand, dice

    def goes_by(self) -> None:
        platform, dice = PLATFORMS[self.account[0]], self.dice
        count = dice.randint(1, 4)
        lines = [self._line(i, of=count) for i in range(count)]
        freight_fen = dice.choice((0, 0, 800))
        order = self.orders.place(platform.name(self.account[1]), lines, freight_fen=freight_fen)
        if self.account[1] % 2:
            order.buyer_unionid = f"u{self.account[1]}"
        self._tell(order)
        self._later(dice.randint(60, HOUR))
        self.orders.pay(order)
        self._tell(order)
        for one in self._parts(order):
            self._future(one)
            is_gone = one.state == "closed" or not any(map(one.left_fen, one.lines))
            kept = 0 if is_gone else sum(map(one.left_fen, one.lines))
            state = "refunded" if is_gone else one.state
            self._ends(one, Bought(self.account, state, kept, kept // 100))

    def _line(self, i: int, *, of: int) -> Line:
        dice, kind = self.dice, self.account[0]
        price = dice.randint(200, 40_000)
        line = Line(sku=f"S-{i}", title="手冲壶", quantity=dice.randint(1, 3), price_fen=price)
        if kind != OWN:
            line.shop_fen = dice.choice((0, 0, dice.randint(1, 50)))
            line.platform_fen = dice.choice((0, 0, dice.randint(1, 50)))
        if kind != OWN and (kind != "tmall" or of == 1):  # Tmall tells coupons of no line
            line.channel_fen = dice.choice((0, 0, dice.randint(1, 50)))
        return line

    def _parts(self, order: Order) -> list[Order]:
        """Return what the order goes on as: JD splits up many of several lines."""
        if self.account[0] != "jd" or len(order.lines) < 2 or self.dice.random() < 0.4:
            return [order]
        self._later(self.dice.randint(60, HOUR))
        told_as = self.dice.choice(("cancelled", "kept", "gone"))
        parts = self.orders.split(order, told_as=told_as)
        self._ends(order, Bought(self.account, "replaced", 0, 0))
        for one in [*parts] if told_as == "gone" else [order, *parts]:
            self._tell(one)
        return parts

    def _future(self, order: Order) -> None:
        dice = self.dice
        begun_at = self.hand.at
        for action in (self.orders.ship, self.orders.complete):
            self._later(dice.randint(HOUR, 3 * DAY))
            self._refund(order, times=dice.choice((0, 0, 1)))
            if self._is_over(order):
                break
            if dice.random() < 0.06:
                self._close(order)
                break
            self._later(dice.randint(60, HOUR))
            action(order)
            self._tell(order)
        self._refund(order, times=dice.choice((0, 0, 0, 1, 2, 3)))
        self.hand.at = begun_at

    def _is_over(self, order: Order) -> bool:
        return order.state == "closed" or not any(map(order.left_fen, order.lines))

    def _close(self, order: Order) -> None:
        """Let it be cancelled: what was paid goes back; a store of our own tells the refunds."""
        if self.account[0] == OWN:
            for line in order.lines:
                if order.left_fen(line):
                    self._give(order, line, order.left_fen(line))
            return
        self.orders.close(order)
        self._tell(order)

    def _refund(self, order: Order, *, times: int) -> None:
        """Give back some of some lines, now and then all; on platforms it may be asked before."""
        dice = self.dice
        for _ in range(times):
            some = [one for one in order.lines if order.left_fen(one)]
            if order.state == "closed" or not some:
                return
            self._later(dice.randint(HOUR, 5 * DAY))
            line = dice.choice(some)
            left = order.left_fen(line)
            self._give(order, line, dice.choice((left, dice.randint(1, left))))

    def _give(self, order: Order, line: Line, fen: int) -> None:
        is_asked = self.account[0] != OWN and self.dice.random() < 0.2
        given = self.orders.refund(order, line_key=line.key, amount_fen=fen, is_done=not is_asked)
        if self.account[0] == OWN:
            at = _iso(self.hand.at)
            body = till.refund(order.number, given.number, at, **{f"line_{line.key}": fen})
            self.told.tellings.append(Telling(OWN, order.number, given.number, body, True))
            return
        self._tell(order)
        if is_asked:
            self._later(self.dice.randint(60, HOUR))
            self.orders.give_back(order, given)
            self._tell(order)

    def _tell(self, order: Order) -> None:
        kind, mark = self.account[0], f"{order.state}:{self.hand.at}"
        if kind != OWN:
            body = msgspec.json.encode(PLATFORMS[kind].tells(order))
            self.told.tellings.append(Telling(kind, order.number, mark, body))
        elif order.paid_at:
            body = _of_own_store(order, PLATFORMS[OWN].name(self.account[1]))
            self.told.tellings.append(Telling(OWN, order.number, mark, body))

    def _ends(self, order: Order, bought: Bought) -> None:
        self.told.bought[self.account[0], order.number] = bought

    def _later(self, seconds: int) -> None:
        self.hand.at += seconds


def _of_own_store(one: Order, buyer: str) -> Json:
    """Tell an order as a store of our own: without its refunds, which it tells apart."""
    lines = [till.line(x.key, x.goods_fen, sku=x.sku, quantity=x.quantity) for x in one.lines]
    goods_fen = sum(x.goods_fen for x in one.lines)
    return till.order(
        one.number,
        state=one.state,
        lines=lines,
        goods_fen=goods_fen,
        freight_fen=one.freight_fen,
        paid_fen=goods_fen + one.freight_fen,
        ordered_at=_iso(one.ordered_at),
        paid_at=_iso(one.paid_at),
        completed_at=_iso(one.completed_at) if one.completed_at else None,
        updated_at=_iso(max(one.paid_at, one.shipped_at, one.completed_at)),
        buyer={"customer_key": buyer},
    )


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
