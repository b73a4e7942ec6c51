"""What boards count: the SQL of each source.

It has a row for each thing counted: the member's id, the moment, and how much it counts. $1 are
member ids, $2 and $3 the first and last moment, as happenings have them.
"""

from loyalty.happenings.check_ins import CheckedIn
from loyalty.happenings.invitations import Invited
from loyalty.happenings.kept_orders import KeptOrder
from loyalty.roots import ids_of

# An entry that undoes an earning leaves with it, whenever it came and whoever bore it. Each member
# is looked up by the index: without statistics the planner would read all entries for each. What a
# board gave counts on none.
_POINTS = f"""
SELECT wanted.id, earned.at,
       greatest(earned.available + earned.pending - earned.debt + coalesce(undone.points, 0), 0)
FROM unnest($1::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT key, at, available, pending, debt FROM entry
    WHERE member_id = ANY({ids_of("wanted.id")}) AND kind = 'earn'
      AND at >= $2 AND at < $3 AND cause NOT LIKE 'board:%'
    OFFSET 0
) AS earned
LEFT JOIN LATERAL (
    SELECT sum(available + pending - debt)::bigint AS points FROM entry
    WHERE undoes = earned.key AND kind IN ('cancel', 'claw_back')
) AS undone ON true
"""
_SPEND = f"SELECT id, at, kept FROM ({KeptOrder.sql}) AS told (id, at, kept)"


def _each(sql: str) -> str:
    return f"SELECT told.id, told.at, 1 FROM ({sql}) AS told (id, at)"


SOURCES = {
    "points": _POINTS,
    "spend": _SPEND,
    "orders": _each(KeptOrder.sql),
    "check_ins": _each(CheckedIn.sql),
    "invitations": _each(Invited.sql),
}
