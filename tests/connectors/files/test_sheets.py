"""Tables of any encoding and format are read row by row, or say where they are broken."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import formats
from connectors.files.faults import FileFault
from connectors.files.sheets import Chunk, opened
from tests.connectors.files import reports


def rows_of(path: Path) -> list[tuple[int, list[object]]]:
    with opened(path) as sheet:
        chunks: list[Chunk] = list(sheet.chunks())
        return [(chunk.numbers[i], chunk.row(i)) for chunk in chunks for i in range(len(chunk))]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_decided_on_the_bytes(tmp_path: Path, encoding: str) -> None:
    path = reports.write(tmp_path / "f.csv", reports.TAOBAO_2018, [reports.taobao("1")], encoding)
    with opened(path) as sheet:
        assert formats.recognised(sheet).name == "taobao_orders"


def test_an_ascii_header_does_not_hide_gb18030_far_below(tmp_path: Path) -> None:
    lines = [f"{i},plain" for i in range(30_000)] + ["30000,职业联通"]
    (tmp_path / "f.csv").write_bytes("\n".join(["id,title", *lines, ""]).encode("gb18030"))
    assert rows_of(tmp_path / "f.csv")[-1] == (30_002, ["30000", "职业联通"])


def test_rows_are_numbered_as_excel_shows_them(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text('a,b\n1,"two\nlines"\n\n3,x\n', encoding="utf-8")
    assert rows_of(tmp_path / "f.csv") == [(2, ["1", "two\nlines"]), (4, ["3", "x"])]


def test_column_names_are_trimmed_and_repeated_ones_are_both_kept(tmp_path: Path) -> None:
    path = reports.write(tmp_path / "f.csv", reports.YOUZAN, [])
    with opened(path) as sheet:
        assert "分销员" in sheet.header
        assert "分销员#2" in sheet.header
    path = reports.write(tmp_path / "g.csv", reports.TAOBAO_2018, [])
    with opened(path) as sheet:
        assert "宝贝标题" in sheet.header
        assert "宝贝标题 " in sheet.original_header


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    content = "2018年订单\r\n\r\n".encode("gb18030")
    content += reports.csv_bytes(reports.TAOBAO_2018, [reports.taobao("1")])
    (tmp_path / "f.csv").write_bytes(content)
    with opened(tmp_path / "f.csv") as sheet:
        assert formats.recognised(sheet).name == "taobao_orders"
        assert next(iter(sheet.chunks())).numbers[0] == 4


def refused(path: Path) -> FileFault:
    with pytest.raises(FileFault) as fault:
        read_through(path)
    return fault.value


def refused_whole(path: Path) -> FileFault:
    with pytest.raises(FileFault) as fault:
        rows_of(path)
    return fault.value


def read_through(path: Path) -> None:
    with opened(path) as sheet:
        formats.recognised(sheet)
        for _ in sheet.chunks():
            pass


def test_all_missing_columns_are_named_at_once(tmp_path: Path) -> None:
    header = [
        name for name in reports.TAOBAO_2018 if name.strip() not in ("总金额", "订单付款时间")
    ]
    fault = refused(reports.write(tmp_path / "f.csv", header, []))
    assert fault.code == "columns_missing"
    assert fault.figures["columns"] == ["总金额", "订单付款时间"]


def test_a_file_cut_in_its_last_row_says_where(tmp_path: Path) -> None:
    whole = reports.csv_bytes(reports.TAOBAO_ITEMS_OLD, [reports.taobao_item("1", "x", "5")] * 3)
    (tmp_path / "f.csv").write_bytes(whole[:-15])
    fault = refused(tmp_path / "f.csv")
    assert (fault.code, fault.figures["row"]) == ("cut_in_the_middle", 4)


def test_a_quote_that_never_ends_says_where_it_began(tmp_path: Path) -> None:
    rows = [reports.taobao_item("1", "x", "5")] * 3
    whole = reports.csv_bytes(reports.TAOBAO_ITEMS_OLD, rows).decode("gb18030").split("\r\n")
    whole[2] = '2,"x,5,1'
    (tmp_path / "f.csv").write_bytes("\r\n".join(whole).encode("gb18030"))
    fault = refused(tmp_path / "f.csv")
    assert (fault.code, fault.figures["row"]) == ("open_quote", 3)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (bytes(range(256)) * 400, "not_recognised"),
        (b"\x00" * 10_000, "not_recognised"),
        (b"PK\x03\x04" + b"garbage" * 50, "damaged"),
        (b"PAR1" + b"garbage" * 50, "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "old_excel"),
        ((",".join(f"c{i}" for i in range(10_000)) + "\n").encode(), "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_clearly(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert refused(tmp_path / "f").code == code


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.csv").code == "cannot_open"
    assert refused(tmp_path).code == "cannot_open"


def test_a_bad_byte_marks_only_its_own_row(tmp_path: Path) -> None:
    good = reports.csv_bytes(reports.TAOBAO_ITEMS_OLD, [reports.taobao_item("1", "面霜", "5")])
    bad = "2,口红,6,1,,,,,交易成功,\r\n".encode("gb18030").replace(
        "口红".encode("gb18030"), b"ok\xff"
    )
    (tmp_path / "f.csv").write_bytes(good + bad + good.split(b"\r\n")[1] + b"\r\n")
    read = rows_of(tmp_path / "f.csv")
    assert [number for number, _ in read] == [2, 3, 4]
    assert read[0][1][1] == read[2][1][1] == "面霜"
    assert str(read[1][1][1]).startswith("ok\udcff")


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_with_its_dates_and_rounded_ids_stay_recognisable(
    tmp_path: Path,
) -> None:
    when = datetime(2018, 11, 11, 0, 2, 3)
    path = workbook(
        tmp_path / "f.xlsx", [["id", "at"], [1930000000000000000, when], ["0012", None]]
    )
    assert rows_of(path) == [(2, [1.93e18, when]), (3, ["0012", None])]


def test_a_workbook_cut_in_the_middle_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", [["id"], *([i] for i in range(5000))])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(path).code == "damaged"


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    source = workbook(tmp_path / "f.xlsx", [["id"]])
    with (
        zipfile.ZipFile(source) as book,
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for part in book.namelist():
            bomb.writestr(part, book.read(part))
        bomb.writestr("xl/worksheets/sheet2.xml", b"0" * (64 << 20))
    assert refused(tmp_path / "bomb.xlsx").code == "unpacks_too_large"


@pytest.mark.parametrize("row", ["1048577", "9" * 15])
def test_a_row_past_the_last_of_excel_is_damaged(tmp_path: Path, row: str) -> None:
    source = workbook(tmp_path / "f.xlsx", [["id"], ["1"]])
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(tmp_path / "g.xlsx", "w") as far:
        for part in book.namelist():
            far.writestr(part, book.read(part).replace(b'<row r="2"', f'<row r="{row}"'.encode()))
    fault = refused_whole(tmp_path / "g.xlsx")
    assert (fault.code, fault.figures["row"]) == ("damaged_after", 1_048_576)


def test_a_parquet_file_is_read_by_batches_with_moments_and_blanks(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array(range(40_000), pa.int64()),
            "at": pa.array([datetime(2017, 1, 1)] * 40_000, pa.timestamp("ns")),
            "title": pa.array(["x", None] * 20_000),
        }
    )
    pq.write_table(table, tmp_path / "f.parquet", row_group_size=7_000)
    read = rows_of(tmp_path / "f.parquet")
    assert len(read) == 40_000
    assert read[-1] == (40_001, [39_999, datetime(2017, 1, 1), None])


def test_a_parquet_file_damaged_inside_gives_the_rows_before(tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([f"order {i * 7919 % 100_003}" for i in range(60_000)])})
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=20_000, compression="zstd")
    content = bytearray(file.getvalue())
    middle = len(content) // 2
    content[middle - 2000 : middle + 2000] = b"\xff" * 4000
    (tmp_path / "f.parquet").write_bytes(content)
    with opened(tmp_path / "f.parquet") as sheet:
        chunks = sheet.chunks()
        assert len(next(chunks)) > 0
        with pytest.raises(FileFault, match="damaged_after"):
            list(chunks)


def test_absurd_cells_do_not_fill_memory(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("id,title\n1," + "x" * 10_000_000 + "\n2,y\n")
    read = rows_of(tmp_path / "f.csv")
    assert len(str(read[0][1][1])) == 32_768
    assert read[1] == (3, ["2", "y"])
