"""Who is meant. One file a kind; the docstrings are what staff read.

A rule of the slot ``segment:<code>`` is one segment. Its members are computed by one query, and
kept as the snapshot of a day.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from loyalty.registry import Registry

Name = Annotated[str, Meta(min_length=1, max_length=40)]


class Query(Struct, frozen=True):
    """One statement with its arguments, which yields (member_id, cell) rows."""

    sql: str
    arguments: Sequence[Any]


class Segment(Struct, frozen=True, forbid_unknown_fields=True):
    """What every segment has."""

    name_zh: Name = "人群"
    name_en: Name = "Segment"

    def query(self, cut_points: dict[str, list[int]], *, at: datetime) -> Query:
        """Return the query of its members as of a moment, scored by these bounds."""
        raise NotImplementedError


SEGMENTS: Registry[Segment] = Registry(__name__)
