"""Every number and text that a request may hold has bounds, or the program does not start.

A number without an upper bound meets the database's bigint as an error 500; a text without a length
is as long as its sender likes.
"""

from typing import Any

from msgspec import inspect
from msgspec.inspect import (
    BoolType,
    CollectionType,
    DateTimeType,
    DateType,
    DictType,
    EnumType,
    FloatType,
    IntType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    UUIDType,
)

LEAST, MOST = -(2**63), 2**63 - 1
HARMLESS = (BoolType, DateTimeType, DateType, EnumType, LiteralType, NoneType, UUIDType)


def require_bounds(wanted: Any, *, place: str) -> None:
    """Look a type of a request through.

    Raises:
        TypeError: something in it has no bounds, may hold anything, or takes unknown fields.
    """
    _look(inspect.type_info(wanted), place)


def _look(found: Type, place: str) -> None:
    match found:
        case StructType(forbid_unknown_fields=True):
            for field in found.fields:
                _look(field.type, f"{place}.{field.encode_name}")
        case StructType():
            raise TypeError(f"{place} takes unknown fields")
        case UnionType():
            for one in found.types:
                _look(one, place)
        case CollectionType(max_length=int()):
            _look(found.item_type, f"{place}[]")
        case DictType(max_length=int()):
            _look(found.key_type, f"{place}.key")
            _look(found.value_type, f"{place}.value")
        case inspect.Metadata():
            _look(found.type, place)
        case _ if not _is_bounded(found):
            raise TypeError(f"{place} has no bounds")


def _is_bounded(found: Type) -> bool:
    match found:
        case IntType():
            lowest = found.ge if found.ge is not None else found.gt
            highest = found.le if found.le is not None else found.lt
            return lowest is not None and highest is not None and LEAST <= lowest <= highest <= MOST
        case FloatType():
            return (found.ge is not None or found.gt is not None) and (
                found.le is not None or found.lt is not None
            )
        case StrType():
            return found.max_length is not None
    return isinstance(found, HARMLESS)
