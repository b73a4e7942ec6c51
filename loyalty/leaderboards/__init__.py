"""Leaderboards: a score a member and season, derived from the ledger; ties go to who came first."""

from loyalty.leaderboards.reading import (
    Place,
    around,
    names,
    pages,
    rank_of,
    scores,
    season_of,
    top,
)
from loyalty.leaderboards.scoring import Scored

__all__ = ["Place", "Scored", "around", "names", "pages", "rank_of", "scores", "season_of", "top"]
