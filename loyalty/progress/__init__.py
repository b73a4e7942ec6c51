"""Challenges: how far members are, their check-ins, and the rewards they claim.

Nothing is written when an order comes: how far somebody is, is counted when it is asked. What she
claimed is compared with what she has reached whenever she is derived again, and undone where an
order was given back (`follow`).
"""

from loyalty.progress.checking_in import check_in, days, today
from loyalty.progress.claiming import Claimed, claim
from loyalty.progress.counting import (
    Progress,
    ProgressState,
    StepProgress,
    TeamShares,
    progress,
    progress_of,
)
from loyalty.progress.following import follow, recheck_teams
from loyalty.progress.previewing import ChallengePreview, RoundPreview, StepPreview, preview

__all__ = [
    "ChallengePreview",
    "Claimed",
    "Progress",
    "ProgressState",
    "RoundPreview",
    "StepPreview",
    "StepProgress",
    "TeamShares",
    "check_in",
    "claim",
    "days",
    "follow",
    "preview",
    "progress",
    "progress_of",
    "recheck_teams",
    "today",
]
