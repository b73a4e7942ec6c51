"""Two customers turn out to be one human, or turn out not to be: nothing is lost either way.

A merge moves identities and points to the root; everything else stays where it is and is read
through the root (see ``loyalty.roots``). Undone, identities and points go back: see ``sharing``.
"""

from datetime import datetime

from loyalty import ledger, standing
from loyalty.again import in_transaction
from loyalty.customers.identifying import join
from loyalty.customers.sharing import share
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.roots import roots_of
from models import db

_TO_BE_READ = "SELECT * FROM merge WHERE id = $1"

_ADD = """
INSERT INTO merge (root_id, other_id, evidence, merged_by, merged_at, identity_ids, root_entries,
                   idle_before)
SELECT $1, $2, $3, $4, $5, ARRAY(SELECT id FROM identity WHERE customer_id = $2 ORDER BY id),
       entry_count, idle_expires_at
FROM member WHERE id = $1
RETURNING id
"""

_LED = """
WITH customers AS (
    UPDATE customer SET merged_into_id = $1 WHERE id = $2 OR merged_into_id = $2
), members AS (
    UPDATE member SET merged_into_id = $1 WHERE id = $2 OR merged_into_id = $2
), identities AS (
    UPDATE identity SET customer_id = $1, before_merge_id = coalesce(before_merge_id, $2)
    WHERE customer_id = $2
)
UPDATE merge SET idle_after = (SELECT idle_expires_at FROM member WHERE id = $1) WHERE id = $3
"""

# Who was merged into her before is hers again.
_PARTED = """
WITH RECURSIVE hers AS (
    SELECT other_id AS id FROM merge WHERE root_id = $2 AND undone_at IS NULL
    UNION
    SELECT other_id FROM hers JOIN merge ON root_id = hers.id AND undone_at IS NULL
), customers AS (
    UPDATE customer SET merged_into_id = NULLIF($2, id)
    WHERE id = $2 OR id IN (SELECT id FROM hers)
), members AS (
    UPDATE member SET merged_into_id = NULLIF($2, id)
    WHERE id = $2 OR id IN (SELECT id FROM hers)
), identities AS (
    UPDATE identity SET customer_id = $2, before_merge_id = NULLIF(before_merge_id, $2)
    WHERE customer_id = $1
      AND (before_merge_id = $2 OR before_merge_id IN (SELECT id FROM hers))
)
UPDATE merge SET undone_by = $4, undone_at = $5,
       undone_entries = (SELECT entry_count FROM member WHERE id = $1)
WHERE id = $3
"""

# Where nothing put the root's inactivity off since, each goes on with her own, if that still lies
# ahead; else both go on with what they had together.
_IDLE = """
UPDATE member SET idle_expires_at = CASE
    WHEN shared.idle_expires_at IS NOT DISTINCT FROM merge.idle_after
         AND (own.idle_expires_at IS NULL OR own.idle_expires_at > $4) THEN own.idle_expires_at
    ELSE shared.idle_expires_at END
FROM merge, member AS shared, LATERAL (VALUES
    ($1::bigint, CASE WHEN merge.root_id = $1 THEN merge.idle_before ELSE shared.idle_expires_at
                 END),
    ($2::bigint, (SELECT idle_expires_at FROM member WHERE id = $2))
) AS own (member_id, idle_expires_at)
WHERE merge.id = $3 AND shared.id = $1 AND member.id = own.member_id
"""


async def merge(root_id: int, other_id: int, *, evidence: str, by: str, at: datetime) -> int:
    """Let ``other`` be ``root`` from now on, and return the id of the merge.

    Whoever of the two was merged before stands for whom she became. Merging what is one already
    changes nothing and returns the merge that stands. Joins the caller's transaction; then a
    ``db.Collision`` with another process is the caller's to try again.

    Raises:
        NotFound: ``no_such_customer``. Refused: ``same_customer``.
        Conflict: ``member_was_deleted``: nobody is known behind one of them any more.
    """
    if root_id == other_id:
        raise Refused("same_customer", customer_id=root_id)
    return await in_transaction(lambda: _merge(root_id, other_id, evidence=evidence, by=by, at=at))


