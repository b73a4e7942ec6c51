"""The catalogue comes from a file: what it adds, changes, takes off sale, refuses and leaves."""

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files.sheets import opened
from connectors.products.reading import BOUNDS
from models import Product, db
from tests.connectors.products.conftest import Products

HEADER = ["商家编码", "商品名称", "英文名", "类目", "品牌", "售价(元)", "成本", "图片", "在售"]
BEANS = ["B-330", "精品豆", "Beans", "咖啡", "北辰", "98.00", "41.5", "https://a.cn/b.png", "是"]
KETTLE = ["M-020", "手冲壶", "Kettle", "器具", "北辰", "269", "", "", "否"]
KEPT = {
    "B-330": ("精品豆", "Beans", "咖啡", "北辰", 9_800, 4_150, "https://a.cn/b.png", True),
    "M-020": ("手冲壶", "Kettle", "器具", "北辰", 26_900, None, "", False),
}
SMALL = "sku,name,price,cost\nA,甲,10,4\nB,乙,20,\n"


def table(*rows: list[str]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


async def kept() -> dict[str, tuple[Any, ...]]:
    rows = await db.fetch(
        "SELECT sku, name_zh, name_en, category, brand, price_fen, cost_fen, picture, is_on_sale"
        " FROM product"
    )
    return {row["sku"]: tuple(row)[1:] for row in rows}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_csv_of_any_encoding_is_read(
    jifen_products: Products, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(table(HEADER, BEANS, KETTLE).encode(encoding))
    assert (await jifen_products(path)).status == 0
    assert await kept() == KEPT


async def test_a_workbook_and_a_parquet_file_tell_the_same(
    jifen_products: Products, tmp_path: Path
) -> None:
    book: Any = openpyxl.Workbook()
    book.active.append(["我的商品"])
    book.active.append(HEADER)
    book.active.append([*BEANS[:5], 98.0, 41.5, BEANS[7], True])
    book.active.append([*KETTLE[:5], 269, None, None, 0])
    book.save(tmp_path / "p.xlsx")
    assert (await jifen_products(tmp_path / "p.xlsx")).status == 0
    assert await kept() == KEPT
    columns: dict[str, Any] = dict(zip(HEADER, zip(BEANS, KETTLE, strict=True), strict=True))
    columns |= {"售价(元)": [98.0, 269.0], "成本": [41.5, None], "在售": [True, False]}
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    told = await jifen_products(tmp_path / "p.parquet")
    assert (told.status, "nothing changed" in told.lines) == (0, True)


async def test_what_a_taobao_seller_exports_is_read_without_its_wrapping(
    jifen_products: Products, tmp_path: Path
) -> None:
    rows = (
        '宝贝标题 \t,"商家编码  ",宝贝ID,价格（元）\t, 成本价 \r\n'
        '"精品豆 \t","=""600123456789012345""",="1",\t¥1，\r\n'.replace("，", ",")
        + '手冲壶,="007",="2","1,269.00 ",无\r\n'
    )
    (tmp_path / "taobao.csv").write_bytes(rows.encode("gb18030"))
    told = await jifen_products(tmp_path / "taobao.csv")
    assert (told.status, told.lines[0]) == (0, "ignored columns: 宝贝ID")
    found = {one.sku: (one.name_zh, one.price_fen, one.cost_fen) for one in await Product.all()}
    assert found == {
        "600123456789012345": ("精品豆", 100, None),
        "007": ("手冲壶", 126_900, None),
    }


@pytest.mark.parametrize(
    "header",
    [
        "SKU,商品名称,分类,价格,成本,图片,上架",
        "商家编码,名称,类目,售价,成本价,主图,是否在售",
        " sku ,Name,CATEGORY,Price (yuan),Cost,Picture_URL,on sale",
        "货号,品名,品类,售价（元）,进价,图片链接,上架状态",
    ],
)
async def test_a_heading_is_known_by_its_usual_names(jifen_products: Products, header: str) -> None:
    told = await jifen_products(f"{header}\nA,甲,咖啡,1.50,0.50,https://a.cn/1,0\n")
    assert told.status == 0
    assert (await kept())["A"] == ("甲", "", "咖啡", "", 150, 50, "https://a.cn/1", False)


async def test_the_order_of_columns_does_not_matter_and_unknown_ones_are_named_once(
    jifen_products: Products,
) -> None:
    told = await jifen_products("库存,售价,商品名称,SKU,备注\n5,1,甲,A,x\n6,2,乙,B,y\n")
    assert (told.status, told.lines.count("ignored columns: 库存, 备注")) == (0, 1)
    assert {sku: one[4] for sku, one in (await kept()).items()} == {"A": 100, "B": 200}


async def test_what_has_no_cost_has_none_and_a_cost_of_zero_is_zero(
    jifen_products: Products,
) -> None:
    told = await jifen_products("sku,name,price,cost\nA,甲,10,4\nB,乙,20,\nC,丙,30,0\nD,丁,5,-\n")
    assert {one.sku: one.cost_fen for one in await Product.all()} == {
        "A": 400,
        "B": None,
        "C": 0,
        "D": None,
    }
    assert told.lines[-1] == "2 of 4 products have no cost"
    told = await jifen_products("sku,cost\nA,\n", language="zh")
    assert told.lines[-1] == "4 个商品中有 3 个没有成本"
    assert (await Product.get(sku="A")).cost_fen is None


async def test_only_columns_of_the_file_change_and_other_products_stay(
    jifen_products: Products,
) -> None:
    await jifen_products(table(HEADER, BEANS, KETTLE))
    told = await jifen_products("价格,SKU\n99.90,B-330\n")
    assert told.lines == [
        "1 row: 0 added, 1 changed, 0 unchanged, 0 rows refused",
        "the file has no column of costs: costs stay as they were",
        "1 of 2 products have no cost",
    ]
    beans = list(KEPT["B-330"])
    beans[4] = 9_990
    assert await kept() == {**KEPT, "B-330": tuple(beans)}


async def test_a_second_time_changes_nothing_and_says_so(jifen_products: Products) -> None:
    await jifen_products(table(HEADER, BEANS, KETTLE))
    before = await db.fetch("SELECT xmin::text, sku FROM product ORDER BY sku")
    told = await jifen_products(table(HEADER, BEANS, KETTLE))
    assert "2 rows: 0 added, 0 changed, 2 unchanged, 0 rows refused" in told.lines
    assert "nothing changed" in told.lines
    assert await db.fetch("SELECT xmin::text, sku FROM product ORDER BY sku") == before


async def test_a_dry_run_says_the_same_and_writes_nothing(jifen_products: Products) -> None:
    await jifen_products(SMALL)
    before = await kept()
    file = "sku,name,price\nA,甲甲,10\nC,丙,3\nD,丁,x\n"
    tried = await jifen_products(file, "--dry-run", "--only-listed")
    assert await kept() == before
    assert tried.lines[-1] == "dry run: nothing was written"
    done = await jifen_products(file, "--only-listed")
    assert (done.status, done.lines) == (1, tried.lines[:-1])
    assert "3 rows: 1 added, 1 changed, 0 unchanged, 1 row refused" in done.lines
    assert {sku: (one[0], one[-1]) for sku, one in (await kept()).items()} == {
        "A": ("甲甲", True),
        "B": ("乙", False),
        "C": ("丙", True),
    }


async def test_only_listed_takes_the_others_off_sale_and_deletes_none(
    jifen_products: Products,
) -> None:
    await jifen_products(SMALL + "C,丙,30,\n")
    told = await jifen_products("sku,price\nA,11\nC,-1\n", "--only-listed")
    assert told.status == 1
    assert "1 product off sale, which the file does not name: B" in told.lines
    on_sale = {one.sku: one.is_on_sale for one in await Product.all()}
    assert on_sale == {"A": True, "B": False, "C": True}, "a refused row names its product, too"


async def test_nothing_goes_off_sale_where_an_sku_cannot_be_read(jifen_products: Products) -> None:
    await jifen_products(SMALL)
    told = await jifen_products("sku,price\nA,11\n6.00123E+17,5\n", "--only-listed")
    assert told.status == 1
    assert any(line.startswith("nothing went off sale") for line in told.lines)
    assert await Product.filter(is_on_sale=True).count() == 2


REFUSED = [
    (",甲,1,1,,1", "row 2, sku: the cell is empty"),
    ("A,,1,1,,1", "row 2, name: the cell is empty"),
    ("A,甲,,1,,1", "row 2, price: the cell is empty"),
    ("A,甲,-1,1,,1", "row 2, price: the amount is negative: -1"),
    ("A,甲,1.234,1,,1", "row 2, price: the amount has parts of a fen: 1.234"),
    ("A,甲,ten,1,,1", "row 2, price: not an amount: ten"),
    ("A,甲,99999999999,1,,1", "row 2, price: the amount is too large: 99999999999"),
    ("A,甲,1,-0.01,,1", "row 2, cost: the amount is negative: -0.01"),
    ("A,甲,1,0.001,,1", "row 2, cost: the amount has parts of a fen: 0.001"),
    ("A,甲,1,free,,1", "row 2, cost: not an amount: free"),
    ("A,甲,1,1,,perhaps", "row 2, on sale: neither yes nor no: perhaps"),
    ("A,甲,1,1,,", "row 2, on sale: the cell is empty"),
    ("A" * 101 + ",甲,1,1,,1", "row 2, sku: the text is too long: 101 characters, at most 100"),
    (
        "A," + "甲" * 201 + ",1,1,,1",
        "row 2, name: the text is too long: 201 characters, at most 200",
    ),
    (
        "A,甲,1,1,data:image/png;base64" + "A" * 8_000 + ",1",
        "row 2, picture: the text is too long: 8021 characters, at most 8000",
    ),
    ("6.9E+12,甲,1,1,,1", "row 2, sku: a spreadsheet rounded this number and its digits are lost"),
    ("A,甲,1,1,,1,more", "row 2: the row has too many cells: 7 instead of 6"),
]


@pytest.mark.parametrize(("row", "wanted"), REFUSED)
async def test_a_row_that_cannot_be_used_is_named_with_column_and_reason(
    jifen_products: Products, row: str, wanted: str
) -> None:
    told = await jifen_products(f"sku,name,price,cost,picture,on sale\n{row}\nGOOD,好,1,,,1\n")
    assert told.status == 1
    assert told.lines[0].startswith(wanted)
    assert list(await kept()) == ["GOOD"], "the good rows go in"


@pytest.mark.parametrize(
    "address",
    [
        *("http://a.cn/1.png", "javascript:alert(1)", "a.png", "https://", "//a.cn/1.png"),
        *("data:text/html;base64,AAAA", "https://a.cn/1 2", 'https://a.cn/"onload=', "HTTPS:x"),
    ],
)
async def test_a_picture_is_an_https_or_a_data_address(
    jifen_products: Products, address: str
) -> None:
    quoted = '"' + address.replace('"', '""') + '"'
    told = await jifen_products(f"sku,name,price,picture\nA,甲,1,{quoted}\n")
    assert told.status == 1
    assert told.lines[0].startswith("row 2, picture: not the address of a picture")
    good = "data:image/svg+xml;base64,PHN2Zy8+"
    assert (await jifen_products(f'sku,name,price,picture\nA,甲,1,"{good}"\n')).status == 0
    assert (await Product.get(sku="A")).picture == good


async def test_a_sku_that_stands_twice_is_taken_once_or_with_other_content_not_at_all(
    jifen_products: Products,
) -> None:
    told = await jifen_products("sku,name,price\nA,甲,1\nB,乙,2\nA,甲,1.00\nB,乙,3\n")
    reason = "the SKU stands here more than once, with different content: rows 3, 5"
    assert told.lines[:2] == [f"row 3, price: {reason}", f"row 5, price: {reason}"]
    assert (told.status, list(await kept())) == (1, ["A"])


async def test_a_new_product_needs_a_name_and_a_price(jifen_products: Products) -> None:
    await jifen_products("sku,name,price\nA,甲,1\n")
    told = await jifen_products("sku,price\nA,2\nB,3\n")
    assert (told.status, told.lines[0]) == (
        1,
        "row 3, 商品名称: A new product needs a Chinese name and a price",
    )
    told = await jifen_products("sku,name\nB,乙\n", language="zh")
    assert told.lines[0] == "第 2 行，售价：新商品要有中文名称和售价"
    assert {sku: one[4] for sku, one in (await kept()).items()} == {"A": 200}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "the file is empty"),
        (b"name,price\nx,1\n", "there is no column of SKUs"),
        (b"sku,name,price\n", "there is a header and nothing below it"),
        ("sku,价格,售价\nA,1,2\n".encode(), "the columns 价格, 售价 mean the same"),
        (
            b'sku,name,price\nA,x,1\nB,"y,2\n',
            "a quote opened in row 3 (line 3) never ends; nothing",
        ),
        (b"sku,name,price\nA,x,1\nB,y", "ends in the middle of row 3; nothing was written"),
        (b"\xd0\xcf\x11\xe0", "an old .xls"),
        (b"PK\x03\x04broken", "the XLSX file is damaged or not whole"),
    ],
)
async def test_a_file_that_cannot_be_read_to_its_end_changes_nothing(
    jifen_products: Products, tmp_path: Path, content: bytes, wanted: str
) -> None:
    (tmp_path / "f").write_bytes(content)
    told = await jifen_products(tmp_path / "f")
    assert (told.status, told.lines) == (1, [])
    assert wanted in told.error
    assert await kept() == {}


