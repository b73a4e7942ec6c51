"""A form for any rule: one input a field of its struct, and back from the form to the rule."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, inspect

from loyalty.calendar import SHANGHAI
from loyalty.registry import encode

LONGEST_INPUT = 20_000
LONGEST_NUMBER = 18


class Input(Struct, frozen=True):
    """One field as the page shows it.

    ``kind`` is number, text, choice, yes_no, moment, list or json.
    """

    name: str
    kind: str
    value: str
    choices: list[str] = []
    least: int | None = None
    most: int | None = None
    is_optional: bool = False


def inputs(rule: Struct) -> list[Input]:
    """Return the fields of a rule with what they hold."""
    told = msgspec.json.decode(encode(rule))
    described = inspect.type_info(type(rule))
    assert isinstance(described, inspect.StructType)
    return [_input(field.name, field.type, told[field.name]) for field in described.fields]


def _input(name: str, kind: inspect.Type, value: Any) -> Input:
    kind, is_optional = _without_none(kind)
    shown = _shown(value)
    match kind:
        case inspect.BoolType():
            return Input(name, "yes_no", "true" if value else "false")
        case inspect.IntType(ge=least, le=most):
            return Input(name, "number", shown, least=least, most=most, is_optional=is_optional)
        case inspect.LiteralType(values=values):
            return Input(name, "choice", shown, choices=[str(one) for one in values])
        case inspect.EnumType(cls=cls):
            return Input(name, "choice", shown, choices=[str(one.value) for one in cls])
        case inspect.StrType():
            return Input(name, "text", shown)
        case inspect.DateTimeType():
            return Input(name, "moment", _clock(value), is_optional=is_optional)
        case inspect.VarTupleType(item_type=inspect.StrType()):
            return Input(name, "list", ", ".join(value))
        case _:
            return Input(name, "json", msgspec.json.format(msgspec.json.encode(value)).decode())


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
    return {one.name: _value(one, form.get(one.name, "").strip()) for one in inputs(rule)}


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
        case _:
            return told


def _json(name: str, told: str) -> Any:
    try:
        return msgspec.json.decode(told or "[]")
    except (msgspec.DecodeError, RecursionError) as broken:
        wrong = str(broken).partition(" - at ")[0]  # where in the field is not told
        raise msgspec.ValidationError(f"{wrong} - at `$.{name}`") from None
