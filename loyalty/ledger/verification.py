"""Prove that the ledger adds up: run nightly, after every fault test, and by ``jifen verify``."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from loyalty.ledger.accounts import EntryState, LotState, canonical
from models import EntryKind, db

MEMBERS_PER_PAGE = 2000
GREATEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One member's figures that do not agree, and which rule they break."""

    member_id: int
    rule: str
    told: str


_TOTALS = """
SELECT member.id, member.points_available, member.points_pending, member.points_debt,
       member.entry_count, member.lot_count, member.chain, e.available, e.pending, e.debt,
       e.entries, e.newest, l.settled, l.waiting, l.lots, l.last, l.misdrawn,
       (SELECT count(*) FROM draw WHERE draw.member_id = member.id AND NOT EXISTS (
            SELECT FROM entry WHERE entry.member_id = draw.member_id
                              AND entry.number = draw.entry_number)) AS orphans
FROM member
LEFT JOIN LATERAL (
    SELECT coalesce(sum(available), 0) AS available, coalesce(sum(pending), 0) AS pending,
           coalesce(sum(debt), 0) AS debt, count(*) AS entries, max(number) AS newest
    FROM entry WHERE member_id = member.id) AS e ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sum(remaining) FILTER (WHERE settled_at IS NOT NULL), 0) AS settled,
           coalesce(sum(remaining) FILTER (WHERE settled_at IS NULL), 0) AS waiting,
           count(*) AS lots, max(number) AS last,
           count(*) FILTER (WHERE points - remaining <> coalesce(drawn, 0)) AS misdrawn
    FROM lot LEFT JOIN (
        SELECT lot_number, sum(points) AS drawn FROM draw WHERE member_id = member.id
        GROUP BY lot_number) AS d ON d.lot_number = lot.number
    WHERE member_id = member.id) AS l ON true
WHERE member.id = ANY($1::bigint[])
"""

_CHAINS = """
SELECT entry.member_id, entry.number, kind, key, digest, at, available, pending, debt, shortfall,
       cause, undoes, rule_version_id, breakdown, hash,
       coalesce((SELECT array_agg(lot_number || ':' || points) FROM draw
                 WHERE draw.member_id = entry.member_id
                   AND draw.entry_number = entry.number), '{}') AS draws
FROM entry WHERE entry.member_id = ANY($1::bigint[]) ORDER BY entry.member_id, entry.number
"""


_LOTS = """
SELECT member_id, number, entry_number, points, remaining, earned_at, settles_at, settled_at,
       expires_at, origin_member_id, origin_number
FROM lot WHERE member_id = ANY($1::bigint[]) ORDER BY member_id, number
"""


_OF_NOBODY = """
SELECT member_id, count(*) AS rows
FROM (SELECT member_id FROM entry WHERE {theirs}
      UNION ALL
      SELECT member_id FROM lot WHERE {theirs}
      UNION ALL
      SELECT member_id FROM draw WHERE {theirs}
      UNION ALL
      SELECT member_id FROM standing WHERE {theirs}
      UNION ALL
      SELECT member_id FROM (SELECT customer_id AS member_id FROM purchase) AS bought
      WHERE {theirs}) AS owned
WHERE NOT EXISTS (SELECT FROM member WHERE member.id = member_id)
GROUP BY member_id
"""
_OF_NOBODY_BETWEEN = _OF_NOBODY.format(theirs="member_id > $1 AND member_id <= $2")
_OF_NOBODY_AMONG = _OF_NOBODY.format(theirs="member_id = ANY($1::bigint[])")


async def verify(*, member_ids: list[int] | None = None) -> list[Finding]:
    """Check totals, lots, draws, owners and the hash chain of the given members, or of all.

    Reads page by page, each from one snapshot of its own, so that it can run beside traffic; not
    from within a transaction. No entry tells ``recorded_at``, ``settles_at`` and
    ``idle_expires_at``: these three are taken as they stand.
    """
    return await (_verify_all() if member_ids is None else _verify_some(member_ids))


async def _verify_some(member_ids: list[int]) -> list[Finding]:
    findings: list[Finding] = []
    wanted = sorted(set(member_ids))
    for first in range(0, len(wanted), MEMBERS_PER_PAGE):
        ids = wanted[first : first + MEMBERS_PER_PAGE]
        findings += _of_nobody(await db.fetch(_OF_NOBODY_AMONG, ids))
        findings += await _verify_page(ids)
    return findings


