"""Amounts, numbers and moments as merchants' files write them, or the reason why not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import cells
from connectors.files.faults import CellFault

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("110.00", 11000),
        ("  110 \t", 11000),
        ("1,280.5", 128050),
        ("12.00元", 1200),
        ("￥0.01", 1),
        ('="99.90"', 9990),
        ("'99.90", 9990),
        ("499.00（系统计算中，该值仅供参考）", 49900),
        ("499.00(estimate)", 49900),
        ("1.500", 150),
        ("4.3500000000000005", 435),
        ("1.776357e-15", 0),
        (1.43, 143),
        (4.3500000000000005, 435),
        (7, 700),
        (Decimal("7.25"), 725),
    ],
)
def test_amounts_are_read_as_merchants_files_write_them(cell: object, fen: int) -> None:
    assert cells.fen(cell) == fen


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "empty"),
        (None, "empty"),
        ("无退款申请", "empty"),
        ("abc", "not_an_amount"),
        ("1e400", "not_an_amount"),
        ("1E2", "not_an_amount"),
        ("1,28.00", "not_an_amount"),
        ("-1.00", "negative_amount"),
        (-1, "negative_amount"),
        ("1.005", "amount_too_fine"),
        (1.005, "amount_too_fine"),
        (str(2**63), "amount_too_large"),
        (2**63, "amount_too_large"),
        (float("inf"), "amount_too_large"),
        (float("nan"), "not_an_amount"),
        (1e300, "amount_too_large"),
        ("9" * 31, "not_an_amount"),
        ("9" * 30, "amount_too_large"),
        (True, "not_an_amount"),
        ("1\x002", "broken_character"),
        ("7" * 40_000, "cell_too_long"),
    ],
)
def test_an_amount_that_makes_no_sense_is_refused_with_its_reason(cell: object, code: str) -> None:
    with pytest.raises(CellFault) as refused:
        cells.fen(cell)
    assert refused.value.code == code


def test_a_blank_amount_that_may_be_missing_is_zero() -> None:
    assert [cells.optional_fen(cell) for cell in ("", None, "-", "null", float("nan"))] == [0] * 5


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ('="1930000000000000011"', "1930000000000000011"),
        ("1930000000000000011\t", "1930000000000000011"),
        ("'13800000000", "13800000000"),
        ('\'="1930000000000000011"', "1930000000000000011"),
        (31198570044, "31198570044"),
        (2.0, "2"),
        (2**62, str(2**62)),
    ],
)
def test_order_numbers_keep_every_digit(cell: object, name: str) -> None:
    assert cells.name(cell) == name


@pytest.mark.parametrize("cell", ["1.93E+18", "1.93e18", 1.93e18, 1.5])
def test_a_number_that_a_spreadsheet_rounded_is_refused(cell: object) -> None:
    with pytest.raises(CellFault, match="digits_lost"):
        cells.name(cell)


@pytest.mark.parametrize(
    ("cell", "pattern"),
    [
        ("2018-11-11 00:02:03", "auto"),
        ("2018/11/11 0:02:03", "auto"),
        ("2018-11-11T00:02:03+08:00", "auto"),
        (datetime(2018, 11, 11, 0, 2, 3), "auto"),
        ("11.11.2018 00:02:03", "%d.%m.%Y %H:%M:%S"),
        ("1541865723", "unix"),
        (1541865723000, "unix_ms"),
    ],
)
def test_local_times_become_utc(cell: object, pattern: str) -> None:
    assert cells.moment(cell, SHANGHAI, pattern) == datetime(2018, 11, 10, 16, 2, 3, tzinfo=UTC)


def test_a_day_is_its_first_moment() -> None:
    assert cells.moment(date(2018, 11, 11), SHANGHAI) == datetime(2018, 11, 10, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    ["2018-02-30", "yesterday", "20181111000203", "0000-00-00 00:00:00", "1970-01-01", 45321],
)
def test_what_is_no_date_is_refused(cell: object) -> None:
    with pytest.raises(CellFault, match="not_a_moment"):
        cells.moment(cell, SHANGHAI)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.decimals()))
def test_any_cell_gives_a_sensible_amount_or_a_reason(cell: object) -> None:
    try:
        found = cells.fen(cell)
    except CellFault:
        return
    assert 0 <= found <= cells.MOST_FEN


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_any_cell_gives_a_moment_or_a_reason(cell: object) -> None:
    try:
        found = cells.moment(cell, SHANGHAI)
    except CellFault:
        return
    assert found.tzinfo is UTC
