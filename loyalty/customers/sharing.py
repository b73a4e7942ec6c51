"""What is whose when a merge is undone: hers is what was earned by her, spending is the root's.

Of the points in the root's account hers are those that came with her, and those that her own
purchases earned since, less what of these was taken back or lapsed, and less what she owed. What
was spent since, whoever tapped, the root bears first, and she only what the root never had.
"""

from msgspec import Struct

from models import db


class Share(Struct, frozen=True):
    """What goes back, as ``ledger.MoveBack`` wants it."""

    net: int
    own: tuple[tuple[int, int | None], ...]
    paid: tuple[tuple[int, int], ...]


# Ledgers that held hers since, from which entry to which: the root's, and where that went on to.
# Lots that came with her are hers, whoever earned them once; the others, by the earning: so are
# those that went on with the root into a later merge and came back, as it was undone. ``gone`` came
# with her, and were parted from her since: theirs is not hers.
_SCOPE = """
WITH RECURSIVE hers AS (
    SELECT other_id AS id FROM merge WHERE id = $1
    UNION
    SELECT other_id FROM hers JOIN merge ON root_id = hers.id AND undone_at IS NULL
), gone AS (
    SELECT earlier.other_id AS id FROM hers JOIN merge AS earlier ON earlier.root_id = hers.id
    WHERE earlier.id < $1 AND earlier.undone_at >= (SELECT merged_at FROM merge WHERE id = $1)
    UNION
    SELECT other_id FROM gone JOIN merge ON root_id = gone.id AND merge.id < $1
                                        AND undone_at IS NULL
), through AS (
    SELECT root_id AS member_id, root_entries AS after, 2147483647 AS until, id AS merge_id,
           true AS stands
    FROM merge WHERE id = $1
    UNION ALL
    SELECT root_id, root_entries, coalesce(undone_entries, 2147483647), id,
           stands AND undone_at IS NULL
    FROM through JOIN merge ON other_id = through.member_id AND id > through.merge_id
), since AS (
    SELECT entry.*, stands, merge_id FROM through
    JOIN entry ON entry.member_id = through.member_id AND number > after AND number <= until
), whose AS (
    SELECT entry.key, entry.member_id, entry.number,
           earner.id IN (SELECT id FROM hers) AS is_hers,
           earner.id IN (SELECT id FROM gone EXCEPT SELECT id FROM hers) AS is_gone
    FROM entry CROSS JOIN LATERAL (SELECT coalesce((SELECT customer_id FROM purchase WHERE id = CASE
        WHEN cause ~ '^purchase:[0-9]{1,18}$' THEN split_part(cause, ':', 2)::bigint END),
                    entry.member_id) AS id) AS earner
    WHERE entry.key IN (SELECT undoes FROM since WHERE undoes IS NOT NULL)
       OR (entry.member_id, entry.number) IN (
           SELECT home.member_id, home.entry_number FROM since
           JOIN lot ON lot.member_id = since.member_id AND lot.entry_number = since.number
           JOIN lot AS home ON home.member_id = coalesce(lot.origin_member_id, lot.member_id)
                           AND home.number = coalesce(lot.origin_number, lot.number))
), held AS (
    SELECT lot.*, stands, whose.is_hers FROM since
    JOIN lot ON lot.member_id = since.member_id AND lot.entry_number = since.number
    JOIN lot AS home ON home.member_id = coalesce(lot.origin_member_id, lot.member_id)
                    AND home.number = coalesce(lot.origin_number, lot.number)
    JOIN whose ON whose.member_id = home.member_id AND whose.number = home.entry_number
    WHERE CASE WHEN since.kind = 'move' AND merge_id = $1 AND since.cause <> 'merge_undone'
               THEN since.key IN ('merge:' || $1 || ':in', 'merge:' || $1 || ':pending:in')
               ELSE whose.is_hers END
      AND NOT whose.is_gone
), drawn AS (
    SELECT draw.*, since.kind, held.number IS NOT NULL AS from_hers,
           coalesce(whose.is_hers, false) AND since.kind = 'claw_back' AS by_hers
    FROM since
    JOIN draw ON draw.member_id = since.member_id AND draw.entry_number = since.number
    LEFT JOIN whose ON whose.key = since.undoes
    LEFT JOIN held ON held.member_id = draw.member_id AND held.number = draw.lot_number
)
"""

_FIGURES = f"""
{_SCOPE}
SELECT (SELECT points_available - points_debt FROM member WHERE id = $2) AS net,
       (SELECT coalesce(sum(remaining), 0) FROM held
        WHERE member_id = $2 AND stands AND settled_at IS NOT NULL)
     + (SELECT coalesce(sum(points), 0) FROM drawn WHERE from_hers AND NOT by_hers
        AND kind IN ('spend', 'restore', 'adjust', 'claw_back'))
     - (SELECT coalesce(sum(points), 0) FROM drawn WHERE by_hers AND NOT from_hers)
     - (SELECT coalesce(sum(debt), 0) FROM since JOIN whose ON whose.key = since.undoes
        WHERE is_hers AND since.kind = 'claw_back')
     - (SELECT debt FROM entry WHERE key = 'merge:' || $1 || ':in') AS hers,
       (SELECT coalesce(-sum(available), 0) FROM since WHERE stands
        AND (kind = 'spend' OR kind = 'adjust' AND available < 0
             OR kind = 'restore' AND undoes IN (SELECT key FROM since))) AS spent
"""

# Home is the lot that this merge drew from: an older one of hers is out of a later undoing's sight.
_OWN = f"""
{_SCOPE}
SELECT number, CASE WHEN origin_member_id = $3 AND EXISTS (
    SELECT FROM entry AS gone
    JOIN draw ON draw.member_id = gone.member_id AND draw.entry_number = gone.number
    WHERE gone.key IN ('merge:' || $1, 'merge:' || $1 || ':pending')
      AND draw.lot_number = held.origin_number) THEN origin_number END AS home
FROM held WHERE member_id = $2 AND stands ORDER BY number
"""

_PAID = f"""
{_SCOPE}
SELECT lot_number, sum(points)::bigint AS points FROM drawn
WHERE member_id = $2 AND kind = 'claw_back'
GROUP BY lot_number, from_hers HAVING sum(points) > 0
ORDER BY from_hers = $3::boolean DESC, lot_number
"""


async def share(merge_id: int, *, root_id: int, other_id: int) -> Share:
    """Return what goes back to the other; the members are locked."""
    (row,) = await db.fetch(_FIGURES, merge_id, root_id)
    net, hers, spent = int(row["net"]), int(row["hers"]), int(row["spent"])
    of_root = max(0, net - hers + spent)
    borne = min(max(0, spent - of_root), max(0, hers))
    own = await db.fetch(_OWN, merge_id, root_id, other_id)
    paid = await db.fetch(_PAID, merge_id, root_id, hers - borne >= 0)
    return Share(
        net=hers - borne,
        own=tuple((one["number"], one["home"]) for one in own),
        paid=tuple((one["lot_number"], one["points"]) for one in paid),
    )
