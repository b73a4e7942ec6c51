"""Undo what members claimed for goals that they have reached no more."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from loyalty import boosts, programme, taking_back
from loyalty.challenges import CHALLENGES, Challenge
from loyalty.challenges.team_total import TeamTotal
from loyalty.programme import Programme, Rule
from loyalty.progress import held
from loyalty.progress.held import HeldClaim
from loyalty.progress.seeing import see
from loyalty.standing.changes import changed
from models import db

LONGEST = timedelta(days=366)
BATCH = 500

_UNDO = """
UPDATE challenge_claim SET points = points - taken, coupon_id = NULLIF(coupon_id, gone),
       last_points = 0, undone_at = $7
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[])
     AS wanted (owner, of_slot, of_round, of_step, taken, gone)
WHERE member_id = owner AND slot = of_slot AND round = of_round AND step = of_step
"""


async def follow(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    """Take back what members claimed and have reached no more, since an order was given back.

    The caller holds their rows. One statement where no order of a claimed round was given back,
    none where no challenge looks at what can be.
    """
    gone = await _gone(member_ids, _undoable(rules), rules, at=at)
    if not gone:
        return
    taken = await taking_back.take_back([(one.member_id, one) for one in gone], rules, at=at)
    await boosts.end([one.given.key for one in taken], at=at)
    await db.fetch(
        _UNDO,
        [one.given.owner_id for one in taken],
        [one.given.slot for one in taken],
        [one.given.round for one in taken],
        [one.given.step for one in taken],
        [one.points for one in taken],
        [one.coupon_id for one in taken],
        at,
    )


async def recheck_teams(*, at: datetime) -> int:
    """Let those be derived again who claimed for what their team has reached no more.

    An order of one of them lets only herself be derived. Returns how many; it can be asked at any
    time, however often.
    """
    rules = await programme.load()
    of_teams = [one for one in _undoable(rules) if isinstance(one.body, TeamTotal)]
    found: set[int] = set()
    for member_ids in await _claimants(of_teams, at=at):
        found |= {one.member_id for one in await _gone(member_ids, of_teams, rules, at=at)}
    await changed(found)
    return len(found)


def _undoable(rules: Programme) -> list[Rule]:
    """Return the versions whose claims are undone: those that look at what can be taken back."""
    found: Iterable[Rule] = rules.rules.get(CHALLENGES.name, ())
    return [
        rule
        for rule in found
        if rule.body.on_refund != "keep" and not all(kind.stays for kind in rule.body.looks_at)
    ]


async def _claimants(versions: Sequence[Rule], *, at: datetime) -> list[list[int]]:
    if not versions:
        return []
    rows = await db.fetch(
        "SELECT DISTINCT coalesce(merged_into_id, customer.id) AS id FROM challenge_claim"
        " JOIN customer ON customer.id = member_id"
        " WHERE undone_at IS NULL AND rule_version_id = ANY($1::bigint[]) AND claimed_at > $2"
        " ORDER BY id",
        [one.version_id for one in versions],
        at - LONGEST,
    )
    ids = [row["id"] for row in rows]
    return [ids[first : first + BATCH] for first in range(0, len(ids), BATCH)]


async def _gone(
    member_ids: Sequence[int], versions: Sequence[Rule], rules: Programme, *, at: datetime
) -> list[HeldClaim]:
    """Return the claims of members that what is left of their orders does not reach."""
    if not versions:
        return []
    claims = await held.in_doubt(member_ids, versions, since=at - LONGEST)
    hers = [one for of_member in claims.values() for one in of_member]
    if not hers:
        return []
    bodies = {one.version_id: one.body for one in versions}
    asked = [bodies[version_id] for version_id in {one.rule_version_id for one in hers}]
    since = min(one.starts_at for one in hers)
    seen = await see(sorted(claims), asked, since=since, until=at)
    gone = []
    for one in hers:
        challenge: Challenge = bodies[one.rule_version_id]
        step = challenge.steps[one.step - 1]
        if challenge.reached(seen.of(one.member_id, challenge, one.span)) < step.target:
            gone.append(one)
    return gone
