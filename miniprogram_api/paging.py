"""Pages of a list that can grow: the last of one page asks for the next."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from msgspec import Meta, Struct


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page.

    A ``before`` that names nothing of mine leads to an empty page.
    """

    before: Annotated[UUID, Meta(description="`next_before` of the page before")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100, description="At most so many")] = 100


class Named(Protocol):
    """Whatever has a name of its own."""

    @property
    def uuid(self) -> UUID:
        """Return its name."""


Line = TypeVar("Line", bound=Named)


def cut(found: Sequence[Line], limit: int) -> tuple[Sequence[Line], UUID | None]:
    """Return a page of what was read with one line more, and what asks for the next page."""
    shown = found[:limit]
    return shown, shown[-1].uuid if len(found) > limit else None
