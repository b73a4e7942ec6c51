"""Rows become orders as a mapping says; what is wrong in it is named."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import mapping, plan, texts
from connectors.files.faults import MappingFault
from connectors.files.mapped import MappedReading
from connectors.files.taking import Taken
from loyalty.orders import IdentityRef, ShopRef
from models import IdentityKind, PurchaseState, ShopKind

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
COMPLETE_JOURNEY = Path(mapping.__file__).parent / "mappings" / "complete_journey.toml"

TILL = """
name = "till"
[shop]
kind = "pos"
code = { constant = "main street" }
[customer]
kind = "customer_key"
scope = "till"
value = "card"
[time]
format = "%d.%m.%Y %H:%M"
[order]
number = { join = ["day", "receipt"], with = "/" }
paid_at = "at"
state = { column = "state", values = { ok = "completed", back = "refunded" }, skip = ["void"] }
freight = "delivery"
[line]
sku = "sku"
title = { column = "name", lookup = "goods" }
quantity = "pieces"
goods = { plus = ["price"] }
paid = { plus = ["price"], minus = ["rebate"] }
refunded = "given back"
discount_shop = "rebate"
[[lookup]]
name = "goods"
file = "goods.csv"
key = "id"
column = "sku"
"""
HEADER = "day,receipt,at,state,card,sku,pieces,price,rebate,delivery,given back\n"
FIRST = "0105,1,05.01.2026 10:00,ok,C1,S1,1,10.00,1.00,2.00,0\n"
SECOND = "0105,1,05.01.2026 10:00,ok,C1,S2,2,5.00,0,2.00,0\n"


def taken(folder: Path, rows: str, toml: str = TILL, *, shift_days: int = 0) -> list[Taken]:
    (folder / "m.toml").write_text(toml, "utf-8")
    (folder / "goods.csv").write_text("id,name\nS1,tea\nS2,cup\n", "utf-8")
    (folder / "till.csv").write_text(rows, "utf-8")
    with ExitStack() as stack:
        [reading] = plan.by_mapping([folder / "till.csv"], folder / "m.toml", stack)
        reading.survey()
        return list(reading.taken(skip=0, shift_days=shift_days, at=NOW))


def test_rows_become_an_order_with_lines_as_the_mapping_says(tmp_path: Path) -> None:
    [one] = taken(tmp_path, HEADER + FIRST + SECOND)
    order = one.order
    assert order is not None
    assert order.shop == ShopRef(ShopKind.POS, "main street")
    assert order.number == "0105/1"
    assert order.buyer == (IdentityRef(IdentityKind.CUSTOMER_KEY, "till", "C1"),)
    assert order.paid_at == datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
    assert order.state is PurchaseState.COMPLETED
    assert (order.paid_fen, order.freight_fen, order.goods_fen) == (1600, 200, 1500)
    assert order.discount_shop_fen == 100
    assert [(line.title, line.paid_fen) for line in order.lines] == [("tea", 900), ("cup", 500)]
    assert order.source == "till"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (FIRST.replace("10.00", "-10.00"), "negative_amount", "price"),
        (FIRST.replace("10.00", "1e400"), "not_an_amount", "price"),
        (FIRST.replace("05.01.2026 10:00", "2026-01-05"), "not_a_moment", "at"),
        (FIRST.replace("05.01.2026", "05.01.2030"), "in_the_future", "at"),
        (FIRST.replace(",ok,", ",maybe,"), "unknown_state", "state"),
        (FIRST.replace(",1.00,", ",11.00,"), "paid_below_zero", ""),
        (FIRST.replace(",S1,1,", ",S1,1.5,"), "not_a_quantity", "pieces"),
        (FIRST.replace(",0\n", ",99\n"), "refunded_more_than_paid", ""),
        ("0105,1,too few\n", "too_few_cells", ""),
        (FIRST.replace(",0\n", ",0,surplus\n"), "too_many_cells", ""),
        (FIRST.replace("0105,1,", '"0105"x,1,'), "broken_quotes", ""),
    ],
)
def test_what_cannot_be_used_is_parked_and_the_next_order_is_taken(
    tmp_path: Path, row: str, code: str, column: str
) -> None:
    bad, good = taken(tmp_path, HEADER + row + FIRST.replace("0105,1,", "0105,2,"))
    assert bad.fault is not None
    assert (bad.fault.code, bad.fault.column) == (code, column)
    assert good.order is not None


def test_rows_of_one_order_that_contradict_one_another_are_parked(tmp_path: Path) -> None:
    [one] = taken(tmp_path, HEADER + FIRST + SECOND.replace(",C1,", ",C2,"))
    assert one.fault is not None
    assert (one.fault.code, one.fault.column) == ("rows_differ", "card")


def test_a_state_that_means_never_paid_is_skipped(tmp_path: Path) -> None:
    [one] = taken(tmp_path, HEADER + FIRST.replace(",ok,", ",void,"))
    assert one.skipped == "not_paid"


def test_what_was_given_back_whole_is_refunded(tmp_path: Path) -> None:
    [one] = taken(tmp_path, HEADER + FIRST.replace(",2.00,0\n", ",0,9.00\n"))
    assert one.order is not None
    assert (one.order.state, one.order.refunded_fen) == (PurchaseState.REFUNDED, 900)


def test_a_coupon_worth_more_than_its_line_is_borne_by_the_others(tmp_path: Path) -> None:
    toml = TILL.replace("[time]", '[money]\nbelow_zero = "other_lines"\n[time]')
    [one] = taken(tmp_path, HEADER + FIRST.replace(",1.00,", ",13.00,") + SECOND, toml)
    assert one.order is not None
    assert [line.paid_fen for line in one.order.lines] == [0, 200]
    assert one.order.paid_fen == 400


def test_the_latest_day_becomes_today_and_never_tomorrow(tmp_path: Path) -> None:
    toml = TILL.replace('"%d.%m.%Y %H:%M"', '"%d.%m.%Y %H:%M"\nshift = "latest_day_is_today"')
    (tmp_path / "m.toml").write_text(toml, "utf-8")
    (tmp_path / "goods.csv").write_text("id,name\n", "utf-8")
    (tmp_path / "till.csv").write_text(HEADER + FIRST, "utf-8")
    with ExitStack() as stack:
        [reading] = plan.by_mapping([tmp_path / "till.csv"], tmp_path / "m.toml", stack)
        assert isinstance(reading, MappedReading)
        reading.survey()
        assert reading.latest() == datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
        [one] = reading.taken(skip=0, shift_days=10, at=NOW)
    assert one.order is not None
    assert one.order.paid_at == datetime(2026, 1, 15, 2, 0, tzinfo=UTC)


def wrong(folder: Path, toml: str) -> MappingFault:
    (folder / "m.toml").write_text(toml, "utf-8")
    with pytest.raises(MappingFault) as fault:
        mapping.load(folder / "m.toml")
    return fault.value


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('kind = "pos"', 'kind = "kiosk"', "shop.kind", "own_store"),
        ('"completed"', '"finished"', "order.state.values", "refunded"),
        ("[time]", "[time]\nshift = 'later'", "time.shift", "latest_day_is_today"),
        ("[time]", "[money]\nunit = 'pounds'\n[time]", "money.unit", "fen"),
        ('quantity = "pieces"', 'amount = "pieces"', "line", "quantity"),
        ('lookup = "goods"', 'lookup = "wares"', "line.title.lookup", "goods"),
        ('[time]\n', '[time]\nzone = "Mars"\n', "time.zone", "UTC"),
        ('{ constant = "main street" }', "{ }", "shop.code", "constant"),
    ],
)  # fmt: skip
def test_a_mapping_error_names_the_field_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, field: str, allowed: str
) -> None:
    assert old in TILL
    fault = wrong(tmp_path, TILL.replace(old, new, 1))
    assert fault.figures["field"] == field
    assert allowed in " ".join(fault.figures["allowed"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'sku = "sku"\n',
            "sku = 7\n",
            "mapping file, line.sku: Expected `str | object`, got `int`",
        ),
        ('paid_at = "at"\n', "", "the mapping file lacks order.paid_at"),
    ],
)
def test_a_field_that_is_missing_or_of_another_type_is_named(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in TILL
    fault = wrong(tmp_path, TILL.replace(old, new, 1))
    assert texts.refusal(fault.code, fault.figures, "en") == told


def test_a_mapping_that_is_no_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    assert wrong(tmp_path, "name = ").code == "mapping_not_toml"
    with pytest.raises(MappingFault, match="mapping_not_found"):
        mapping.load(tmp_path / "none.toml")


def test_all_columns_that_a_table_lacks_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(plan.FilesRefused) as refused:
        taken(tmp_path, "day,receipt,at,state,sku\n")
    [(_, fault)] = refused.value.faults
    assert fault.figures["columns"] == [
        "card",
        "delivery",
        "given back",
        "pieces",
        "price",
        "rebate",
    ]


def test_the_complete_journey_says_whose_money_it_was(tmp_path: Path) -> None:
    table = pa.table(
        {
            "household_id": [900, 900, 900],
            "store_id": [330, 330, 330],
            "basket_id": [31198570044] * 3,
            "product_id": [1, 2, 3],
            "quantity": [2, 1, 0],
            "sales_value": [3.55, 0.99, 0.0],
            "retail_disc": [1.78, 1.25, 0.0],
            "coupon_disc": [0.55, 0.0, 0.5],
            "coupon_match_disc": [0.45, 0.0, 0.0],
            "week": [1, 1, 1],
            "transaction_timestamp": pa.array([datetime(2017, 1, 1, 11, 53, 26)] * 3),
        }
    )
    pq.write_table(table, tmp_path / "transactions.parquet")
    products = {
        "product_id": [1, 2],
        "product_type": ["TEA", "CUP"],
        "package_size": ["4 OZ", None],
        "product_category": ["DRINKS", "HOUSE"],
        "brand": ["National", "Private"],
    }
    pq.write_table(pa.table(products), tmp_path / "products.parquet")
    with ExitStack() as stack:
        [reading] = plan.by_mapping([tmp_path / "transactions.parquet"], COMPLETE_JOURNEY, stack)
        reading.survey()
        [one] = reading.taken(skip=0, shift_days=0, at=NOW)
    order = one.order
    assert order is not None
    assert (order.goods_fen, order.discount_shop_fen) == (802, 348)
    assert (order.discount_platform_fen, order.paid_fen) == (105, 349)
    assert order.goods_fen - order.discount_shop_fen - order.discount_platform_fen == order.paid_fen
    assert [line.paid_fen for line in order.lines] == [262, 87, 0]
    assert [line.title for line in order.lines] == ["TEA 4 OZ", "CUP", ""]
    assert order.paid_at == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert order.shop == ShopRef(ShopKind.OWN_STORE, "330")
    assert NOW - order.paid_at > timedelta(days=3000)
