"""Members, balances, the ledger and what is owed leave as tables, and balances come back."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from loyalty import customers, ledger, purchases
from loyalty.ledger import Adjust, Expire, Spend
from loyalty.sealing import Sealer
from models import Member, db
from tests.cast import DAY, JUNE_1, LIN, WANG, line, order
from tests.connectors.balances.conftest import Balances, Export

FILE = (
    "会员号,手机号,积分,有效期至\nV1,13800138000,100,2130-12-31\nV1,13800138000,50,永久\nV2,,0,\n"
)


async def lots() -> list[tuple[object, ...]]:
    rows = await db.fetch("SELECT points, remaining, expires_at FROM lot ORDER BY points")
    return [tuple(row) for row in rows]


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_what_went_out_comes_in_again(
    jifen_balances: Balances, jifen_export: Export, tmp_path: Path
) -> None:
    await jifen_balances(FILE)
    out = tmp_path / "out.csv"
    said = await jifen_export("balances", out, "--with-phones")
    assert said.out == f"{out}: 3 rows\n"
    told = rows_of(out)
    assert [(row["points"], row["expires on"]) for row in told] == [
        ("100", "2130-12-31"),
        ("50", "never"),
        ("0", ""),
    ]
    assert [row["mobile"] for row in told] == ["'+8613800138000"] * 2 + [""], "no formula"
    before = await lots()
    await db.fetch(
        "TRUNCATE customer, member, identity, lot, entry, draw, purchase, standing CASCADE"
    )
    assert (await jifen_balances(out, source="from-jifen")).status == 0
    assert await lots() == before
    assert await ledger.verify() == []


async def test_numbers_stay_unless_they_are_asked_for(
    jifen_balances: Balances, jifen_export: Export, tmp_path: Path
) -> None:
    await jifen_balances(FILE)
    for what in ("members", "balances"):
        await jifen_export(what, tmp_path / f"{what}.out.csv")
        assert {row["mobile"] for row in rows_of(tmp_path / f"{what}.out.csv")} == {""}
    await jifen_export("members", tmp_path / "m.parquet", "--with-phones")
    table: Any = pq.read_table(tmp_path / "m.parquet")
    assert table.column("mobile").to_pylist() == ["+8613800138000", None]
    assert table.column("available points").to_pylist() == [150, 0]


async def test_an_address_leaves_masked_and_only_where_numbers_do(
    brand: None, jifen_export: Export, tmp_path: Path, sealer: Sealer
) -> None:
    await purchases.record([order("1", line(10_000))], at=JUNE_1)
    email = customers.seal_email("Wang@example.com", sealer=sealer)
    await customers.know_emails([(WANG, email)], at=JUNE_1)
    for flags, said in (((), ""), (("--with-phones",), "w***@example.com")):
        out = tmp_path / f"members{len(flags)}.csv"
        await jifen_export("members", out, *flags)
        assert [row["email (masked)"] for row in rows_of(out)] == [said]


async def test_the_ledger_leaves_whole_and_as_of_a_day(
    brand: None, jifen_export: Export, tmp_path: Path
) -> None:
    await purchases.record(
        [order("1", line(10_000)), order("2", line(5_000), buyer=(LIN,))], at=JUNE_1
    )
    wang = (await Member.filter(points_pending=100).get()).id
    await ledger.record([Adjust(member_id=wang, key="sorry", at=JUNE_1 + 3 * DAY, points=7)])
    await jifen_export("ledger", tmp_path / "all.csv")
    rows = rows_of(tmp_path / "all.csv")
    assert sorted((row["kind"], row["available"], row["pending"]) for row in rows) == [
        ("adjust", "7", "0"),
        ("earn", "0", "100"),
        ("earn", "0", "50"),
    ]
    assert {row["rule"] for row in rows} == {"earning:base", ""}
    await jifen_export("ledger", tmp_path / "june.csv", "--as-of", "2026-06-01")
    assert len(rows_of(tmp_path / "june.csv")) == 2


async def test_what_is_owed_is_told_by_month_and_agrees_with_the_entries(
    brand: None, jifen_export: Export, tmp_path: Path
) -> None:
    await purchases.record([order("1", line(10_000), buyer=(WANG,))], at=JUNE_1)
    (member,) = await Member.all()
    common: dict[str, Any] = {"member_id": member.id}
    july = JUNE_1 + timedelta(days=30)
    await ledger.record(
        [
            Adjust(**common, key="a", at=JUNE_1, points=70, expires_at=july),
            Adjust(**common, key="b", at=JUNE_1, points=30),
            Spend(**common, key="s", at=JUNE_1 + 2 * DAY, points=20),
            Expire(**common, key="e", at=july + DAY),
        ]
    )
    said = await jifen_export("liability", tmp_path / "early.csv", "--as-of", "2026-06-01")
    assert said.status == 0
    assert "100 points available, 100 pending, 0 owed to us" in said.out
    assert [tuple(row.values())[:3] for row in rows_of(tmp_path / "early.csv")] == [
        ("2026-07", "70", "0"),
        ("2027-06", "0", "100"),
        ("", "30", "0"),
    ]
    said = await jifen_export("liability", tmp_path / "due.csv", "--as-of", "2026-07-01")
    assert "30 points available, 100 pending" in said.out
    assert "50 points of theirs were due" in said.out
    said = await jifen_export("liability", tmp_path / "late.csv", "--as-of", "2026-07-03")
    assert "30 points available, 100 pending" in said.out
    assert "due" not in said.out


async def test_a_file_that_stands_there_is_left_alone(
    brand: None, jifen_export: Export, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("precious")
    with pytest.raises(FileExistsError):
        await jifen_export("members", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "precious"
    with pytest.raises(SystemExit):
        await jifen_export("members", tmp_path / "x.docx")
