"""Kinds of a thing, each defined by the one file that adds it."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import msgspec

P = TypeVar("P")
C = TypeVar("C", bound=type[Any])


@runtime_checkable
class Nested(Protocol):
    """A field of a rule that holds rules of another registry, such as its conditions."""

    @classmethod
    def read(cls, told: object) -> "Nested":
        """Make it of its stored form. Raises: msgspec.ValidationError, KeyError."""

    def told(self) -> object:
        """Return what is stored."""


def encode(rule: object) -> bytes:
    """Return a rule as it is stored."""
    return msgspec.json.encode(rule, enc_hook=_encode_hook)


def _decode_hook(wanted: type, told: object) -> object:
    assert issubclass(wanted, Nested)
    return wanted.read(told)


def _encode_hook(rule: object) -> object:
    assert isinstance(rule, Nested)
    return rule.told()


class Registry(Generic[P]):
    """What a marketer can pick from one drop-down.

    A kind is a stored string and its file has that name: a class may be renamed, a kind never.
    """

    def __init__(self, package: str) -> None:
        self.name = package.rpartition(".")[2]
        self._package = package
        self._kinds: dict[str, type[Any]] = {}

    def add(self, kind: str) -> Callable[[C], C]:
        """Register a frozen struct under its kind; adding a kind twice stops the program."""

        def register(struct: C) -> C:
            if kind in self._kinds:
                raise ValueError(f"{self._package}: kind {kind!r} is added twice")
            self._kinds[kind] = struct
            return struct

        return register

    def load(self) -> None:
        """Import every file of the package, so that each adds itself."""
        package = import_module(self._package)
        for module in iter_modules(package.__path__, f"{self._package}."):
            import_module(module.name)

    def decode(self, kind: str, body: object) -> P:
        """Make the rule that staff set from its stored fields.

        Raises:
            KeyError: no file adds this kind.
            msgspec.ValidationError: a field is missing or wrong; the text names it.
        """
        rule: P = msgspec.convert(body, self._kinds[kind], dec_hook=_decode_hook)
        return rule

    def kind_of(self, rule: object) -> str | None:
        """Return the kind of a rule; None where it is not of this registry."""
        for kind, struct in self._kinds.items():
            if type(rule) is struct:
                return kind
        return None

    def __getitem__(self, kind: str) -> type[Any]:
        return self._kinds[kind]

    def __contains__(self, kind: str) -> bool:
        return kind in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._kinds))
