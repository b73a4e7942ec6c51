"""When something is for a member. One file a condition; the docstrings are what staff read."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta, Struct

from loyalty.errors import Refused
from loyalty.facts import Case, Wanted
from loyalty.policies.tiers import Tiers
from loyalty.registry import Registry
from loyalty.wording import Worded

NOTHING_MORE = Wanted()
MORE = Wanted(is_more=True)

Days = Annotated[int, Meta(ge=1, le=3660)]
Fen = Annotated[int, Meta(ge=1, le=10**9)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """What every condition can do. One that ``hesitates`` waits for a member to hesitate."""

    hesitates: ClassVar[bool] = False

    def wanted(self) -> Wanted:
        """Return what it wants to know of a member beyond her standing."""
        return NOTHING_MORE

    def refusal(self, case: Case) -> Refused | None:
        """Return None where it holds, else the refusal with its figures ("18 yuan short")."""
        raise NotImplementedError

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it; ``tiers`` are those in force."""
        raise NotImplementedError

    def why(self, case: Case) -> Worded | None:
        """Return why it holds for her, with her own figures; None where it holds for anybody."""
        return None

    def used_up(self, case: Case) -> Refused | None:
        """Return why an order of hers has used it up meanwhile; None for what no order uses up.

        Asked once more while an order is placed, when no other of hers can be.
        """
        return None


class Personal(Condition, frozen=True):
    """One that looks at what she did or told: it holds only where she wants personal offers."""

    def wanted(self) -> Wanted:
        """Return what it wants to know of a member beyond her standing."""
        return MORE

    def refusal(self, case: Case) -> Refused | None:
        """Return None where it holds and she wants to be offered what others are not."""
        if not case.facts.wants_personal_offers:
            return Refused("personal_offers_off")
        return self.hers(case)

    def hers(self, case: Case) -> Refused | None:
        """Return None where it holds for her."""
        raise NotImplementedError


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

    def refusal(self, case: Case) -> Refused | None:
        """Return the first reason why it is not for her; None where it is."""
        for condition in self.all_of:
            if refusal := condition.refusal(case):
                return refusal
        return None

    def refusals(self, case: Case) -> list[Refused]:
        """Return why it is not for her; nothing where it is."""
        found = [condition.refusal(case) for condition in self.all_of]
        return [refusal for refusal in found if refusal is not None]

    def wanted(self) -> Wanted:
        """Return what they want to know of a member beyond her standing."""
        found = NOTHING_MORE
        for one in self.all_of:
            found |= one.wanted()
        return found

    def whys(self, case: Case) -> list[Worded]:
        """Return why it is hers, with her own figures; nothing where it is anybody's."""
        found = [one.why(case) for one in self.all_of]
        return [why for why in found if why is not None]

    @property
    def hesitates(self) -> bool:
        """Say whether any of them waits for a member to hesitate."""
        return any(one.hesitates for one in self.all_of)

    @property
    def can_be_used_up(self) -> bool:
        """Say whether an order of hers may use it up."""
        return any(type(one).used_up is not Condition.used_up for one in self.all_of)

    def used_up(self, case: Case) -> Refused | None:
        """Return why an order of hers has used it up meanwhile."""
        return next((one for each in self.all_of if (one := each.used_up(case))), None)

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


def wanted_by(all_of: Iterable[Conditions]) -> Wanted:
    """Return what conditions of several rules want to know of a member."""
    found = NOTHING_MORE
    for one in all_of:
        found |= one.wanted()
    return found
