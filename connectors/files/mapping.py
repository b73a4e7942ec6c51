"""The mapping file: which columns of any table mean what, in TOML, checked field by field."""

import hashlib
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from connectors.files.faults import MappingFault
from models import IdentityKind, PurchaseState, ShopKind


class Unit(StrEnum):
    """In what amounts are written: yuan (or dollars) with two decimals, or fen (cents)."""

    YUAN = "yuan"
    FEN = "fen"
    CENTS = "cents"


class BelowZero(StrEnum):
    """What a line means whose paid amount is below zero: park its order, or the others bear it."""

    PARK = "park"
    OTHER_LINES = "other_lines"


class Shift(StrEnum):
    """How many days the dates move: so many that the latest day is today."""

    LATEST_DAY_IS_TODAY = "latest_day_is_today"


class Text(Struct, forbid_unknown_fields=True, frozen=True):
    """Where a text comes from: one column, a constant, columns joined, or a looked-up column."""

    column: str = ""
    constant: str = ""
    join: tuple[str, ...] = ()
    with_: str = msgspec.field(default="-", name="with")
    lookup: str = ""


class Amount(Struct, forbid_unknown_fields=True, frozen=True):
    """An amount made of columns that are added and columns that are taken off."""

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


TextSource = str | Text
AmountSource = str | Amount


class State(Struct, forbid_unknown_fields=True, frozen=True):
    """The state of an order: always the same, or a column with what its words mean.

    Orders whose word stands in ``skip`` were never paid: they are counted and left out.
    """

    constant: PurchaseState | None = None
    column: str = ""
    values: dict[str, PurchaseState] = {}
    skip: tuple[str, ...] = ()


class FileShape(Struct, forbid_unknown_fields=True, frozen=True):
    """How the table stands in its file."""

    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | None = None
    header_row: Annotated[int, Meta(ge=1, le=10)] = 1


class Money(Struct, forbid_unknown_fields=True, frozen=True):
    """How amounts are written."""

    unit: Unit = Unit.YUAN
    below_zero: BelowZero = BelowZero.PARK


class Time(Struct, forbid_unknown_fields=True, frozen=True):
    """How moments are written, and how far they move."""

    zone: str = "Asia/Shanghai"
    format: str = "auto"
    shift: Annotated[int, Meta(ge=-40_000, le=40_000)] | Shift = 0


class ShopColumns(Struct, forbid_unknown_fields=True, frozen=True):
    """Which shop sold it."""

    kind: ShopKind
    code: TextSource
    name: TextSource = Text()


class CustomerColumns(Struct, forbid_unknown_fields=True, frozen=True):
    """How the buyer is named: ``value`` is unique within ``scope``."""

    kind: IdentityKind
    scope: Annotated[str, Meta(max_length=100)]
    value: TextSource


class OrderColumns(Struct, forbid_unknown_fields=True, frozen=True):
    """What is told once an order; where it has several rows, they must agree."""

    number: TextSource
    paid_at: str
    ordered_at: str = ""
    completed_at: str = ""
    updated_at: str = ""
    state: State = State(constant=PurchaseState.COMPLETED)
    paid: AmountSource | None = None
    goods: AmountSource | None = None
    freight: AmountSource | None = None
    refunded: AmountSource | None = None
    points_deduct: AmountSource | None = None
    discount_shop: AmountSource | None = None
    discount_platform: AmountSource | None = None
    discount_talent: AmountSource | None = None


class LineColumns(Struct, forbid_unknown_fields=True, frozen=True):
    """What is told on each row of an order."""

    goods: AmountSource
    paid: AmountSource
    key: TextSource = Text()
    sku: TextSource = Text()
    title: TextSource = Text()
    category: TextSource = Text()
    brand: TextSource = Text()
    quantity: str = ""
    refunded: AmountSource | None = None
    discount_shop: AmountSource | None = None
    discount_platform: AmountSource | None = None
    discount_talent: AmountSource | None = None


class Lookup(Struct, forbid_unknown_fields=True, frozen=True):
    """Another table, joined by a column: ``column`` here is ``key`` there.

    ``file`` stands beside the imported file, or else beside the mapping file.
    """

    name: str
    file: str
    key: str
    column: str


class Mapping(Struct, forbid_unknown_fields=True, frozen=True):
    """A whole mapping file. ``name`` is written on every purchase as its source."""

    name: Annotated[str, Meta(pattern="^[a-z0-9_]{1,50}$")]
    shop: ShopColumns
    order: OrderColumns
    line: LineColumns | None = None
    customer: CustomerColumns | None = None
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "CNY"
    file: FileShape = FileShape()
    money: Money = Money()
    time: Time = Time()
    lookup: tuple[Lookup, ...] = ()


MISSING = re.compile(r"missing required field `(\w+)`")
FIELD = re.compile(r" - at `(?:key in )?\$\.?(.*)`$")


