"""Points that a platform takes from a member or gives her, because she spent them there."""

from datetime import datetime

from loyalty import ledger, programme
from loyalty.ledger import Adjust, Movement, Spend
from loyalty.member_pass.looking import Shown, look
from models import db

CAUSE = "member_pass"
NO_SUCH_MEMBER = "no_such_member"

# A merge and its undoing wait for her: whoever is bound then is bound until the points moved.
_HOLD = "SELECT FROM member WHERE id = $1 FOR UPDATE"


async def change_points(shown: Shown, points: int, *, key: str, at: datetime) -> str:
    """Give points, or take them where they are fewer than none; return "" or why not.

    Asked again by the same key, it is answered as before where it was done. Points that are given
    lapse by the programme's rule. Joins the caller's transaction, which must be open; a
    ``db.Collision`` with another process is the caller's to try again.
    """
    found = await look(shown)
    if found.bound is None:
        return NO_SUCH_MEMBER
    await db.fetch(_HOLD, found.bound)
    if (await look(shown)).bound != found.bound:
        raise db.Outdated
    outcome = (await ledger.record([await _movement(found.bound, points, key=key, at=at)]))[0]
    if outcome.refusal is None:
        return ""
    if outcome.refusal.code == "member_was_merged":
        raise db.Outdated
    return outcome.refusal.code


async def _movement(member_id: int, points: int, *, key: str, at: datetime) -> Movement:
    lapses = (await programme.load()).expiry(at)
    if points < 0:
        return Spend(
            member_id=member_id,
            key=key,
            at=at,
            cause=CAUSE,
            points=-points,
            idle_expires_at=lapses.idle_expires_at(at),
        )
    return Adjust(
        member_id=member_id,
        key=key,
        at=at,
        cause=CAUSE,
        points=points,
        expires_at=lapses.expires_at(at),
    )
