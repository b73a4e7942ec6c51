"""What members claimed, as it stands."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.programme import Rule
from loyalty.roots import ids_of
from loyalty.seasons import Season
from models import db


class HeldClaim(Struct, frozen=True):
    """A step that was claimed; ``owner_id`` is whose it was before a merge.

    ``points`` are those of it that are with her, ``coupon_id`` the coupon that she still has.
    """

    member_id: int
    owner_id: int
    slot: str
    round: str
    step: int
    rule_version_id: int
    starts_at: datetime
    ends_at: datetime | None
    times: int
    points: int
    last_points: int
    coupon_id: int | None
    claimed_at: datetime
    undone_at: datetime | None

    @property
    def key(self) -> str:
        """Return the key of the coupon and of the entry that the last time gave."""
        return key_of(self.slot, self.round, self.step, owner_id=self.owner_id, times=self.times)

    @property
    def span(self) -> Season:
        """Return its round."""
        endless = datetime.max.replace(tzinfo=self.starts_at.tzinfo)
        return Season(self.round, self.starts_at, self.ends_at or endless)


def key_of(slot: str, round_name: str, step: int, *, owner_id: int, times: int) -> str:
    """Return the key of what one time of a step gives."""
    return f"{slot}:{round_name}:{step}:{owner_id}:{times}"


_HELD = """
SELECT coalesce(owner.merged_into_id, owner.id), claim.member_id, claim.slot, round, step,
       claim.rule_version_id, starts_at, ends_at, times, points, last_points, coupon_id,
       claimed_at, undone_at
FROM customer AS owner JOIN challenge_claim AS claim ON claim.member_id = owner.id
WHERE coalesce(owner.merged_into_id, owner.id) = ANY($1::bigint[]) AND {which}
ORDER BY claimed_at, claim.member_id, step
"""
_OF_ROUNDS = _HELD.format(which="claim.slot = ANY($2::text[]) AND round = ANY($3::text[])")
# What was claimed for orders is looked at again only where one of that round was given back since,
# or she was parted from another: most who buy have claims, and few give anything back.
_GIVEN_BACK = f"""
    claim.rule_version_id = ANY($5::bigint[])
    OR EXISTS (SELECT FROM purchase
               WHERE customer_id = ANY({ids_of("coalesce(owner.merged_into_id, owner.id)")})
                 AND paid_at >= starts_at AND paid_at < coalesce(claim.ends_at, 'infinity')
                 AND (refunded_fen > 0 OR purchase.state = 'replaced')
                 AND recorded_at >= claimed_at)
    OR EXISTS (SELECT FROM merge WHERE root_id = claim.member_id AND merge.undone_at >= claimed_at)
"""
_STANDING = _HELD.format(
    which="claim.slot = ANY($2::text[]) AND claim.undone_at IS NULL AND claimed_at > $3"
    f" AND claim.rule_version_id = ANY($4::bigint[]) AND ({_GIVEN_BACK})"
)


async def of_rounds(
    member_ids: Sequence[int], slots: Sequence[str], rounds: Sequence[str]
) -> dict[int, list[HeldClaim]]:
    """Return what members claimed in rounds of these names, undone or not, by their ids."""
    rows = await db.fetch(_OF_ROUNDS, list(member_ids), list(slots), list(rounds))
    return _by_member([HeldClaim(*row) for row in rows])


async def in_doubt(
    member_ids: Sequence[int], versions: Sequence[Rule], *, since: datetime
) -> dict[int, list[HeldClaim]]:
    """Return what these versions gave members since a moment and they may have reached no more."""
    slots = sorted({one.slot for one in versions})
    all_of_them = [one.version_id for one in versions]
    always = [
        one.version_id
        for one in versions
        if not all(kind.of_orders or kind.stays for kind in one.body.looks_at)
    ]
    rows = await db.fetch(_STANDING, list(member_ids), slots, since, all_of_them, always)
    return _by_member([HeldClaim(*row) for row in rows])


def _by_member(claims: Sequence[HeldClaim]) -> dict[int, list[HeldClaim]]:
    found: dict[int, list[HeldClaim]] = {}
    for one in claims:
        found.setdefault(one.member_id, []).append(one)
    return found
