"""Who is meant. One file a kind; the docstrings are what staff read.

A rule of the slot ``segment:<code>`` is one segment. Its members are computed by its queries, and
kept as the snapshot of a day.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from loyalty.registry import Registry

Name = Annotated[str, Meta(min_length=1, max_length=40)]
CutPoints = dict[str, list[int]]


class Query(Struct, frozen=True):
    """One statement with its arguments."""

    sql: str
    arguments: Sequence[Any]


class Segment(Struct, frozen=True, forbid_unknown_fields=True):
    """What every segment has."""

    name_zh: Name = "人群"
    name_en: Name = "Segment"

    def cut_points(self, *, at: datetime) -> Query:
        """Return the query of one row: for each figure an array of the bounds that score it."""
        raise NotImplementedError

    def members(self, cut_points: CutPoints, *, at: datetime) -> Query:
        """Return the query of (member_id, cell) rows as of a moment, scored by these bounds."""
        raise NotImplementedError


SEGMENTS: Registry[Segment] = Registry(__name__)
