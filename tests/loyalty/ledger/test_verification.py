"""Whoever changes the ledger past its verbs is found, and the broken rule is named."""

import msgspec
import pytest

from loyalty.ledger import (
    Adjust,
    ClawBack,
    Earn,
    Expire,
    Finding,
    Move,
    Restore,
    Settle,
    Spend,
    record,
    verify,
)
from models import db
from tests.loyalty.ledger.scene import START, day, fates, joined

LIN, WANG = 1, 2


async def _written() -> None:
    """Write every kind of movement; Lin's entries by number are noted beside them."""
    await joined(3)
    await db.fetch(
        "INSERT INTO rule_version (slot, version, registry, kind, body, starts_at,"
        " created_at, created_by) SELECT 'earn', v, 'earning', 'per_yuan', '{}',"
        " $1, $1, 'test' FROM generate_series(1, 2) AS v",
        START,
    )
    lin = {"member_id": LIN, "at": day(0)}
    told = await fates(
        [
            Earn(  # entry 1, lot 1
                **lin, key="e1", points=100, settles_at=day(0), expires_at=day(30), cause="|",
                rule_version_id=1, breakdown=msgspec.Raw(b'{"lines":[1,2]}'),
            ),
            Earn(**lin, key="e2", points=50, settles_at=day(7)),  # 2, lot 2
            Settle(member_id=LIN, key="set2", at=day(7), earn_key="e2"),  # 3
            Earn(**lin, key="e3", points=40, settles_at=day(7)),  # 4, lot 3: stays pending
            Spend(**lin, key="s", points=120),  # 5
            Restore(**lin, key="r", spend_key="s", points=30),  # 6
            ClawBack(**lin, key="c", points=90, earn_key="e1"),  # 7
            Adjust(**lin, key="a", points=60, expires_at=day(8)),  # 8 with 9, lot 4
            Move(**lin, key="m", to_member_id=WANG, points=5),  # 10
            Expire(member_id=LIN, key="x", at=day(8)),  # 11
        ]
    )  # fmt: skip
    assert told == ["done"] * 10
    assert await verify() == []


