"""The command against a real database: once, again, cut off, corrected, side by side."""

import asyncio
import csv
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import openpyxl

from models import Identity, ImportedFile, ParkedRow, Purchase, PurchaseLine, Shop, db
from tests.connectors.files import reports
from tests.connectors.files.conftest import NOW, Import
from tests.connectors.files.reports import taobao, taobao_item, taobao_suborder, write
from tests.connectors.files.test_mapping import FIRST, HEADER, TILL


def read_csv(path: Path) -> list[list[str]]:
    """Return a written CSV's rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


async def money() -> tuple[int, int, int, int]:
    """Return how many purchases and lines there are, and what both say was paid."""
    [row] = await db.fetch(
        "SELECT (SELECT count(*) FROM purchase), (SELECT count(*) FROM purchase_line),"
        " (SELECT coalesce(sum(paid_fen), 0)::bigint FROM purchase),"
        " (SELECT coalesce(sum(paid_fen), 0)::bigint FROM purchase_line)"
    )
    return tuple(row)


def till(folder: Path, orders: int, *, bad: int | None = None) -> tuple[Path, Path]:
    """Write a till's file of two lines an order, and its mapping."""
    lines = [HEADER]
    for i in range(orders):
        row = FIRST.replace("0105,1,", f"0105,{i},").replace("C1", f"C{i % 50}")
        lines += [row, row.replace("S1", "S2")]
    if bad is not None:
        lines[1 + 2 * bad] = lines[1 + 2 * bad].replace("10.00", "oops")
    (folder / "till.csv").write_text("".join(lines), "utf-8")
    (folder / "m.toml").write_text(TILL, "utf-8")
    (folder / "goods.csv").write_text("id,name\nS1,tea\n", "utf-8")
    return folder / "till.csv", folder / "m.toml"


async def test_reports_become_purchases_of_known_buyers(
    jifen_import: Import, tmp_path: Path
) -> None:
    orders = write(tmp_path / "o.csv", reports.TAOBAO_2018, [taobao("11"), taobao("12")])
    said = await jifen_import(orders, "--shop", "tmall:旗舰店")
    assert said.status == 0
    assert "recorded 2 orders" in said.text
    assert "paid 220.00 (freight 20.00)" in said.text
    shop = await Shop.get()
    assert (shop.kind, shop.code) == ("tmall", "旗舰店")
    assert await Identity.get(kind="buyer_name", scope="taobao", value="小林")
    assert await money() == (2, 2, 22000, 20000)


async def test_a_finished_file_is_not_read_again_unless_asked(
    jifen_import: Import, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 40)
    await jifen_import(table, "--mapping", mapping)
    before = await money()
    said = await jifen_import(table, "--mapping", mapping)
    assert "imported already" in said.text
    said = await jifen_import(table, "--mapping", mapping, "--again")
    assert "recorded 0 orders with 0 lines; 40 unchanged" in said.text
    assert await money() == before
    assert {purchase.revision for purchase in await Purchase.all()} == {1}


async def test_dates_move_as_far_the_next_day_as_on_the_first(
    jifen_import: Import, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 3)
    shifted = TILL.replace("[order]", 'shift = "latest_day_is_today"\n[order]', 1)
    mapping.write_text(shifted, "utf-8")
    said = await jifen_import(table, "--mapping", mapping)
    assert "dates move by 321 days" in said.text
    said = await jifen_import(table, "--mapping", mapping, "--again", now=NOW + timedelta(days=9))
    assert "3 unchanged" in said.text
    newest = await Purchase.all().order_by("-paid_at").first()
    assert newest is not None
    assert timedelta() <= NOW - newest.paid_at < timedelta(days=1)


async def test_a_dry_run_says_the_same_and_writes_nothing(
    jifen_import: Import, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 25, bad=3)
    out = tmp_path / "parked.csv"
    tried = await jifen_import(
        table, "--mapping", mapping, "--dry-run", "--batch", 7, "--parked", out
    )
    assert "recorded 24 orders with 48 lines" in tried.text
    assert await money() == (0, 0, 0, 0)
    assert await ImportedFile.all().count() == await ParkedRow.all().count() == 0
    assert len(read_csv(out)) == 3
    done = await jifen_import(table, "--mapping", mapping, "--parked", out)
    sums = [
        line for line in tried.text.splitlines() if line.startswith(("read", "recorded", "parked"))
    ]
    assert [line for line in sums if line not in done.text] == []


