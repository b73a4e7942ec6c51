"""What a person reads at the end of an import: plain, exact, and nothing left open."""

from pathlib import Path

import pytest

from connectors.files import reasons, texts
from connectors.files.reasons import REASONS
from tests.connectors.files import reports
from tests.connectors.files.conftest import Import
from tests.connectors.files.reports import taobao, write
from tests.connectors.files.test_import import read_csv

OF_THE_PROGRAMME = ("text_not_writable", "not_enough_pending", "more_than_earned", "key_reused")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", [*REASONS, *OF_THE_PROGRAMME])
def test_a_heading_is_a_sentence_without_gaps(code: str, language: str) -> None:
    told = reasons.heading(code, language)
    assert told != code
    assert not set("…{}?") & set(told)


def test_amounts_are_told_in_yuan_as_the_file_tells_them() -> None:
    figures = {"refunded": 11_101, "paid": 11_000}
    assert reasons.reason("refunded_more_than_paid", figures, "zh") == (
        "退款多于实付：退款 111.01，实付 110.00"
    )
    assert reasons.reason("paid_below_zero", {"paid": -5}, "en") == (
        "the paid amount is below zero: -0.05"
    )


def test_an_order_that_differs_tells_in_what() -> None:
    figures = {"number": "11", "paid_fen": "11000 -> 9000", "state": "completed -> paid"}
    assert reasons.reason("order_differs", figures, "zh") == (
        "此订单已入库，与这里的内容不同：实付 110.00 → 90.00，状态 已完成 → 已付款"
    )
    assert reasons.reason("order_differs", {"number": "11"}, "en").endswith("lines or discounts")


def test_one_is_not_many() -> None:
    for count, expected in (("1", "parked 1 order: x"), ("1,001", "parked 1,001 orders: x")):
        assert texts.said("parked", "en", {"count": count, "reason": "x"}) == expected


async def test_the_end_of_an_import_says_what_was_parked_and_how_to_get_it(
    jifen_import: Import, tmp_path: Path
) -> None:
    rows = [
        taobao("11"),
        taobao("12", 退款金额="111.00"),
        taobao("13", 退款金额="999.00"),
        taobao("14", paid="90.00"),
    ]
    orders = write(tmp_path / "o.csv", reports.TAOBAO_2018, rows)
    tried = await jifen_import(orders, "--dry-run", language="zh")
    assert tried.text.splitlines()[-2:] == [
        "共 3 行会被搁置，可用 --parked 文件.csv 导出查看",
        "试运行：什么都没有写入",
    ]
    said = await jifen_import(orders, language="zh")
    assert said.text.splitlines()[-3:] == [
        "搁置 1 单：总金额与实付、平台抵扣、积分对不上",
        "搁置 2 单：退款多于实付",
        "共 3 行被搁置，可用 --export-parked 文件.csv 导出，改正后再导入",
    ]
    out = tmp_path / "parked.csv"
    await jifen_import("--export-parked", out, language="zh")
    header, *parked = read_csv(out)
    place = header.index("原因")
    assert [row[place] for row in parked] == [
        "退款多于实付：退款 111.00，实付 110.00",
        "退款多于实付：退款 999.00，实付 110.00",
        "总金额与实付、平台抵扣、积分对不上：总金额 110.00，实付 90.00，平台抵扣 0.00，"
        "积分抵扣 0.00",
    ]


async def test_parked_rows_go_out_with_all_columns_that_came_in(
    jifen_import: Import, tmp_path: Path
) -> None:
    columns = [*reports.TAOBAO_2018, "自定义列", "直播返现状态", "自定义列"]
    row = taobao("11", paid="?") | {"自定义列": "白金 会员", "直播返现状态": "0012"}
    row |= {name.strip(): f"第{n}列" for n, name in enumerate(columns) if name.strip() not in row}
    orders = write(tmp_path / "o.csv", columns, [row])
    out = tmp_path / "parked.csv"
    await jifen_import(orders, "--parked", out)
    header, cells = read_csv(out)
    assert header[: len(columns)] == columns
    original = read_csv_of(orders)[1]
    assert [cell.lstrip("'") for cell in cells[: len(columns)]] == [
        cell.lstrip("'") for cell in original
    ]


def read_csv_of(path: Path) -> list[list[str]]:
    """Return the rows of an export as the shop wrote it."""
    path.with_suffix(".utf8").write_text(path.read_text("gb18030"), "utf-8")
    return read_csv(path.with_suffix(".utf8"))
