"""A form for any rule: one input a field of its struct, and back from the form to the rule."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, inspect

from console import condition_form
from console.inputs import Input
from loyalty.calendar import SHANGHAI
from loyalty.conditions import Conditions
from loyalty.registry import encode

LONGEST_INPUT = 20_000
LONGEST_NUMBER = 18
LONGEST_LINE = 200
BLANK_ROWS = 2
MOST_ROWS = 40


def inputs(rule: Struct) -> list[Input]:
    """Return the fields of a rule with what they hold, without those that its kind does not use."""
    told = msgspec.json.decode(encode(rule))
    described = inspect.type_info(type(rule))
    assert isinstance(described, inspect.StructType)
    unused = getattr(type(rule), "unused", ())
    return [
        _input(field.name, field.type, told[field.name])
        for field in described.fields
        if field.name not in unused
    ]


def _input(name: str, kind: inspect.Type, value: Any) -> Input:
    kind, is_optional = _without_none(kind)
    shown = _shown(value)
    match kind:
        case inspect.BoolType():
            return Input(name, "yes_no", "true" if value else "false")
        case inspect.IntType(ge=least, le=most):
            return Input(name, "number", shown, least=least, most=most, is_optional=is_optional)
        case inspect.LiteralType(values=values):
            return _choice(name, shown, map(str, values), is_optional)
        case inspect.EnumType(cls=cls):
            return _choice(name, shown, (str(one.value) for one in cls), is_optional)
        case inspect.StrType(max_length=most) if most is not None and most > LONGEST_LINE:
            return Input(name, "long", shown)
        case inspect.StrType():
            return Input(name, "text", shown)
        case inspect.DateTimeType():
            return Input(name, "moment", _clock(value), is_optional=is_optional)
        case inspect.CustomType(cls=cls) if cls is Conditions:
            return Input(name, "conditions", "", rows=condition_form.fieldsets(value, _input))
        case inspect.VarTupleType(item_type=inspect.StrType()):
            return Input(name, "list", ", ".join(value or ()))
        case inspect.VarTupleType(item_type=inspect.StructType() as row):
            blank: list[dict[str, Any]] = [{}] * BLANK_ROWS
            rows = [_cells(f"{name}.{i}", row, told) for i, told in enumerate([*value, *blank])]
            return Input(name, "rows", "", rows=rows)
        case _:
            return Input(name, "json", msgspec.json.format(msgspec.json.encode(value)).decode())


def _choice(name: str, shown: str, choices: Iterable[str], is_optional: bool) -> Input:
    """Return a choice; one that may be empty has an empty one, so that a page changes nothing."""
    found = [*([""] if is_optional else []), *choices]
    return Input(name, "choice", shown, choices=found, is_optional=is_optional)


def _cells(row_name: str, row: inspect.StructType, told: Mapping[str, Any]) -> list[Input]:
    return [
        _input(f"{row_name}.{field.name}", field.type, told.get(field.name)) for field in row.fields
    ]


def sent(rule: Struct) -> dict[str, str]:
    """Return what the form of a rule sends where nobody changes it."""
    return {one.name: one.value for one in flat(inputs(rule))}


def flat(shown: Iterable[Input]) -> Iterator[Input]:
    """Go through all inputs of a page, cells of rows one by one."""
    for one in shown:
        if one.kind in ("rows", "conditions"):
            for row in one.rows:
                yield from row
        else:
            yield one


def _without_none(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    if isinstance(kind, inspect.UnionType):
        others = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(others) == 1:
            return others[0], True
    return kind, False


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _clock(told: str | None) -> str:
    """Return a stored moment by the Shanghai clock, as a browser's input wants it."""
    if told is None:
        return ""
    return f"{datetime.fromisoformat(told).astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S}"


def _moment(name: str, told: str) -> str:
    """Return a moment that a browser told by the Shanghai clock as it is stored."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        wrong = f"Invalid RFC3339 encoded datetime - at `$.{name}`"
        raise msgspec.ValidationError(wrong) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat()


def body_of(rule: Struct, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the stored form of the rule that a form asks for; its registry checks it.

    Raises:
        msgspec.ValidationError: a field is no number, no moment or no JSON; the text names it.
    """
    return {one.name: _told(one, form) for one in inputs(rule)}


def _told(one: Input, form: Mapping[str, str]) -> Any:
    if one.kind == "rows":
        return _rows(one, form)
    if one.kind == "conditions":
        if one.name in form:  # written as JSON, as other programs may
            return _json(one.name, form[one.name].strip())
        return condition_form.body_of(form, _input, _value)
    return _value(one, form.get(one.name, "").strip())


def as_sent(one: Input, form: Mapping[str, str]) -> Input:
    """Return a field as a form sent it, so that nothing is lost where it is shown again."""
    if one.kind == "conditions" and one.name in form:
        return Input(one.name, "json", form[one.name])
    if one.kind == "conditions" and condition_form.is_told(form):
        rows = condition_form.as_sent(form, _input)
        return msgspec.structs.replace(one, rows=rows)
    return msgspec.structs.replace(
        one,
        value=form.get(one.name, one.value),
        rows=[[as_sent(cell, form) for cell in row] for row in one.rows],
    )


def filled_rows(name: str, form: Mapping[str, str]) -> list[int]:
    """Return the numbers of the rows of which any cell is filled in, as they stand on the page."""
    filled = {
        cell.split(".")[1] for cell in form if cell.startswith(f"{name}.") and form[cell].strip()
    }
    return [number for number in range(MOST_ROWS) if str(number) in filled]


def _rows(one: Input, form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of which any cell is filled in; a cell left empty has its default."""
    columns = one.rows[0]
    found = []
    for number in range(MOST_ROWS):
        row: dict[str, Any] = {}
        for column in columns:
            name = column.name.rpartition(".")[2]
            cell = f"{one.name}.{number}.{name}"
            told = form.get(cell, "").strip()
            if told:
                row[name] = _value(msgspec.structs.replace(column, name=cell), told)
        if row:
            found.append(row)
    return found


def _value(one: Input, told: str) -> Any:
    if len(told) > LONGEST_INPUT:
        raise msgspec.ValidationError(
            f"Expected `str` of length <= {LONGEST_INPUT} - at `$.{one.name}`"
        )
    if not told and one.is_optional:
        return None
    match one.kind:
        case "yes_no":
            return told == "true"
        case "number":
            if not told.removeprefix("-").isdecimal() or not told.isascii():
                raise msgspec.ValidationError(f"Not a number - at `$.{one.name}`")
            if len(told) > LONGEST_NUMBER:
                raise msgspec.ValidationError(f"Number out of range - at `$.{one.name}`")
            return int(told)
        case "moment":
            return _moment(one.name, told)
        case "list":
            return [part.strip() for part in told.replace("，", ",").split(",") if part.strip()]
        case "json":
            return _json(one.name, told)
        case "long":
            return told.replace("\r\n", "\n")
        case _:
            return told


def _json(name: str, told: str) -> Any:
    try:
        return msgspec.json.decode(told or "[]")
    except (msgspec.DecodeError, RecursionError) as broken:
        wrong = str(broken).partition(" - at ")[0]  # where in the field is not told
        raise msgspec.ValidationError(f"{wrong} - at `$.{name}`") from None
