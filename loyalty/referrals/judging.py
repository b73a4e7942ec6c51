"""Whether an invitation counts, by nothing but what happened and the rule that it was made by."""

from datetime import datetime, timedelta

from msgspec import Struct

from loyalty.policies.referral import ReferralPolicy
from models import ReferralState


class Bought(Struct, frozen=True):
    """One order of the friend: what she kept of it, and from when she cannot give it back.

    ``settles_at`` is None while it is not completed.
    """

    paid_at: datetime
    kept_fen: int
    settles_at: datetime | None


class Story(Struct, frozen=True):
    """All that an invitation is judged by.

    ``is_self`` says that both are one human by now, ``is_circular`` that the friend had invited the
    inviter, or whoever invited her, and ``came_before`` that another invitation came first.
    """

    opened_at: datetime
    joined_at: datetime
    qualified_at: datetime | None
    barred: str
    is_self: bool
    is_circular: bool
    came_before: bool
    orders: tuple[Bought, ...]

    @property
    def since(self) -> datetime:
        """Return from when on she is invited: platforms tell payments by the second."""
        return self.opened_at.replace(microsecond=0)


class Verdict(Struct, frozen=True):
    """How far the friend has come; ``reason`` why it does not count, "" where it may.

    Time alone may change it at ``changes_at``.
    """

    state: ReferralState
    reason: str = ""
    changes_at: datetime | None = None
    qualified_at: datetime | None = None


def judge(story: Story, policy: ReferralPolicy, *, at: datetime) -> Verdict:
    """Return how an invitation stands at a moment."""
    if reason := _bar(story, policy):
        return _out(story, reason)
    until = story.opened_at + timedelta(days=policy.window_days)
    within = [one for one in story.orders if story.since <= one.paid_at < until]
    enough = [one for one in within if one.kept_fen >= policy.least_order_fen]
    settled = [one.settles_at for one in enough if one.settles_at and one.settles_at <= at]
    if settled:
        since = story.qualified_at or min(settled)
        return Verdict(ReferralState.QUALIFIED, qualified_at=since)
    if story.qualified_at:
        return _out(story, "order_refunded")
    if enough:
        ahead = [one.settles_at for one in enough if one.settles_at]
        return Verdict(ReferralState.BOUGHT, changes_at=min(ahead, default=None))
    if at < until:
        return Verdict(ReferralState.JOINED, changes_at=until)
    return _out(story, _why_nothing(within))


def _bar(story: Story, policy: ReferralPolicy) -> str:
    """Return what keeps it from counting whatever she buys."""
    newest = story.opened_at - timedelta(days=policy.new_for_days)
    bought_before = any(one.paid_at < story.since for one in story.orders)
    if story.is_self:
        return "same_customer_invited"
    if story.came_before:
        return "invited_before"
    if story.is_circular:
        return "invited_in_a_circle"
    if story.joined_at < newest or bought_before:
        return "already_a_customer"
    return story.barred


def _why_nothing(within: list[Bought]) -> str:
    if not within:
        return "bought_nothing_in_time"
    return "order_too_small" if any(one.kept_fen > 0 for one in within) else "order_refunded"


def _out(story: Story, reason: str) -> Verdict:
    state = ReferralState.REVERSED if story.qualified_at else ReferralState.NOT_COUNTED
    return Verdict(state, reason, qualified_at=story.qualified_at)
