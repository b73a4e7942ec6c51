"""What stores told, worked in sets: orders first, then the refunds that were told apart.

A batch is one transaction: an order is recorded and its event ended, or neither. Whoever works an
order holds its number, so that its refund cannot be parked as unknown while the order comes in.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from connectors.batches import Reasons, work_in_halves
from connectors.own_store import parse
from connectors.own_store.refunds import Refunds, refunded
from connectors.own_store.webhook import KIND
from connectors.own_store.wire import REFUND, Kept, ToldRefund
from loyalty import customers, inbox, member_codes, parking, purchases
from loyalty.connections import Connected, OwnStoreSettings
from loyalty.customers import SealedEmail
from loyalty.errors import LoyaltyError, Refused
from loyalty.inbox import Left, Sender
from loyalty.member_codes import CodeUse
from loyalty.orders import IdentityRef, Order, ShopRef
from models import ShopKind
from web.context import Context

AT_ONCE = 500
ORDER_UNKNOWN = "order_unknown"
_KEPT = msgspec.json.Decoder(Kept)

Stores = Mapping[int, Connected[OwnStoreSettings]]


class StoreEvents:
    """The stores' orders and refunds that wait in the inbox."""

    def __init__(self, context: Context) -> None:
        self._stores = {one.id: one for one in context.stores.values()}

    async def work(self, at: datetime) -> int:
        """Work what waits, a batch in one set; return how many events there were."""
        if not self._stores:
            return 0
        taken = await inbox.take_left(list(self._stores), limit=AT_ONCE, at=at)
        if taken:
            await work_in_halves(
                taken, lambda some: _worked(some, self._stores, at=at), kind=KIND, at=at
            )
        return len(taken)


async def _worked(events: Sequence[Left], stores: Stores, *, at: datetime) -> Reasons:
    """Work a batch in the open transaction and return what became of each event."""
    kept = {event.event_id: _KEPT.decode(event.body) for event in events}
    senders = {_sender(event, kept[event.event_id]) for event in events}
    held = await inbox.hold(events, senders)
    batch = _Batch(held, kept, stores, at=at)
    await batch.read_refunds(senders)
    await batch.record_orders()
    await batch.record_refunds()
    await inbox.end(batch.reasons, at=at)
    return batch.reasons


def _sender(event: Left, kept: Kept) -> Sender:
    told = kept.order or kept.refund
    assert told is not None
    return event.connection_id, str(told.number)


