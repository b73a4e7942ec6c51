"""Give the prizes of lists that staff approved: each once, by however many workers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from loyalty import boosts, coupons, ledger, programme
from loyalty.again import in_transaction
from loyalty.boosts import Grant
from loyalty.calendar import days_good
from loyalty.coupons import Issue, Reason
from loyalty.errors import Refused
from loyalty.leaderboards.telling import Won, tell
from loyalty.policies import POLICIES
from loyalty.policies.board import Board, Prize
from loyalty.programme import Programme, Rule
from loyalty.roots import roots_of
from loyalty.rule_points import earn_by_rule
from loyalty.standing.changes import changed
from models import db

BATCH = 200

_DUE = """
SELECT final_id, board_prize.rank, member_id, board, season, rule_version_id
FROM board_prize JOIN board_final ON board_final.id = final_id
WHERE given_at IS NULL ORDER BY final_id, board_prize.rank LIMIT $1
FOR UPDATE OF board_prize SKIP LOCKED
"""
_GIVEN = """
UPDATE board_prize SET given_at = $6, points = told.points, coupon_id = told.coupon_id,
       coupon_refusal = told.refusal
FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[])
     AS told (final_id, rank, points, coupon_id, refusal)
WHERE board_prize.final_id = told.final_id AND board_prize.rank = told.rank
"""


class _Due(NamedTuple):
    """A prize to give to who she is now."""

    final_id: int
    rank: int
    member_id: int
    season: str
    rule: Rule
    prize: Prize

    @property
    def key(self) -> str:
        """Return the key of all that it gives."""
        return f"{self.rule.slot}:{self.season}:prize:{self.rank}"

    @property
    def reason(self) -> Reason:
        """Return why she has the coupon."""
        board: Board = self.rule.body
        return Reason(
            zh=f"{board.name_zh}第 {self.rank} 名", en=f"No. {self.rank} of {board.name_en}"
        )


async def pay(*, at: datetime) -> int:
    """Give prizes that are approved, a batch a transaction, and return how many.

    Where the batch of a coupon gives none, she has the rest of her prize, and staff read why. Who
    deleted her account after the list was approved is given nothing.
    """
    paid = 0
    while done := await in_transaction(lambda: _pay(at=at)):
        paid += done
    return paid


async def _pay(*, at: datetime) -> int:
    rows = await db.fetch(_DUE, BATCH)
    if not rows:
        return 0
    roots = await _locked([row["member_id"] for row in rows])
    rules = await programme.load()
    gone = await _deleted(roots.values())
    await _pass_over([row for row in rows if roots[row["member_id"]] in gone], at=at)
    due = [
        _due(row, roots[row["member_id"]], rules)
        for row in rows
        if roots[row["member_id"]] not in gone
    ]
    await _earn([one for one in due if one.prize.reward_points], rules, at=at)
    issued = await _issue([one for one in due if one.prize.reward_coupon_slot], at=at)
    await boosts.give([_boost(one, at=at) for one in due if one.prize.boost_percent], at=at)
    await db.fetch(
        _GIVEN,
        [one.final_id for one in due],
        [one.rank for one in due],
        [one.prize.reward_points for one in due],
        [issued.get(one.key, (None, ""))[0] for one in due],
        [issued.get(one.key, (None, ""))[1] for one in due],
        at,
    )
    await tell([_won(one, issued.get(one.key, (None, ""))[0]) for one in due], at=at)
    await changed({one.member_id for one in due})
    return len(rows)


async def _deleted(member_ids: Iterable[int]) -> set[int]:
    """Return those of these members, who are held, whose account was deleted meanwhile."""
    rows = await db.fetch(
        "SELECT id FROM member WHERE id = ANY($1::bigint[]) AND deleted_at IS NOT NULL",
        sorted(set(member_ids)),
    )
    return {row["id"] for row in rows}


async def _pass_over(rows: Sequence[db.Row], *, at: datetime) -> None:
    """Give nothing to who deleted her account: it is said, and holds up nobody else's prize."""
    await db.fetch(
        _GIVEN,
        [row["final_id"] for row in rows],
        [row["rank"] for row in rows],
        [0] * len(rows),
        [None] * len(rows),
        ["member_was_deleted"] * len(rows),
        at,
    )


async def _locked(member_ids: Sequence[int]) -> dict[int, int]:
    """Lock who these members are now, in the order of ids, and return them."""
    while True:
        roots = await roots_of(member_ids)
        await db.fetch(
            "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            sorted(set(roots.values())),
        )
        if await roots_of(member_ids) == roots:
            return roots


def _due(row: db.Row, member_id: int, rules: Programme) -> _Due:
    rule = rules.version(row["rule_version_id"], POLICIES)
    assert rule is not None, "versions stay for what they made"
    prize = rule.body.prize_of(row["rank"])
    assert prize, "only ranks that win are approved"
    return _Due(row["final_id"], row["rank"], member_id, row["season"], rule, prize)


async def _earn(due: Sequence[_Due], rules: Programme, *, at: datetime) -> None:
    if not due:
        return
    outcomes = await ledger.record(
        [
            earn_by_rule(
                one.member_id,
                one.key,
                one.prize.reward_points,
                slot=one.rule.slot,
                rule_version_id=one.rule.version_id,
                rules=rules,
                at=at,
            )
            for one in due
        ]
    )
    for outcome in outcomes:
        outcome.unwrap()


async def _issue(due: Sequence[_Due], *, at: datetime) -> dict[str, tuple[int | None, str]]:
    """Issue the coupons and return the id of each, or why there is none, by key."""
    if not due:
        return {}
    wanted = [
        Issue(one.key, one.member_id, one.prize.reward_coupon_slot, one.reason) for one in due
    ]
    outcomes = await coupons.issue(wanted, at=at)
    found: dict[str, tuple[int | None, str]] = {}
    for one, done in zip(due, outcomes, strict=True):
        refusal = done.refusal
        may_lack = isinstance(refusal, Refused) or (
            refusal is not None and refusal.code == "no_such_coupon_batch"
        )
        found[one.key] = (None, refusal.code) if refusal and may_lack else (done.unwrap(), "")
    return found


def _boost(one: _Due, *, at: datetime) -> Grant:
    return Grant(
        key=one.key,
        member_id=one.member_id,
        times_percent=one.prize.boost_percent,
        starts_at=at,
        ends_at=days_good(at, one.prize.boost_days),
        cause=one.rule.slot,
        rule_version_id=one.rule.version_id,
    )


def _won(one: _Due, coupon_id: int | None) -> Won:
    return Won(one.key, one.member_id, one.rule.body, one.rank, one.prize, coupon_id is not None)
