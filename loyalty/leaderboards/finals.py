"""Final lists as they stand: who is left out and why, and who moves up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from loyalty import programme
from loyalty.errors import NotFound
from loyalty.leaderboards.played import Played
from loyalty.leaderboards.scoring import scores_now
from loyalty.policies import POLICIES
from loyalty.policies.board import Board, Prize
from loyalty.roots import HER_IDS
from loyalty.seasons import Season
from models import db

LeftOut = Literal["", "disqualified", "merged"]


class Final(Struct, frozen=True):
    """A season that is frozen: ``deeds`` counts what staff did with it, so that all see the same.

    ``places`` and ``winners`` say how many there are, ``given`` how many have their prize.
    """

    id: int
    uuid: UUID
    slot: str
    season: Season
    rule_version_id: int
    board: Board
    frozen_at: datetime
    approved_at: datetime | None
    approved_by: str
    places: int
    winners: int
    given: int
    deeds: int


class FinalPlace(Struct, frozen=True):
    """A frozen line. ``rank`` is None for who is left out; else those above are closed up.

    ``member_id`` and ``member_uuid`` are who she is now.
    """

    frozen_rank: int
    rank: int | None
    left_out: LeftOut
    member_id: int
    member_uuid: UUID
    score: int
    reached_at: datetime
    prize: Prize | None


class Ended(Struct, frozen=True):
    """How a season ended for one member: the rank that won, and what; None where she won nothing.

    ``has_coupon`` is False where the batch of the prize's coupon had none for her.
    """

    season: str
    rank: int | None
    prize: Prize | None
    has_coupon: bool
    given_at: datetime | None


class Looked(Struct, frozen=True):
    """What became of a place since: the score as it is now, and orders of that season.

    ``kept_fen`` and ``refunded_fen`` are of all ``orders`` that she paid in it.
    """

    score_now: int
    orders: int
    kept_fen: int
    refunded_fen: int
    refunded_orders: int


_FINALS = """
SELECT final.*, coalesce(staff_member.name, '') AS approved_by,
       (SELECT count(*) FROM board_place WHERE final_id = final.id) AS places,
       (SELECT count(*) FROM board_prize WHERE final_id = final.id) AS winners,
       (SELECT count(given_at) FROM board_prize WHERE final_id = final.id) AS given,
       (SELECT count(*) FROM board_deed WHERE final_id = final.id) AS deeds
FROM board_final AS final LEFT JOIN staff_member ON staff_member.id = approved_by_id
"""
_PLACES = """
SELECT place.rank, coalesce(customer.merged_into_id, customer.id) AS root, root.uuid, score,
       reached_at,
       coalesce((SELECT kind = 'disqualified' FROM board_deed
                 WHERE final_id = $1 AND board_deed.rank = place.rank
                 ORDER BY id DESC LIMIT 1), false) AS is_disqualified
FROM board_place AS place JOIN customer ON customer.id = member_id
JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
WHERE final_id = $1 ORDER BY place.rank
"""
_LOOKED = """
SELECT place.id, count(purchase.id) AS orders,
       coalesce(sum(greatest(paid_fen - freight_fen - refunded_fen, 0)), 0)::bigint AS kept,
       coalesce(sum(refunded_fen), 0)::bigint AS refunded,
       count(*) FILTER (WHERE refunded_fen > 0) AS refunded_orders
FROM unnest($1::bigint[]) AS place (id)
LEFT JOIN customer ON coalesce(merged_into_id, customer.id) = place.id
LEFT JOIN purchase ON customer_id = customer.id AND paid_at >= $2 AND paid_at < $3
     AND state <> 'replaced'