async def _merge(root_id: int, other_id: int, *, evidence: str, by: str, at: datetime) -> int:
    root, other = await _locked(root_id, other_id, at=at)
    if root == other:
        return await _standing(root_id, other_id)
    (row,) = await db.fetch(_ADD, root, other, evidence, by, at)
    merge_id: int = row["id"]
    key = f"merge:{merge_id}"
    await ledger.record_one(
        ledger.MoveAll(member_id=other, key=key, at=at, cause="merge", to_member_id=root)
    )
    await db.fetch(_LED, root, other, merge_id)
    await standing.changed([root, other])
    return merge_id


async def _locked(root_id: int, other_id: int, *, at: datetime) -> tuple[int, int]:
    """Lock both, in id order, and return who they are now."""
    while True:
        roots = await roots_of([root_id, other_id])
        for customer_id in (root_id, other_id):
            if customer_id not in roots:
                raise NotFound("no_such_customer", customer_id=customer_id)
        await join(list(roots.values()), at=at, through="merge")
        await _lock(list(roots.values()))
        if await roots_of([root_id, other_id]) == roots:
            return roots[root_id], roots[other_id]


async def _lock(member_ids: list[int]) -> None:
    rows = await db.fetch(
        "SELECT id, deleted_at FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        member_ids,
    )
    for row in rows:
        if row["deleted_at"] is not None:
            raise Conflict("member_was_deleted", member_id=row["id"])


async def _standing(root_id: int, other_id: int) -> int:
    rows = await db.fetch(
        "SELECT id FROM merge WHERE other_id = ANY($1::bigint[]) AND undone_at IS NULL"
        " ORDER BY id DESC LIMIT 1",
        [root_id, other_id],
    )
    found: int = rows[0]["id"]
    return found


async def unmerge(merge_id: int, *, by: str, at: datetime) -> None:
    """Undo a merge: identities go back, points are shared out, and both are derived again.

    What her own purchases earned since is hers; what was spent since, the root bears first. The
    sum of both stays, whoever owes. Undoing what is undone changes nothing. Joins the caller's
    transaction; then a ``db.Collision`` with another process is the caller's to try again.

    Raises:
        NotFound: ``no_such_merge``. Conflict: ``member_was_deleted``: both are gone together.
    """
    await in_transaction(lambda: _unmerge(merge_id, by=by, at=at))


async def _unmerge(merge_id: int, *, by: str, at: datetime) -> None:
    rows = await db.fetch(_TO_BE_READ, merge_id)
    if not rows:
        raise NotFound("no_such_merge", merge_id=merge_id)
    other = rows[0]["other_id"]
    root = await _root_with(other)
    (row,) = await db.fetch(_TO_BE_READ, merge_id)
    if row["undone_at"] is not None:
        return
    await ledger.record([ledger.Expire(member_id=root, key=f"merge:{merge_id}:due", at=at)])
    hers = await share(merge_id, root_id=root, other_id=other)
    await db.fetch(_PARTED, root, other, merge_id, by, at)
    await db.fetch(_IDLE, root, other, merge_id, at)
    key = f"merge:{merge_id}:undone"
    await ledger.record_one(
        ledger.MoveBack(
            member_id=root,
            key=key,
            at=at,
            cause="merge_undone",
            to_member_id=other,
            net=hers.net,
            own=hers.own,
            paid=hers.paid,
        )
    )
    await standing.changed([root, other])


async def _root_with(other: int) -> int:
    """Lock a merged customer with her root, and return that."""
    while True:
        root = (await roots_of([other]))[other]
        await _lock([root, other])
        if (await roots_of([other]))[other] == root:
            return root