async def _verify_all() -> list[Finding]:
    findings: list[Finding] = []
    after = 0
    while True:
        page = await db.fetch(
            "SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2", after, MEMBERS_PER_PAGE
        )
        last = page[-1]["id"] if page else GREATEST_ID
        findings += _of_nobody(await db.fetch(_OF_NOBODY_BETWEEN, after, last))
        if not page:
            return findings
        findings += await _verify_page([row["id"] for row in page])
        after = last


def _of_nobody(rows: Sequence[db.Row]) -> list[Finding]:
    return [
        Finding(row["member_id"], "rows_have_their_member", f"{row['rows']} of nobody")
        for row in rows
    ]


async def _verify_page(ids: list[int]) -> list[Finding]:
    async with db.transaction():
        await db.fetch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        totals = await db.fetch(_TOTALS, ids)
        lots = [LotState(*row) for row in await db.fetch(_LOTS, ids)]
        entries = [_as_entry(row) for row in await db.fetch(_CHAINS, ids)]
    by_place = {(entry.member_id, entry.number): entry for entry in entries}
    for lot in lots:
        if opening := by_place.get((lot.member_id, lot.entry_number)):
            opening.opened.append(lot)
    findings = [finding for row in totals for finding in _check_totals(row)]
    findings += _check_chains(entries, {row["id"]: row["chain"] for row in totals})
    return findings + _check_settlements(entries)


def _check_totals(row: db.Row) -> list[Finding]:
    pairs = (
        ("available_is_sum_of_entries", row["points_available"], row["available"]),
        ("pending_is_sum_of_entries", row["points_pending"], row["pending"]),
        ("debt_is_sum_of_entries", row["points_debt"], row["debt"]),
        ("available_is_sum_of_lots", row["points_available"], row["settled"]),
        ("pending_is_sum_of_lots", row["points_pending"], row["waiting"]),
        ("entries_are_numbered", row["entry_count"], row["entries"]),
        ("entries_are_numbered", row["entry_count"], row["newest"] or 0),
        ("lots_are_numbered", row["lot_count"], row["lots"]),
        ("lots_are_numbered", row["lot_count"], row["last"] or 0),
        ("lots_are_sum_of_draws", 0, row["misdrawn"]),
        ("draws_have_their_entry", 0, row["orphans"]),
    )
    return [
        Finding(row["id"], rule, f"{kept} kept, {summed} summed")
        for rule, kept, summed in pairs
        if kept != summed
    ]


def _check_chains(entries: list[EntryState], newest: dict[int, bytes]) -> list[Finding]:
    findings: list[Finding] = []
    chains: dict[int, bytes] = dict.fromkeys(newest, b"")
    for entry in entries:
        if entry.chained(chains[entry.member_id]) != entry.hash:
            told = f"entry {entry.number} or a lot it opened was changed"
            findings.append(Finding(entry.member_id, "hash_chain", told))
        chains[entry.member_id] = entry.hash
    findings += [
        Finding(member_id, "hash_chain", "the newest entry is not the one remembered")
        for member_id, chain in newest.items()
        if chains[member_id] != chain
    ]
    return findings


def _check_settlements(entries: list[EntryState]) -> list[Finding]:
    """Compare when pending lots were settled with when entries say that one was."""
    settled: dict[int, Counter[datetime]] = {}
    for entry in entries:
        moments = settled.setdefault(entry.member_id, Counter())
        if entry.kind is EntryKind.SETTLE:
            moments[entry.at] -= 1
        elif entry.pending > 0:
            moments.update(lot.settled_at for lot in entry.opened if lot.settled_at)
    return [
        Finding(member_id, "lots_settle_by_entries", f"{lots} more lots than entries at {at}")
        for member_id, moments in settled.items()
        for at, lots in moments.items()
        if lots
    ]


def _as_entry(row: db.Row) -> EntryState:
    breakdown = row["breakdown"]
    return EntryState(
        member_id=row["member_id"],
        number=row["number"],
        kind=EntryKind(row["kind"]),
        key=row["key"],
        digest=row["digest"],
        at=row["at"],
        available=row["available"],
        pending=row["pending"],
        debt=row["debt"],
        shortfall=row["shortfall"],
        cause=row["cause"],
        undoes=row["undoes"],
        rule_version_id=row["rule_version_id"],
        breakdown=canonical(msgspec.json.decode(breakdown)) if breakdown else None,
        hash=row["hash"],
        draws={int(lot): int(points) for lot, points in (d.split(":") for d in row["draws"])},
    )