TAMPERED = [
    ("UPDATE member SET points_available = points_available + 1 WHERE id = 1",
     {"available_is_sum_of_entries", "available_is_sum_of_lots"}),
    ("UPDATE member SET points_pending = 39 WHERE id = 1",
     {"pending_is_sum_of_entries", "pending_is_sum_of_lots"}),
    ("UPDATE member SET points_debt = 1 WHERE id = 1", {"debt_is_sum_of_entries"}),
    ("UPDATE member SET entry_count = entry_count + 1 WHERE id = 1", {"entries_are_numbered"}),
    ("UPDATE member SET lot_count = lot_count - 1 WHERE id = 1", {"lots_are_numbered"}),
    ("UPDATE member SET chain = '' WHERE id = 1", {"hash_chain"}),
    ("DELETE FROM member WHERE id = 1", {"rows_have_their_member"}),
    ("UPDATE entry SET member_id = 4 WHERE key = 'x'",
     {"available_is_sum_of_entries", "entries_are_numbered", "hash_chain",
      "draws_have_their_entry", "rows_have_their_member"}),
    ("INSERT INTO lot (member_id, number, entry_number, points, remaining, earned_at, settled_at)"
     " VALUES (4, 1, 1, 9, 9, now(), now())", {"rows_have_their_member"}),
    ("INSERT INTO draw VALUES (4, 1, 1, 9)", {"rows_have_their_member"}),
    ("INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached, still_counts,"
     " derived_at) VALUES (4, 'basic', now(), 0, 0, 0, 0, now())", {"rows_have_their_member"}),
    ("INSERT INTO purchase (shop_id, number, customer_id, state, currency, goods_fen,"
     " discount_shop_fen, discount_platform_fen, discount_talent_fen, points_deduct_fen,"
     " freight_fen, paid_fen, refunded_fen, ordered_at, paid_at, source, revision, points_earned,"
     " digest, recorded_at) VALUES (1, 'T-1', 4, 'paid', 'CNY', 0, 0, 0, 0, 0, 0, 0, 0, now(),"
     " now(), 'test', 1, 0, '', now())", {"rows_have_their_member"}),
    ("UPDATE entry SET available = available + 1 WHERE key = 'e1'",
     {"available_is_sum_of_entries", "hash_chain"}),
    ("UPDATE entry SET pending = pending - 1 WHERE key = 'e3'",
     {"pending_is_sum_of_entries", "hash_chain"}),
    ("UPDATE entry SET debt = debt + 1 WHERE key = 'c'",
     {"debt_is_sum_of_entries", "hash_chain"}),
    ("UPDATE entry SET available = available + 1 - 2 * (key = 's')::int WHERE key IN ('e1', 's')",
     {"hash_chain"}),
    ("UPDATE entry SET shortfall = 1 WHERE key = 'c'", {"hash_chain"}),
    ("UPDATE entry SET key = 'other' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET kind = 'adjust' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET kind = 'adjust' WHERE key = 'set2'",
     {"hash_chain", "lots_settle_by_entries"}),
    ("UPDATE entry SET digest = digest || '\\x00' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET at = at + interval '1 microsecond' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET cause = 'gift' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET cause = '', undoes = '|' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET undoes = 'e2' WHERE key = 'c'", {"hash_chain"}),
    ("UPDATE entry SET undoes = '' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET rule_version_id = 2 WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET rule_version_id = NULL WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET breakdown = '{\"lines\": [2, 1]}' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET breakdown = NULL WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET breakdown = NULL, digest = digest || '{\"lines\":[1,2]}'::bytea"
     " WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET hash = '\\x00' WHERE key = 'e1'", {"hash_chain"}),
    ("UPDATE entry SET number = 99 WHERE key = 'x'", {"entries_are_numbered", "hash_chain",
                                                       "draws_have_their_entry"}),
    ("UPDATE entry SET number = CASE key WHEN 'e1' THEN 1002 ELSE 1001 END"
     " WHERE key IN ('e1', 'e2');"
     " UPDATE entry SET number = number - 1000 WHERE number > 1000",
     {"hash_chain", "lots_settle_by_entries"}),
    ("UPDATE entry SET member_id = 3 WHERE key = 'e1'",
     {"available_is_sum_of_entries", "entries_are_numbered", "hash_chain"}),
    ("DELETE FROM entry WHERE key = 'set2'",
     {"available_is_sum_of_entries", "pending_is_sum_of_entries", "entries_are_numbered",
      "hash_chain", "lots_settle_by_entries"}),
    ("DELETE FROM entry WHERE key = 'x'",
     {"available_is_sum_of_entries", "entries_are_numbered", "hash_chain",
      "draws_have_their_entry"}),
    ("UPDATE lot SET remaining = remaining + 1 WHERE member_id = 1 AND number = 2",
     {"available_is_sum_of_lots", "lots_are_sum_of_draws"}),
    ("UPDATE lot SET points = points + 1 WHERE member_id = 1 AND number = 2",
     {"lots_are_sum_of_draws", "hash_chain"}),
    ("UPDATE lot SET points = points + 1, remaining = remaining + 1 WHERE member_id = 1 AND"
     " number = 2; UPDATE lot SET points = points - 1, remaining = remaining - 1 WHERE"
     " member_id = 2", {"available_is_sum_of_lots", "hash_chain"}),
    ("UPDATE lot SET expires_at = expires_at + interval '1 year' WHERE member_id = 1"
     " AND number = 1", {"hash_chain"}),
    ("UPDATE lot SET expires_at = NULL WHERE member_id = 2", {"hash_chain"}),
    ("UPDATE lot SET earned_at = earned_at - interval '1 second' WHERE number = 3",
     {"hash_chain"}),
    ("UPDATE lot SET settled_at = settled_at + interval '1 second' WHERE member_id = 1"
     " AND number = 1", {"hash_chain"}),
    ("UPDATE lot SET settled_at = settled_at + interval '1 second' WHERE number = 2",
     {"lots_settle_by_entries"}),
    ("UPDATE lot SET settled_at = settles_at WHERE number = 3",
     {"lots_settle_by_entries", "available_is_sum_of_lots", "pending_is_sum_of_lots"}),
    ("UPDATE lot SET settled_at = NULL WHERE number = 2", {"lots_settle_by_entries"}),
    ("UPDATE lot SET entry_number = 5 WHERE number = 3", {"hash_chain"}),
    ("UPDATE lot SET entry_number = 500 WHERE number = 3", {"hash_chain"}),
    ("UPDATE lot SET number = 30 WHERE number = 3", {"lots_are_numbered", "hash_chain"}),
    ("UPDATE lot SET member_id = 3, number = 1 WHERE number = 3",
     {"pending_is_sum_of_lots", "lots_are_numbered", "hash_chain"}),
    ("DELETE FROM lot WHERE number = 3",
     {"pending_is_sum_of_lots", "lots_are_numbered", "hash_chain"}),
    ("INSERT INTO lot (member_id, number, entry_number, points, remaining, earned_at, settled_at)"
     " VALUES (3, 1, 1, 9, 9, now(), now())", {"available_is_sum_of_lots", "lots_are_numbered"}),
    ("UPDATE draw SET points = points + 1 WHERE entry_number = 5 AND lot_number = 1",
     {"lots_are_sum_of_draws", "hash_chain"}),
    ("UPDATE draw SET points = points + CASE entry_number WHEN 5 THEN 1 ELSE -1 END"
     " WHERE lot_number = 1 AND entry_number IN (5, 7)", {"hash_chain"}),
    ("UPDATE draw SET entry_number = 500 WHERE entry_number = 5 AND lot_number = 1",
     {"draws_have_their_entry", "hash_chain"}),
    ("UPDATE draw SET lot_number = 4 WHERE entry_number = 5 AND lot_number = 1",
     {"lots_are_sum_of_draws", "hash_chain"}),
    ("UPDATE draw SET member_id = 2, lot_number = 1 WHERE entry_number = 5 AND lot_number = 1",
     {"lots_are_sum_of_draws", "hash_chain", "draws_have_their_entry"}),
    ("DELETE FROM draw WHERE entry_number = 7", {"lots_are_sum_of_draws", "hash_chain"}),
    ("INSERT INTO draw (member_id, entry_number, lot_number, points)"
     " VALUES (1, 500, 1, 7), (1, 501, 1, -7)", {"draws_have_their_entry"}),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "rules"), TAMPERED, ids=[sql for sql, _ in TAMPERED])
