"""Exchange points for rewards: conditions, points, stock and fulfilment of a batch at once.

Locks: the members' rows in the order of their ids, then coupon batches, then the stocks. Wishes are
decided in memory in the order in which they came, as though each came alone; then all is written. A
stock of which there is enough for all of them is not held for that: the last statement takes from
it, and where others emptied it meanwhile, all is done again while it is held.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from loyalty import ledger, programme
from loyalty.again import in_transaction
from loyalty.errors import Conflict, LoyaltyError
from loyalty.outcomes import Fate, Outcome
from loyalty.payments import Payer
from loyalty.redemptions import shipping
from loyalty.redemptions.deciding import Granted, Grounds, Wish
from loyalty.redemptions.reading import Redeemed, named_all
from loyalty.redemptions.shipping import Address, Destination
from loyalty.redemptions.writing import write
from models import db


async def redeem(
    member_id: int,
    uuid: UUID,
    *,
    slot: str,
    at: datetime,
    payer: Payer | None = None,
    destination: Destination | None = None,
    coupon_uuid: UUID | None = None,
) -> Redeemed:
    """Let a member redeem a reward under a name of her own; a retry is answered as before.

    One that costs money, too, is reserved until ``payer`` has paid, for 15 minutes: see
    ``payment_of``. One that is sent goes to ``destination``. With an exchange coupon of hers it
    costs that coupon alone. Joins the caller's transaction; then
    a ``db.Collision`` with another process is the caller's to try again.

    Raises:
        LoyaltyError: as in ``redeem_all``.
    """
    wish = Wish(member_id, uuid, slot, payer, destination, coupon_uuid)
    (outcome,) = await redeem_all([wish], at=at)
    return outcome.unwrap()


async def redeem_all(wishes: Sequence[Wish], *, at: datetime) -> list[Outcome[Redeemed]]:
    """Let members redeem, in the order of the wishes; what refuses one moves nothing of hers.

    One transaction, as many statements for many as for a few; joins the caller's. Outcomes
    stand in the order of the wishes: done, already done under the same name, or refused:
    ``no_such_reward`` (none in force), ``no_such_member``; ``key_reused``: the name stands for
    something else, hers or another's; ``not_enough_points``, ``reward_limit_reached``,
    ``reward_out_of_stock``, ``reward_unavailable``, ``coupon_limit_reached``,
    ``coupons_all_gone``, or the condition that she does not meet; ``reward_in_miniprogram``: it
    costs money or comes by WeChat Pay, and nobody is told there; ``address_missing``: it is sent,
    and nobody told where; ``reward_needs_coupon``. With a coupon: ``no_such_coupon`` (none, or
    another's), ``coupon_not_for_reward``, and why it cannot be used, as ``coupons.Held.refusal``.
    """
    # Who joins a transaction is not made to do it again: there a stock is held from the first.
    slots = {wish.slot for wish in wishes}
    scarce = slots if db.in_caller_transaction() else set()

    async def act() -> list[Outcome[Redeemed]]:
        try:
            return await _redeem_all(wishes, scarce=scarce, at=at)
        except db.Outdated:
            scarce.update(slots)
            raise

    # a collision: a name or a code is another's, or what was left of a stock
    return await in_transaction(act)


async def _redeem_all(
    wishes: Sequence[Wish], *, scarce: Collection[str], at: datetime
) -> list[Outcome[Redeemed]]:
    purses = await ledger.Purses.locked(wish.member_id for wish in wishes)
    known = await named_all([wish.uuid for wish in wishes], at=at)
    kept = await _kept(known, wishes)
    decided = await _decided(wishes, purses, known=known, scarce=scarce, at=at)
    granted = {place: one for place, one in decided.items() if isinstance(one, Granted)}
    if granted:
        await purses.write()
        known |= await write([*granted.values()], at=at)
        kept |= {one.wish.uuid: address for one in granted.values() if (address := one.address)}
    return [
        Outcome(Fate.DONE, known[wish.uuid])
        if place in granted
        else Outcome(Fate.REFUSED, refusal=refusal)
        if isinstance(refusal := decided.get(place), LoyaltyError)
        else _again(wish, known[wish.uuid], kept.get(wish.uuid))
        for place, wish in enumerate(wishes)
    ]


async def _decided(
    wishes: Sequence[Wish],
    purses: ledger.Purses,
    *,
    known: Collection[UUID],
    scarce: Collection[str],
    at: datetime,
) -> dict[int, Granted | LoyaltyError]:
    """Decide on wishes by their place; those of a name that stands for something are left out."""
    fresh = [wish for wish in wishes if wish.uuid not in known]
    if not fresh:
        return {}
    grounds = await Grounds.found(fresh, purses, await programme.load(), scarce=scarce, at=at)
    names, decided = {*known}, dict[int, Granted | LoyaltyError]()
    for place, wish in enumerate(wishes):
        if wish.uuid in names:
            continue
        try:
            decided[place] = grounds.granted(wish)
            names.add(wish.uuid)
        except LoyaltyError as refusal:
            decided[place] = refusal
    return decided


async def _kept(known: Mapping[UUID, Redeemed], wishes: Sequence[Wish]) -> dict[UUID, Address]:
    """Return where those go that are asked for again with an address."""
    again = {wish.uuid: wish.destination for wish in wishes if wish.uuid in known}
    told = {uuid: destination for uuid, destination in again.items() if destination is not None}
    if not told:
        return {}
    sealed = await shipping.sealed_addresses([*told])
    return {uuid: shipping.opened(uuid, one, told[uuid].sealer) for uuid, one in sealed.items()}


def _again(wish: Wish, found: Redeemed, kept: Address | None) -> Outcome[Redeemed]:
    """Answer a name that stands for something: for this wish, or for another."""
    told = (wish.member_id, wish.slot, wish.coupon_uuid)
    is_same = (found.member_id, found.slot, found.with_coupon_uuid) == told
    if wish.destination is not None and kept is not None:
        is_same &= kept == wish.destination.address
    if not is_same:
        return Outcome(Fate.REFUSED, refusal=Conflict("key_reused"))
    return Outcome(Fate.ALREADY_DONE, found)
