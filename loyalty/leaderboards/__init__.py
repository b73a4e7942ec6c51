"""Leaderboards: a score a member and season, derived from what happened; who came first leads ties.

A season with prizes ends: its list is frozen, staff look it through and approve, and prizes are
given once.
"""

from loyalty.leaderboards.auditing import approve, disqualify, keep_off, let_on, readmit
from loyalty.leaderboards.finals import Final, FinalPlace, Looked
from loyalty.leaderboards.freezing import freeze
from loyalty.leaderboards.moving import keep_ranks, ranks_before
from loyalty.leaderboards.paying import pay
from loyalty.leaderboards.played import Played
from loyalty.leaderboards.reading import (
    Place,
    around,
    as_now,
    hers,
    hers_of,
    hidden,
    names,
    pages,
    rank_of,
    season_of,
    top,
)
from loyalty.leaderboards.scoring import Scored
from loyalty.leaderboards.telling import prize_words

__all__ = [
    "Final",
    "FinalPlace",
    "Looked",
    "Place",
    "Played",
    "Scored",
    "approve",
    "around",
    "as_now",
    "disqualify",
    "freeze",
    "hers",
    "hers_of",
    "hidden",
    "keep_off",
    "keep_ranks",
    "let_on",
    "names",
    "pages",
    "pay",
    "prize_words",
    "rank_of",
    "ranks_before",
    "readmit",
    "season_of",
    "top",
]