async def test_what_was_tampered_with_breaks_a_rule_that_has_a_name(
    pages: None, statements: str, rules: set[str]
) -> None:
    await _written()
    for statement in statements.split(";"):
        await db.fetch(statement)
    findings = await verify()
    assert {finding.rule for finding in findings} == rules
    assert all(finding.told for finding in findings)


async def test_a_finding_names_the_member_and_both_figures(pages: None) -> None:
    await _written()
    await db.fetch("UPDATE member SET points_debt = 7 WHERE id = 2")
    assert await verify() == [Finding(2, "debt_is_sum_of_entries", "7 kept, 0 summed")]
    assert await verify(member_ids=[LIN]) == []
    assert len(await verify(member_ids=[WANG, LIN])) == 1


async def test_a_clean_ledger_has_no_findings_over_many_pages(
    ledger: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalty.ledger.verification.MEMBERS_PER_PAGE", 3)
    member_ids = await joined(10)
    await record(
        [Earn(member_id=who, key=f"e{who}", at=day(0), points=1) for who in member_ids[1:]]
    )
    assert await verify() == []
    await db.fetch("UPDATE member SET points_pending = 2 WHERE id IN (2, 10)")
    assert {finding.member_id for finding in await verify()} == {2, 10}
    await db.fetch("UPDATE member SET points_pending = 1 WHERE id IN (2, 10)")
