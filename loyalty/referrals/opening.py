"""A friend opens an invitation, or types its code."""

from datetime import datetime
from uuid import UUID

from loyalty import articles, programme
from loyalty.again import in_transaction
from loyalty.calendar import period_of
from loyalty.errors import Refused
from loyalty.policies.referral import ReferralPolicy
from loyalty.programme import Programme, Rule
from loyalty.referrals.codes import holder, in_force
from loyalty.referrals.following import judge_friends
from loyalty.roots import HER_IDS, ids_of, roots_of
from loyalty.standing.changes import changed
from models import ReferralWay, db

_EARLIER = f"""
SELECT referral.uuid, coalesce(merged_into_id, customer.id) AS inviter_root
FROM referral JOIN customer ON customer.id = inviter_id
WHERE invitee_id = ANY({HER_IDS}) ORDER BY opened_at, referral.id LIMIT 1
"""
_MANY = f"""
SELECT count(*) FILTER (WHERE opened_at >= $2 AND opened_at < $3) AS today,
       count(*) FILTER (WHERE opened_at >= $4 AND opened_at < $5) AS this_month
FROM referral WHERE inviter_id = ANY({ids_of("$1::bigint")}) AND barred = ''
      AND opened_at >= least($2::timestamptz, $4::timestamptz)
"""
_REVIEW = """
SELECT FROM product_review
WHERE uuid = $1 AND taken_back_at IS NULL AND hidden_at IS NULL
"""
_ADD = """
INSERT INTO referral (inviter_id, invitee_id, rule_version_id, way, opened_at, barred, shared)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING uuid
"""


async def accept(
    code: str, invitee_id: int, *, way: ReferralWay, at: datetime, shared: str = ""
) -> UUID:
    """Note that a friend came by a member's code; return the invitation's uuid.

    ``shared`` is what was on the card by which she came, see ``models.Referral``; what there is not
    is not noted.

    The first invitation that she opens is hers for ever; opening it again changes nothing.
    Whether it counts is told by what becomes of it. Joins the caller's transaction; then a
    ``db.Collision`` with another process is the caller's to try again.

    Raises:
        NotFound: ``no_such_referral_code``. Refused: ``no_invitations_now``, ``invites_herself``,
            ``invited_already``: by somebody else.
    """
    return await in_transaction(lambda: _accept(code, invitee_id, way=way, at=at, shared=shared))


async def _accept(
    code: str, invitee_id: int, *, way: ReferralWay, at: datetime, shared: str
) -> UUID:
    inviter_id, invitee_id = await _locked(await holder(code), invitee_id)
    rules = await programme.load()
    if inviter_id == invitee_id:
        raise Refused("invites_herself")
    for row in await db.fetch(_EARLIER, invitee_id):
        if row["inviter_root"] != inviter_id:
            raise Refused("invited_already")
        known: UUID = row["uuid"]
        return known
    rule = in_force(rules, at=at)
    barred = await _barred(inviter_id, rule, at=at)
    what = await _shared(shared, rules, at=at) if way is ReferralWay.CARD else ""
    (row,) = await db.fetch(
        _ADD, inviter_id, invitee_id, rule.version_id, way.value, at, barred, what
    )
    await judge_friends([invitee_id], rules, at=at)
    await changed([invitee_id])
    uuid: UUID = row["uuid"]
    return uuid


async def _shared(told: str, rules: Programme, *, at: datetime) -> str:
    """Return what was on a card, if it is there to be read; else nothing."""
    kind, _, name = told.partition(":")
    if kind == "article":
        return told if any(one.code == name for one in articles.listed(rules, at=at)) else ""
    if kind != "review":
        return ""
    try:
        rows = await db.fetch(_REVIEW, UUID(name))
    except ValueError:  # no uuid
        return ""
    return told if rows else ""


async def _barred(inviter_id: int, rule: Rule, *, at: datetime) -> str:
    """Return the cap that one more friend of hers is over; the caller holds her row."""
    policy: ReferralPolicy = rule.body
    day, month = period_of(at, "day"), period_of(at, "month")
    (row,) = await db.fetch(_MANY, inviter_id, *day, *month)
    if row["today"] >= policy.most_friends_a_day:
        return "too_many_today"
    return "too_many_this_month" if row["this_month"] >= policy.most_friends_a_month else ""


async def _locked(inviter_id: int, invitee_id: int) -> tuple[int, int]:
    """Lock both, in id order, and return who they are now."""
    while True:
        roots = await roots_of([inviter_id, invitee_id])
        await db.fetch(
            "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            list(roots.values()),
        )
        if await roots_of([inviter_id, invitee_id]) == roots:
            return roots[inviter_id], roots[invitee_id]
