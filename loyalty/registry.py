"""Kinds of a thing, each defined by the one file that adds it."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar

import msgspec

P = TypeVar("P")
C = TypeVar("C", bound=type[Any])


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
        rule: P = msgspec.convert(body, self._kinds[kind])
        return rule

    def __getitem__(self, kind: str) -> type[Any]:
        return self._kinds[kind]

    def __contains__(self, kind: str) -> bool:
        return kind in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._kinds))
