"""When something is for a member. One file a condition; the docstrings are what staff read."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.registry import Registry
from loyalty.wording import Worded


class Condition(Protocol):
    """What every condition can do."""

    def refusal(self, case: Case) -> Refused | None:
        """Return None where it holds, else the refusal with its figures ("18 yuan short")."""

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it; ``tiers`` are those in force."""


CONDITIONS: Registry[Condition] = Registry(__name__)


class Conditions:
    """All conditions of a rule; stored as [{"kind": ..., its fields}, ...]. None of them is yes."""

    def __init__(self, all_of: Iterable[Condition] = ()) -> None:
        self.all_of = tuple(all_of)

    @classmethod
    def read(cls, told: object) -> "Conditions":
        """Make them of their stored form.

        Raises:
            msgspec.ValidationError: a kind or field that there is not; the text names it.
        """
        stored = msgspec.convert(told, list[dict[str, Any]])
        return cls(_condition(one) for one in stored)

    def told(self) -> object:
        """Return what is stored."""
        return [
            {"kind": CONDITIONS.kind_of(one), **msgspec.to_builtins(one)} for one in self.all_of
        ]

    def refusals(self, case: Case) -> list[Refused]:
        """Return why it is not for her; nothing where it is."""
        found = [condition.refusal(case) for condition in self.all_of]
        return [refusal for refusal in found if refusal is not None]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Conditions) and self.all_of == other.all_of

    def __hash__(self) -> int:
        return hash(self.all_of)


def _condition(told: dict[str, Any]) -> Condition:
    kind = told.get("kind")
    if not isinstance(kind, str) or kind not in CONDITIONS:
        raise msgspec.ValidationError(f"Invalid enum value {kind!r} - at `$.conditions[].kind`")
    return CONDITIONS.decode(kind, {name: told[name] for name in told if name != "kind"})


ALWAYS = Conditions()