async def test_parked_rows_go_out_are_corrected_and_come_in_again(
    jifen_import: Import, tmp_path: Path
) -> None:
    orders = write(
        tmp_path / "o.csv",
        reports.TAOBAO_2018,
        [taobao("1930000000000000011", 买家应付货款="一百"), taobao("12", 买家留言="=cmd()")],
    )
    out = tmp_path / "parked.csv"
    said = await jifen_import(orders, "--shop", "tmall:a", "--parked", out, language="zh")
    assert "搁置 1 单：不是金额" in said.text
    header, row = read_csv(out)
    assert [name.strip() for name in header[:54]] == [n.strip() for n in reports.TAOBAO_2018]
    told = dict(zip(header, row, strict=True))
    assert told["订单编号"] == "'1930000000000000011"
    assert (told["原文件"], told["原行号"], told["问题列"]) == ("o.csv", "2", "买家应付货款")
    assert told["原因"] == "不是金额：一百"
    out.write_text(out.read_text("utf-8-sig").replace("一百,", "100.00,"), "utf-8-sig")
    said = await jifen_import(out, "--shop", "tmall:a")
    assert "recorded 1 order" in said.text
    assert await Purchase.filter(number="1930000000000000011").exists()
    said = await jifen_import("--export-parked", tmp_path / "rest.csv")
    assert "no rows are parked" in said.text


