"""One order on its way through ``record``, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime

from loyalty.earning import PersonalBoost
from loyalty.errors import LoyaltyError
from loyalty.orders import Order
from loyalty.outcomes import Fate, Outcome
from loyalty.purchases.known import Known


@dataclass(frozen=True, slots=True)
class Recorded:
    """A purchase as it stands after the order was taken; ``points`` is what changed by it."""

    purchase_id: int
    revision: int
    points: int


@dataclass(slots=True)
class Task:
    """One order on its way: what is known of it, whose it is, what it becomes.

    ``member_id`` is whom ``customer_id`` became, if she was merged; ``paid_as_id`` and ``tier`` are
    the member she was when she paid, and her tier then, ``boosts`` those that she had then.
    ``forgotten_id`` is the buyer of it, or of its whole, whose account was deleted: points do not
    follow it, and by nothing that it tells of its buyer somebody new becomes known.
    """

    order: Order
    name: tuple[str, str, str]
    digest: bytes
    known: Known | None = None
    customer_id: int | None = None
    member_id: int | None = None
    forgotten_id: int | None = None
    paid_as_id: int | None = None
    tier: str | None = None
    boosts: tuple[PersonalBoost, ...] = ()
    purchase_id: int = 0
    revision: int = 1
    points: int = 0
    earned: list[tuple[str, int]] = field(default_factory=list)
    outcome: Outcome[Recorded] | None = None

    @classmethod
    def again(cls, known: Known) -> "Task":
        """Return a purchase that is not told of, since what it earned may be another's change."""
        order = known.order
        return cls(
            order,
            (order.shop.kind.value, order.shop.code, order.number),
            known.digest,
            known=known,
            customer_id=known.customer_id,
            member_id=known.member_id,
            paid_as_id=known.paid_as_id,
            tier=known.tier,
            purchase_id=known.purchase_id,
            revision=known.revision + 1,
            earned=list(known.earned),
        )

    @property
    def moments(self) -> tuple[datetime, ...]:
        """Return when it was paid; where a newer telling corrects that, before and now."""
        if self.known is None:
            return (self.order.paid_at,)
        return self.known.order.paid_at, self.order.paid_at

    @property
    def is_open(self) -> bool:
        """Say whether the order still has to be written."""
        return self.outcome is None

    def refuse(self, refusal: LoyaltyError) -> None:
        """End the task."""
        self.outcome = Outcome(Fate.REFUSED, refusal=refusal)