async def test_refused_rows_come_out_as_a_csv_that_no_spreadsheet_runs_and_go_in_corrected(
    jifen_products: Products, tmp_path: Path
) -> None:
    formula = "=HYPERLINK(1)"
    out = tmp_path / "out.csv"
    told = await jifen_products(
        f"sku,name,price\n{formula},@cmd,x\n600123456789012345,乙,-1\nA,甲,1\n", "--parked", out
    )
    assert told.lines[-1] == f"wrote the 2 refused rows to {out}"
    with out.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:4] == ["sku", "name", "price", "source file"]
    assert [row[:3] for row in rows] == [
        ["'=HYPERLINK(1)", "'@cmd", "x"],
        ["'600123456789012345", "乙", "'-1"],
    ]
    assert [row[4:6] for row in rows] == [["2", "price"], ["3", "price"]]
    corrected = [header, [*rows[0][:2], "5", *rows[0][3:]], [*rows[1][:2], "6", *rows[1][3:]]]
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(corrected)
    told = await jifen_products(out)
    assert (told.status, told.lines[0]) == (0, "2 rows: 2 added, 0 changed, 0 unchanged, "
                                            "0 rows refused")  # fmt: skip
    found = {one.sku: (one.name_zh, one.price_fen) for one in await Product.all()}
    assert found == {
        "A": ("甲", 100),
        "=HYPERLINK(1)": ("@cmd", 500),
        "600123456789012345": ("乙", 600),
    }