GROUP BY place.id
"""


async def newest(*, limit: int) -> list[Final]:
    """Return the newest final lists, those first that wait for staff."""
    return await _finals(
        "ORDER BY approved_at IS NOT NULL, ends_at DESC, final.id DESC LIMIT $1", limit
    )


async def of(uuid: UUID) -> Final:
    """Return a final list.

    Raises:
        NotFound: ``no_such_final``.
    """
    found = await _finals("WHERE final.uuid = $1", uuid)
    if not found:
        raise NotFound("no_such_final")
    return found[0]


_ENDED = f"""
SELECT final.season, final.rule_version_id, prize.rank, prize.given_at, prize.coupon_refusal
FROM (SELECT * FROM board_final WHERE board = $2 AND approved_at IS NOT NULL
      ORDER BY ends_at DESC LIMIT 1) AS final
LEFT JOIN LATERAL (SELECT * FROM board_prize
                   WHERE final_id = final.id AND member_id = ANY({HER_IDS})
                   ORDER BY rank LIMIT 1) AS prize ON true
"""


async def last_of(slot: str, member_id: int) -> Ended | None:
    """Return how the newest season of a board that staff approved ended for a member."""
    rows = await db.fetch(_ENDED, member_id, slot)
    if not rows:
        return None
    (row,) = rows
    rule = (await programme.recent(knowing=[row["rule_version_id"]])).version(
        row["rule_version_id"], POLICIES
    )
    assert rule, "versions stay for what they made"
    won: int | None = row["rank"]
    return Ended(
        season=row["season"],
        rank=won,
        prize=rule.body.prize_of(won) if won else None,
        has_coupon=not row["coupon_refusal"],
        given_at=row["given_at"],
    )


async def _finals(where: str, *arguments: object) -> list[Final]:
    rows = await db.fetch(f"{_FINALS} {where}", *arguments)
    rules = await programme.load() if rows else None
    found = []
    for row in rows:
        rule = rules and rules.version(row["rule_version_id"], POLICIES)
        assert rule, "versions stay for what they made"
        found.append(
            Final(
                id=row["id"],
                uuid=row["uuid"],
                slot=row["board"],
                season=Season(row["season"], row["starts_at"], row["ends_at"]),
                rule_version_id=row["rule_version_id"],
                board=rule.body,
                frozen_at=row["frozen_at"],
                approved_at=row["approved_at"],
                approved_by=row["approved_by"],
                places=row["places"],
                winners=row["winners"],
                given=row["given"],
                deeds=row["deeds"],
            )
        )
    return found


async def places(final: Final) -> list[FinalPlace]:
    """Return the lines of a list in their order, as staff left them.

    Whoever is disqualified is so with all that she was merged with; of two places of one human the
    first counts. Those below move up.
    """
    rows = await db.fetch(_PLACES, final.id)
    out = {row["root"] for row in rows if row["is_disqualified"]}
    seen: set[int] = set()
    found: list[FinalPlace] = []
    for row in rows:
        left_out: LeftOut = ""
        if row["root"] in out:
            left_out = "disqualified"
        elif row["root"] in seen:
            left_out = "merged"
        else:
            seen.add(row["root"])
        rank = None if left_out else len(seen)
        found.append(
            FinalPlace(
                frozen_rank=row["rank"],
                rank=rank,
                left_out=left_out,
                member_id=row["root"],
                member_uuid=row["uuid"],
                score=row["score"],
                reached_at=row["reached_at"],
                prize=final.board.prize_of(rank) if rank else None,
            )
        )
    return found


async def look(final: Final, member_ids: Sequence[int]) -> dict[int, Looked]:
    """Return what became of members of a list since it was frozen, by their ids."""
    rules = await programme.load()
    rule = rules.version(final.rule_version_id, POLICIES)
    assert rule, "versions stay for what they made"
    one = Played(rule, final.season, is_promised=True)
    now = await scores_now(member_ids, one)
    span = final.season
    rows = await db.fetch(_LOOKED, sorted(set(member_ids)), span.starts_at, span.ends_at)
    return {
        row["id"]: Looked(
            now.get(row["id"], 0),
            row["orders"],
            row["kept"],
            row["refunded"],
            row["refunded_orders"],
        )
        for row in rows
    }
