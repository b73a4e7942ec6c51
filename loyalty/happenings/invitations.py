"""Friends whom members invited and who count."""

from loyalty.happenings import Happening
from loyalty.roots import ids_of


class Invited(Happening, frozen=True):
    """A friend who came by her and bought and kept it; ``at`` is when the friend counted."""

    sql = f"""
    SELECT wanted.id, referral.qualified_at FROM unnest($1::bigint[]) AS wanted (id)
    JOIN referral ON referral.inviter_id = ANY({ids_of("wanted.id")})
    WHERE referral.state = 'qualified'
      AND referral.qualified_at >= $2 AND referral.qualified_at <= $3
    ORDER BY wanted.id, referral.qualified_at, referral.id
    """
