"""Exchange coupons: what a member has instead of the points that a reward costs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from loyalty import coupons
from loyalty.coupons import Held
from loyalty.discounts import DISCOUNTS
from loyalty.discounts.exchange import Exchange
from loyalty.errors import NotFound, Refused
from loyalty.programme import Programme


class Coupons:
    """The coupons that wishes name, held to the end of the caller's transaction."""

    def __init__(
        self, rules: Programme, found: Mapping[UUID, tuple[int, Held]] | None = None
    ) -> None:
        self._rules = rules
        self._found = found or {}
        self._taken: set[UUID] = set()

    @classmethod
    async def held(cls, uuids: Sequence[UUID], rules: Programme, *, at: datetime) -> "Coupons":
        """Hold coupons by their names."""
        return cls(rules, await coupons.hold(uuids, at=at))

    def of(self, uuid: UUID | None) -> Held | None:
        """Return a coupon; None where there is none of that name."""
        return self._found[uuid][1] if uuid and uuid in self._found else None

    def batch(self, uuid: UUID | None) -> Exchange | None:
        """Return what a coupon is exchanged for; None where it is no exchange coupon."""
        held = self.of(uuid)
        return exchange_of(held, self._rules) if held else None

    def require(self, uuid: UUID, slot: str, *, member_id: int) -> None:
        """Require that a member may exchange a coupon for a reward now.

        Raises:
            NotFound: ``no_such_coupon``: none, or another member's.
            Refused: ``coupon_not_for_reward``, ``coupon_locked``, ``coupon_given``,
                ``coupon_used``, ``coupon_void``, ``coupon_expired``.
        """
        held = self.of(uuid)
        if held is None or self._found[uuid][0] != member_id:
            raise NotFound("no_such_coupon", uuid=uuid)
        refusal = Refused("coupon_used") if uuid in self._taken else held.refusal()
        if refusal is not None:
            raise refusal
        batch = self.batch(uuid)
        if batch is None or batch.reward_slot != slot:
            raise Refused("coupon_not_for_reward")

    def take(self, uuid: UUID) -> None:
        """Note that a wish of the batch has a coupon."""
        self._taken.add(uuid)


def exchange_of(held: Held, rules: Programme) -> Exchange | None:
    """Return what a coupon is exchanged for, as it was issued; None where it is for carts."""
    rule = rules.version(held.rule_version_id, DISCOUNTS)
    return rule.body if rule and isinstance(rule.body, Exchange) else None


class Usable(NamedTuple):
    """A coupon that a member can exchange, and what it is good for."""

    held: Held
    batch: Exchange


async def usable(member_id: int, rules: Programme, *, at: datetime) -> dict[str, list[Usable]]:
    """Return by the slots of rewards the coupons of hers that each can be had for.

    The one that ends first stands first; no statement where no such coupon was ever published.
    """
    batches: dict[int, Exchange] = {
        rule.version_id: rule.body
        for rule in rules.rules.get(DISCOUNTS.name, ())
        if isinstance(rule.body, Exchange)
    }
    if not batches:
        return {}
    found = await coupons.usable_of(member_id, [*batches], at=at)
    hers: dict[str, list[Usable]] = {}
    for one in found:
        batch = batches[one.rule_version_id]
        hers.setdefault(batch.reward_slot, []).append(Usable(one, batch))
    return hers