class _Batch:
    """Orders and refunds on their way, by connection and number; and what became of each event."""

    def __init__(
        self, held: Sequence[Left], kept: Mapping[int, Kept], stores: Stores, *, at: datetime
    ) -> None:
        self.reasons: Reasons = {}
        self._held = held
        self._kept = kept
        self._stores = stores
        self._at = at
        self._refunds: dict[Sender, Refunds] = {}
        self._new: list[tuple[int, Sender, ToldRefund]] = []
        self._waited: set[int] = set()

    async def read_refunds(self, senders: set[Sender]) -> None:
        """Read the refunds that count already, and gather those that are new or wait."""
        worked, waiting = await inbox.worked_or_waiting(
            senders, kind=REFUND, waiting_for=ORDER_UNKNOWN
        )
        for _, sender, told in _refunds_of(worked, {}):
            self._refunds.setdefault(sender, Refunds()).count(told)
        self._waited = {event.event_id for event in waiting}
        self._new = [*_refunds_of(waiting, {}), *_refunds_of(self._held, self._kept)]

    async def record_orders(self) -> None:
        """Record the orders of the batch as they were told, with the refunds that count already."""
        orders: list[tuple[int, Order]] = []
        shown_by = await self._shown_by()
        for event in self._held:
            kept = self._kept[event.event_id]
            if kept.order is None:
                continue
            try:
                told = parse.order(
                    kept,
                    shop=self._shop(event.connection_id),
                    shown_by=_named_by(event, kept, shown_by),
                    at=self._at,
                )
            except LoyaltyError as refusal:
                self._park(event.event_id, refusal)
                continue
            standing = self._refunds.get(_sender(event, kept))
            orders.append((event.event_id, refunded(told, standing)))
        outcomes = await purchases.record([order for _, order in orders], at=self._at)
        emails: list[tuple[IdentityRef, SealedEmail]] = []
        for (event_id, order), outcome in zip(orders, outcomes, strict=True):
            self.reasons[event_id] = None
            if outcome.refusal is not None:
                self._park(event_id, outcome.refusal)
            elif order.buyer and (email := self._kept[event_id].email) is not None:
                emails.append((order.buyer[0], email))
        await self._keep_names(emails)

    async def _shown_by(self) -> dict[CodeUse, IdentityRef]:
        """Look up whose the member codes are that were shown about when their orders were paid."""
        uses = [use for event in self._held if (use := _use(event, self._kept[event.event_id]))]
        return await member_codes.use(uses, at=self._at) if uses else {}

    async def _keep_names(self, emails: Sequence[tuple[IdentityRef, SealedEmail]]) -> None:
        """Keep the numbers, and the addresses of buyers who are known by another name, or by it."""
        phones = [kept.mobile for kept in self._kept.values() if kept.mobile]
        if phones:
            await customers.keep_phones(phones)
        if emails:
            await customers.keep_emails([email for _, email in emails])
            await customers.know_emails(emails, at=self._at)

    async def record_refunds(self) -> None:
        """Let new refunds, and those that waited for their order, be its next revision."""
        if not self._new:
            return
        senders = {sender for _, sender, _ in self._new}
        found = await purchases.find([(self._shop(one[0]), one[1]) for one in sorted(senders)])
        known = {one: found.get(self._name(one)) for one in senders}
        good = [event for event in self._new if self._is_good(event, known[event[1]])]
        orders = [
            (sender, order)
            for sender in sorted({sender for _, sender, _ in good})
            if (order := known[sender]) is not None
        ]
        outcomes = await purchases.record(
            [refunded(order, self._refunds[sender]) for sender, order in orders], at=self._at
        )
        refusals = {
            sender: outcome.refusal for (sender, _), outcome in zip(orders, outcomes, strict=True)
        }
        for event_id, sender, _ in good:
            self.reasons[event_id] = None
            if (refusal := refusals[sender]) is not None:
                self._park(event_id, refusal)

    def _is_good(self, event: tuple[int, Sender, ToldRefund], order: Order | None) -> bool:
        event_id, sender, told = event
        try:
            parse.check_refund(told, at=self._at)
            if order is None:
                raise Refused(ORDER_UNKNOWN, number=str(told.number))
            self._refunds.setdefault(sender, Refunds()).add(told, order)
        except LoyaltyError as refusal:
            if event_id not in self._waited or refusal.code != ORDER_UNKNOWN:
                self._park(event_id, refusal)
            return False
        return True

    def _park(self, event_id: int, refusal: LoyaltyError) -> None:
        self.reasons[event_id] = parking.reason(refusal)

    def _shop(self, connection_id: int) -> ShopRef:
        store = self._stores[connection_id]
        return ShopRef(ShopKind(store.settings.shop_kind), store.scope, store.name)

    def _name(self, sender: Sender) -> tuple[str, str, str]:
        shop = self._shop(sender[0])
        return shop.kind.value, shop.code, sender[1]


def _use(event: Left, kept: Kept) -> CodeUse | None:
    """Return by which code an order names its buyer; None without one of the time it was paid."""
    if kept.order is None or kept.member_code is None:
        return None
    if not kept.member_code.fits(kept.order.paid_at):
        return None
    return CodeUse(kept.member_code, event.connection_id, str(kept.order.number))


def _named_by(
    event: Left, kept: Kept, shown_by: Mapping[CodeUse, IdentityRef]
) -> IdentityRef | None:
    """Return the identity that showed the code of an order, if one was told.

    Raises:
        Refused: ``member_code_not_usable``: nobody showed it then, or it named another order.
    """
    if kept.member_code is None:
        return None
    use = _use(event, kept)
    if use is None or use not in shown_by:
        raise Refused("member_code_not_usable")
    return shown_by[use]


def _refunds_of(
    events: Sequence[Left], known: Mapping[int, Kept]
) -> Iterator[tuple[int, Sender, ToldRefund]]:
    for event in events:
        kept = known.get(event.event_id) or _KEPT.decode(event.body)
        if kept.refund is not None:
            yield event.event_id, _sender(event, kept), kept.refund