async def test_cells_that_a_spreadsheet_would_run_are_defused(
    jifen_import: Import, tmp_path: Path
) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"]
    rows = [taobao(str(i), paid="?", 买家留言=cell) for i, cell in enumerate(evil)]
    orders = write(tmp_path / "o.csv", [*reports.TAOBAO_2018, "=x"], rows)
    await jifen_import(orders, "--parked", tmp_path / "out.csv")
    cells = [cell for row in read_csv(tmp_path / "out.csv") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


async def test_details_of_known_orders_are_added_later_and_unknown_ones_parked(
    jifen_import: Import, tmp_path: Path
) -> None:
    orders = write(tmp_path / "o.csv", reports.TAOBAO_2018, [taobao("11")])
    items = [
        taobao_suborder("11", "111", 买家实付金额="30.00"),
        taobao_suborder("11", "112", 买家实付金额="70.00"),
        taobao_suborder("99", "991"),
    ]
    details = write(tmp_path / "i.csv", reports.TAOBAO_ITEMS, items)
    await jifen_import(orders, "--shop", "tmall:a")
    said = await jifen_import(details)
    assert "recorded 1 order with 2 lines" in said.text
    assert "parked 1 order: this order is not known yet" in said.text
    lines = await PurchaseLine.all().order_by("number")
    assert [(line.key, line.paid_fen) for line in lines] == [("111", 3000), ("112", 7000)]
    said = await jifen_import(orders, details, "--shop", "tmall:a")
    assert "parked 1 order" in said.text
    assert await money() == (1, 2, 11000, 10000)


async def test_an_order_in_another_file_moves_forward_but_never_changes_its_amounts(
    jifen_import: Import, tmp_path: Path
) -> None:
    sent = taobao("11", 订单状态="卖家已发货，等待买家确认", 确认收货时间="")
    await jifen_import(write(tmp_path / "1.csv", reports.TAOBAO_2018, [sent]))
    said = await jifen_import(write(tmp_path / "2.csv", reports.TAOBAO_2018, [taobao("11")]))
    assert "recorded 1 order" in said.text
    other = taobao("11", paid="90.00", 买家应付货款="80.00", 总金额="90.00")
    said = await jifen_import(write(tmp_path / "3.csv", reports.TAOBAO_2018, [other]))
    assert "parked 1 order: the order is recorded already" in said.text
    purchase = await Purchase.get()
    assert (purchase.state, purchase.paid_fen) == ("completed", 11000)


async def test_an_older_export_after_a_newer_one_brings_nothing_new_and_parks_nothing(
    jifen_import: Import, tmp_path: Path
) -> None:
    suborders = [
        taobao_suborder("11", "111", 买家实付金额="30.00"),
        taobao_suborder("11", "112", 买家实付金额="70.00", 退款状态="退款成功", 退款金额="20.00"),
    ]
    newer = write(tmp_path / "o2.csv", reports.TAOBAO_2018, [taobao("11", 退款金额="20.00")])
    items = write(tmp_path / "i2.csv", reports.TAOBAO_ITEMS, suborders)
    said = await jifen_import(newer, items)
    assert "i2.csv: all rows belong to orders of the other reports" in said.text
    before = await Purchase.get()
    sent = taobao("11", 订单状态="卖家已发货，等待买家确认", 确认收货时间="", 买家会员名="t**3")
    said = await jifen_import(write(tmp_path / "o1.csv", reports.TAOBAO_2018, [sent]))
    assert "recorded 0 orders with 0 lines; 1 unchanged" in said.text
    assert "parked" not in said.text
    after = await Purchase.get()
    assert (after.state, after.refunded_fen, after.revision) == ("completed", 2000, before.revision)


async def test_a_file_cut_in_the_middle_keeps_what_stood_before_and_goes_on_when_whole(
    jifen_import: Import, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 100)
    whole = table.read_bytes()
    table.write_bytes(whole[: len(whole) // 2])
    said = await jifen_import(table, "--mapping", mapping, "--batch", 9)
    assert said.status == 1
    assert "ends in the middle of row" in said.text
    kept = (await money())[0]
    assert 40 < kept < 50
    table.write_bytes(whole)
    said = await jifen_import(table, "--mapping", mapping)
    assert f"recorded {100 - kept} orders" in said.text
    assert await money() == (100, 200, 200000, 180000)


# Whoever started the tests behind a shell left Ctrl-C ignored, which a child would inherit.
CHILD = """
import asyncio, argparse, signal, sys
from connectors.files import command
signal.signal(signal.SIGINT, signal.default_int_handler)
parser = argparse.ArgumentParser()
command.add_arguments(parser)
arguments = parser.parse_args(sys.argv[2:])
raise SystemExit(asyncio.run(command.run(arguments, database_url=sys.argv[1])))
"""


def child(database_url: str, *arguments: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, database_url, *map(str, arguments)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.DEVNULL,
    )


@asynccontextmanager
async def taking_time() -> AsyncIterator[None]:
    """Let a batch take so long that whoever cuts an import off is not too late for it."""
    await db.fetch(
        "CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$"
    )
    await db.fetch(
        "CREATE TRIGGER slowly BEFORE UPDATE ON imported_file"
        " FOR EACH ROW EXECUTE FUNCTION take_time()"
    )
    yield
    await hurry()


async def hurry() -> None:
    """Let a batch take no more time than it needs, from now on."""
    await gone()
    await db.fetch("DROP FUNCTION IF EXISTS take_time CASCADE")


async def moved_past(orders: int) -> None:
    """Wait until an import has recorded more orders than these."""
    for _ in range(1_200):
        if await ImportedFile.filter(orders_read__gt=orders).exists():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the import does not move")


async def gone() -> None:
    """Wait until nothing that a dead process began is under way in the database."""
    async with asyncio.timeout(60):
        while await db.fetch(  # noqa: ASYNC110 (nobody tells us)
            "SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        ):
            await asyncio.sleep(0.05)


async def test_killed_at_any_point_the_same_call_goes_on_and_nothing_is_lost_or_doubled(
    jifen_import: Import, database_url: str, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 1_500, bad=700)
    stands = 0
    async with taking_time():
        for _ in range(3):
            running = child(database_url, table, "--mapping", mapping, "--batch", 40)
            await moved_past(stands)
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
            await gone()
            known = await ImportedFile.get()
            assert known.orders_read > stands
            stands = known.orders_read
            assert await Purchase.all().count() == stands - (1 if stands > 700 else 0)
    said = await jifen_import(table, "--mapping", mapping)
    assert f"going on behind the {stands:,} orders" in said.text
    assert "recorded 1,499 orders with 2,998 lines" in said.text
    assert await money() == (1499, 2998, 1499 * 2000, 1499 * 1800)
    assert await ParkedRow.all().count() == 2


async def test_two_imports_of_one_file_at_once_record_it_once(
    database: None, database_url: str, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 600)
    both = [child(database_url, table, "--mapping", mapping, "--batch", 20) for _ in range(2)]
    statuses = sorted([await asyncio.to_thread(one.wait) for one in both])
    assert statuses in ([0, 0], [0, 1]), "the later one may come when all is done"
    assert await money() == (600, 1200, 600 * 2000, 600 * 1800)


async def test_what_cannot_be_read_is_said_and_nothing_is_begun(
    jifen_import: Import, tmp_path: Path
) -> None:
    (tmp_path / "junk.csv").write_bytes(bytes(range(256)) * 99)
    good = write(tmp_path / "o.csv", reports.TAOBAO_2018, [taobao("11")])
    said = await jifen_import(good, tmp_path / "junk.csv", tmp_path / "gone.csv")
    assert said.status == 1
    assert "junk.csv: unknown header" in said.text
    assert "gone.csv: cannot be opened" in said.text
    (tmp_path / "blank.csv").write_bytes(b"\n ,\n\n")
    assert "blank.csv: the file is empty" in (await jifen_import(tmp_path / "blank.csv")).text
    assert await ImportedFile.all().count() == 0
    assert (await jifen_import()).status == 2
    said = await jifen_import(good, "--shop", "kiosk:1")
    assert said.status == 2
    assert "tmall" in said.text


async def test_a_header_without_rows_is_said_and_done(jifen_import: Import, tmp_path: Path) -> None:
    said = await jifen_import(write(tmp_path / "o.csv", reports.TAOBAO_2018, []))
    assert said.status == 0
    assert "nothing below it" in said.text


async def test_absurd_cells_are_parked_and_stored_short(
    jifen_import: Import, tmp_path: Path
) -> None:
    rows = [
        taobao("11", paid="9" * 10_000_000),
        taobao("12", 买家会员名="nul\0l"),
        taobao("13", 宝贝标题="x" * 2_000_000),
    ]
    said = await jifen_import(write(tmp_path / "o.csv", reports.TAOBAO_2018, rows))
    assert said.status == 0
    assert await ParkedRow.all().count() == 2
    assert "recorded 1 order" in said.text


async def test_an_excel_file_is_read_and_its_rounded_order_numbers_are_parked(
    jifen_import: Import, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(reports.TAOBAO_2018)
    for number in ("1930000000000000011", 1930000000000000000):
        row = taobao("0") | {"订单编号": number, "买家留言": ""}
        page.append([row.get(name.strip(), "") for name in reports.TAOBAO_2018])
    book.save(tmp_path / "o.xlsx")
    said = await jifen_import(tmp_path / "o.xlsx", language="zh")
    assert "入库 1 单" in said.text
    assert "搁置 1 单：编号被表格软件改成了近似数" in said.text


async def test_one_bad_item_keeps_its_whole_order_out(jifen_import: Import, tmp_path: Path) -> None:
    orders = write(tmp_path / "o.csv", reports.TAOBAO_2018, [taobao("11"), taobao("12")])
    items = [taobao_item("11", "a", "1"), taobao_item("11", "b", "x"), taobao_item("12", "c", "5")]
    await jifen_import(write(tmp_path / "i.csv", reports.TAOBAO_ITEMS_OLD, items), orders)
    assert [purchase.number for purchase in await Purchase.all()] == ["12"]
    parked = await ParkedRow.all().order_by("file", "row_number")
    assert [(row.file, row.row_number, row.code) for row in parked] == [
        ("i.csv", 2, "other_row_of_order"),
        ("i.csv", 3, "not_an_amount"),
        ("o.csv", 2, "other_row_of_order"),
    ]


async def test_a_database_that_is_away_is_said_without_a_traceback(tmp_path: Path) -> None:
    orders = write(tmp_path / "o.csv", reports.TAOBAO_2018, [taobao("11")])
    gone = child("postgresql://app:x@127.0.0.1:9/none", orders)
    assert await asyncio.to_thread(gone.wait) == 1