PACKED = {"sku": ["A"], "name": ["甲"], "price": [1]}


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ({**PACKED, "note": [["x"]]}, "this is no table"),
        ({name: cells * 200_001 for name, cells in PACKED.items()}, "more than 200000 rows"),
        ({**PACKED, "note": ["x" * (257 << 20)]}, "unpack"),
    ],
)
async def test_a_parquet_file_of_a_few_kilobytes_that_would_fill_the_memory_is_refused(
    jifen_products: Products, tmp_path: Path, table: dict[str, Any], error: str
) -> None:
    pq.write_table(pa.table(table), tmp_path / "p.parquet", compression="zstd")
    told = await jifen_products(tmp_path / "p.parquet")
    assert (told.status, error in told.error) == (1, True), told.error
    assert not await Product.exists()


async def test_a_text_that_a_parquet_file_packs_once_is_held_once(
    jifen_products: Products, tmp_path: Path
) -> None:
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 9_000), pa.array(["甲" * 400_000]))
    skus = pa.array([f"A{i}" for i in range(9_000)])
    pq.write_table(
        pa.table({"sku": skus, "name": long, "price": pa.array([1] * 9_000)}),
        tmp_path / "p.parquet",
        store_schema=False,
    )
    before = pa.total_allocated_bytes()
    with opened(tmp_path / "p.parquet", bounds=BOUNDS) as sheet:
        (chunk,) = sheet.chunks()
        assert pa.total_allocated_bytes() - before < 100 << 20
        assert len(chunk) == 9_000
    told = await jifen_products(tmp_path / "p.parquet")
    assert (told.status, await Product.exists()) == (1, False)
