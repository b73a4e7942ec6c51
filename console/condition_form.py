"""The part of a rule's form that holds its conditions: one fieldset each, with its own fields."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from console.inputs import Input
from loyalty.conditions import CONDITIONS

MOST = 12
BLANK = 1
NAME = "conditions"

# Which of a list is wrong is not told: a list is one field of the form.
_PLACE = re.compile(r"`\$\.([a-z_]+)(?:\[\d+\])?`$")

MakeInput = Callable[[str, inspect.Type, Any], Input]
ReadInput = Callable[[Input, str], Any]


def fieldsets(told: list[dict[str, Any]], make: MakeInput) -> list[list[Input]]:
    """Return the inputs of each condition, its kind first, and of blank ones to choose a kind."""
    blank: list[dict[str, Any]] = [{}] * BLANK
    return [_fieldset(number, one, make) for number, one in enumerate([*told, *blank])]


def _fieldset(number: int, told: Mapping[str, Any], make: MakeInput) -> list[Input]:
    kind = told.get("kind", "")
    chosen = Input(f"{NAME}.{number}.kind", "choice", kind, choices=["", *CONDITIONS])
    if kind not in CONDITIONS:
        return [chosen]
    described = inspect.type_info(CONDITIONS[kind])
    assert isinstance(described, inspect.StructType)
    known = msgspec.to_builtins(CONDITIONS[kind]()) | told
    fields = [
        make(f"{NAME}.{number}.{field.name}", field.type, known[field.name])
        for field in described.fields
    ]
    return [chosen, *fields]


def is_told(form: Mapping[str, str]) -> bool:
    """Say whether a form tells conditions by fieldsets."""
    return any(name.startswith(f"{NAME}.") for name in form)


def as_sent(form: Mapping[str, str], make: MakeInput) -> list[list[Input]]:
    """Return the fieldsets that a form asks for: of a kind just chosen its fields as they begin."""
    kinds = [{"kind": kind} for _, kind in _chosen(form)]
    rows = fieldsets(kinds, make)
    numbers = [number for number, _ in _chosen(form)]
    for place, number in enumerate(numbers):
        sent = {one.name: f"{NAME}.{number}.{one.name.rpartition('.')[2]}" for one in rows[place]}
        rows[place] = [
            msgspec.structs.replace(one, value=form.get(sent[one.name], one.value))
            for one in rows[place]
        ]
    return rows


def unseen(form: Mapping[str, str]) -> bool:
    """Say whether a kind was just chosen, of which nobody saw the fields yet."""
    for number, kind in _chosen(form):
        fields = CONDITIONS[kind].__struct_fields__ if kind in CONDITIONS else ()
        if fields and not any(f"{NAME}.{number}.{field}" in form for field in fields):
            return True
    return False


def body_of(form: Mapping[str, str], make: MakeInput, read: ReadInput) -> list[dict[str, Any]]:
    """Return the stored form of the conditions that a form asks for.

    Raises:
        msgspec.ValidationError: a kind that there is not, or a field is wrong; the text names it.
    """
    found = []
    for number, kind in _chosen(form):
        if kind not in CONDITIONS:
            raise msgspec.ValidationError(f"Invalid enum value {kind!r} - at `$.{NAME}`")
        body: dict[str, Any] = {}
        for one in _fieldset(number, {"kind": kind}, make)[1:]:
            if one.name in form:
                body[one.name.rpartition(".")[2]] = read(one, form[one.name].strip())
        _check(number, kind, body)
        found.append({"kind": kind, **body})
    return found


def _check(number: int, kind: str, body: Mapping[str, Any]) -> None:
    """Let a condition through; what is wrong is named by its place in the form."""
    try:
        CONDITIONS.decode(kind, body)
    except msgspec.ValidationError as wrong:
        told = _PLACE.sub(rf"`$.{NAME}.{number}.\1`", str(wrong))
        raise msgspec.ValidationError(told) from None


def _chosen(form: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return the numbers of the fieldsets of which a kind is chosen, and the kinds."""
    told = [(number, form.get(f"{NAME}.{number}.kind", "").strip()) for number in range(MOST)]
    return [(number, kind) for number, kind in told if kind]