def load(path: Path) -> tuple[Mapping, bytes]:
    """Read a mapping file and return it with the digest of its content.

    Raises:
        MappingFault: it is not there, not TOML, or a field is wrong; names the field and what is
            allowed there.
    """
    try:
        content = path.read_bytes()
        found = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise MappingFault("mapping_not_found", reason=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingFault("mapping_not_toml", reason=str(error)) from error
    try:
        mapping = msgspec.convert(found, Mapping)
    except msgspec.ValidationError as error:
        raise _explained(error, found) from error
    _require_sense(mapping)
    return mapping, hashlib.sha256(content).digest()


def _explained(error: msgspec.ValidationError, found: Any) -> MappingFault:
    """Name the field and the values or fields that are allowed there."""
    told = str(error)
    at = FIELD.search(told)
    field = at.group(1).replace("[...]", "") if at else ""
    if missing := MISSING.search(told):
        return MappingFault("mapping_lacks", field=f"{field}.{missing[1]}".lstrip("."))
    allowed: list[str] = []
    if "unknown field" in told:
        allowed = list(_fields_at(field))
    elif "enum" in told or "union" in told or field == "time.shift":
        allowed = _values_at(field)
    told = FIELD.sub("", told)
    if not allowed:
        return MappingFault("mapping_value", field=field or "-", reason=told)
    return MappingFault("mapping_field", field=field or "-", reason=told, allowed=allowed)


def _fields_at(field: str) -> tuple[str, ...]:
    struct: Any = Mapping
    for name in filter(None, field.split(".")):
        kinds = {
            known.encode_name: known.type
            for known in msgspec.inspect.type_info(struct).fields  # type: ignore[attr-defined]
        }
        struct = _struct_in(kinds.get(name))
        if struct is None:
            return ()
    return tuple(known.encode_name for known in msgspec.structs.fields(struct))


def _struct_in(kind: Any) -> Any:
    if isinstance(kind, msgspec.inspect.StructType):
        return kind.cls
    for inner in getattr(kind, "types", ()):
        if isinstance(inner, msgspec.inspect.StructType):
            return inner.cls
    return _struct_in(kind.item_type) if hasattr(kind, "item_type") else None


def _values_at(field: str) -> list[str]:
    """Return the values that an enumerated field may have."""
    places: dict[str, type[StrEnum]] = {
        "shop.kind": ShopKind,
        "customer.kind": IdentityKind,
        "order.state.constant": PurchaseState,
        "order.state.values": PurchaseState,
        "money.unit": Unit,
        "money.below_zero": BelowZero,
        "time.shift": Shift,
    }
    values = [value.value for value in places.get(field, ())]
    return ["-40000 .. 40000", *values] if field == "time.shift" else values


def _require_sense(mapping: Mapping) -> None:
    """Refuse what is well-formed but means nothing.

    Raises:
        MappingFault: names the field.
    """
    state = mapping.order.state
    if (state.constant is None) == (not state.column):
        raise _wrong("order.state", "exactly one of", ["constant", "column"])
    if state.column and not state.values:
        raise _wrong("order.state.values", "must say what the words mean", list(PurchaseState))
    if mapping.line is None and (mapping.order.paid is None or mapping.order.goods is None):
        raise _wrong("order", "without [line] it needs", ["paid", "goods"])
    try:
        ZoneInfo(mapping.time.zone)
    except (KeyError, ValueError, OSError) as error:
        raise _wrong("time.zone", f"no such zone: {mapping.time.zone}", ["UTC", "..."]) from error
    _require_encoding(mapping.file)
    known = {lookup.name for lookup in mapping.lookup}
    for field, source in _texts(mapping):
        if isinstance(source, Text):
            _require_one_source(field, source, known=known)


def _require_encoding(shape: FileShape) -> None:
    try:
        "".encode(shape.encoding if shape.encoding != "auto" else "utf-8")
    except LookupError as error:
        allowed = ["auto", "utf-8", "gb18030", "utf-16"]
        raise _wrong("file.encoding", f"no such encoding: {shape.encoding}", allowed) from error
    if shape.delimiter != "auto" and len(shape.delimiter) != 1:
        raise _wrong("file.delimiter", "one character", ["auto", ",", "\\t", ";", "|"])


def _texts(mapping: Mapping) -> list[tuple[str, TextSource]]:
    found: list[tuple[str, TextSource]] = [
        ("shop.code", mapping.shop.code),
        ("order.number", mapping.order.number),
    ]
    if mapping.customer:
        found.append(("customer.value", mapping.customer.value))
    for name in ("key", "sku", "title", "category", "brand") if mapping.line else ():
        found.append((f"line.{name}", getattr(mapping.line, name)))
    return found


def _require_one_source(field: str, source: Text, *, known: set[str]) -> None:
    if source == Text() and field.startswith("line."):
        return
    told = [bool(source.column), bool(source.constant), bool(source.join)]
    if sum(told) != 1:
        raise _wrong(field, "exactly one of", ["column", "constant", "join"])
    if source.lookup and source.lookup not in known:
        raise _wrong(f"{field}.lookup", f"no such lookup: {source.lookup}", sorted(known))


def _wrong(field: str, reason: str, allowed: list[Any]) -> MappingFault:
    return MappingFault(
        "mapping_field", field=field, reason=reason, allowed=[str(value) for value in allowed]
    )
