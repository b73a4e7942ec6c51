"""From bytes and texts of a request to structs, or a refusal that names the field."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct, inspect
from multidict import MultiMapping

from loyalty.wording import Worded
from web.refusals import BadRequest
from web.wrongs import WRONGS

_PLACE = re.compile(r"(?P<told>.*?)(?: - at (?:`key` in )?`\$(?P<path>.*)`)?", re.DOTALL)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), zh, en) for pattern, zh, en in WRONGS)
_BYTE = re.compile(r"JSON is malformed: .* \(byte (\d+)\)")
_NAME_BEFORE = re.compile(r'"([^"\\]{1,64})"\s*:\s*-?$')
_WHOLE = re.compile("-?[0-9]{1,40}", re.ASCII)
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
# Up to here every integer has a float of its own.
_EXACT = 2**53
_TRUTHS = {"true": True, "false": False}
_BEFORE_BYTES = 120


def body_decoder(struct: type[Struct]) -> Callable[[bytes], Struct]:
    """Return what makes this struct of a JSON body.

    Beyond what the struct's fields say it refuses names that come twice, and NUL in texts, which
    the database cannot hold.
    """
    decoder = msgspec.json.Decoder(struct)

    def decode(body: bytes) -> Struct:
        try:
            found = _decoded(decoder, body)
            _UNREPEATED.decode(body.decode())
        except msgspec.ValidationError as error:
            raise wrong_field(str(error)) from None
        except msgspec.DecodeError as error:
            raise _malformed(str(error), body) from None
        except (ValueError, RecursionError):
            raise BadRequest() from None
        if b"\\u0000" in body:
            _refuse_nul(msgspec.to_builtins(found), "")
        return found

    return decode


def _decoded(decoder: msgspec.json.Decoder[Struct], body: bytes) -> Struct:
    """Decode a body; 3.0 is the integer 3 to JSON and to our document, whatever wrote it."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
        return decoder.decode(json.dumps(json.loads(body, parse_float=_whole)).encode())


def _whole(told: str) -> float:
    number = float(told)
    return int(number) if number.is_integer() and abs(number) <= _EXACT else number


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) != len(pairs):
        (repeated, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise wrong_field("Repeated", name=repeated)


_UNREPEATED = json.JSONDecoder(object_pairs_hook=_refuse_repeated)


def _refuse_nul(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise wrong_field("NUL", name=path.lstrip("."))
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_nul(name, f"{path}.{ascii(name)[1:-1]}")
            _refuse_nul(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _refuse_nul(inner, f"{path}[{place}]")


def _malformed(told: str, body: bytes) -> BadRequest:
    """Name the field whose value is no JSON, such as NaN, where it can be told."""
    place = _BYTE.fullmatch(told)
    if place:
        end = int(place[1])
        before = body[max(0, end - _BEFORE_BYTES) : end].decode("utf-8", "replace")
        named = _NAME_BEFORE.search(before)
        name = named[1] if named else ""
        if body[end : end + 1] in b"NI" and (where := _where_no_number(body) or name):
            return wrong_field("Not a number", name=where)
        if name:
            return wrong_field("", name=name)
    return BadRequest()


_NO_NUMBER = object()


def _where_no_number(body: bytes) -> str:
    """Return where a body has its first NaN or Infinity; nothing where more is wrong."""
    try:
        told = json.loads(body, parse_constant=lambda _: _NO_NUMBER)
        return next(_paths_of(_NO_NUMBER, told, ""), "").lstrip(".")
    except (ValueError, RecursionError):
        return ""


def _paths_of(wanted: object, value: Any, path: str) -> Iterator[str]:
    if value is wanted:
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths_of(wanted, inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths_of(wanted, inner, f"{path}[{place}]")


def query_decoder(struct: type[Struct]) -> Callable[[MultiMapping[str]], Struct]:
    """Return what makes this struct of a query string."""
    readers = {
        field.encode_name: text_reader(field.type) for field in msgspec.structs.fields(struct)
    }

    def decode(query: MultiMapping[str]) -> Struct:
        if not query:
            return msgspec.convert({}, struct)
        read: dict[str, Any] = {}
        for name, value in query.items():
            if name in read:
                raise wrong_field("Repeated", name=name)
            reader = readers.get(name)
            read[name] = reader(value) if reader else value
        found: Struct = converted(read, struct, name="")
        return found

    return decode


def text_reader(wanted: Any) -> Callable[[str], Any]:
    """Return what reads a text of this type as the decoder wants it: numbers and truths."""
    types = list(_plain_types(inspect.type_info(wanted)))
    takes_whole = any(isinstance(one, inspect.IntType) for one in types)
    takes_truth = any(isinstance(one, inspect.BoolType) for one in types)

    def read(value: str) -> Any:
        if takes_whole and _WHOLE.fullmatch(value):
            return int(value)
        return _TRUTHS.get(value, value) if takes_truth else value

    return read


def _plain_types(found: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(found, inspect.UnionType):
        for one in found.types:
            yield from _plain_types(one)
    elif isinstance(found, inspect.Metadata):
        yield from _plain_types(found.type)
    else:
        yield found


def converted(value: Any, wanted: Any, *, name: str) -> Any:
    """Return a value as the type that a path or query wants.

    Raises:
        BadRequest: it does not fit, or holds NUL or half a character.
    """
    texts: Mapping[str, Any] = value if isinstance(value, dict) else {name: value}
    for field, text in texts.items():
        if isinstance(text, str) and _UNWRITABLE.search(text):
            raise wrong_field("NUL", name=field)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise wrong_field(str(error), name=name) from None


def wrong_field(told: str, *, name: str = "") -> BadRequest:
    """Return the refusal for what the decoder told: which field, and what would be right."""
    placed = _PLACE.fullmatch(told)
    assert placed, "the pattern takes any text"
    found = (
        (match.groupdict(), zh, en)
        for pattern, zh, en in _PATTERNS
        if (match := pattern.fullmatch(placed["told"]))
    )
    groups, zh, en = next(found)
    path = ((placed["path"] or "") + ("." + groups["name"] if "name" in groups else "")).strip(".")
    wanted = Worded(zh.format_map(groups), en.format_map(groups))
    return BadRequest("bad_field", field=path or name or "body", wanted=wanted)
