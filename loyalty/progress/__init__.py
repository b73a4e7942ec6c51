"""Challenges: how far a member is, her check-ins, and the rewards she claims."""

from loyalty.progress.checking_in import check_in, days, today
from loyalty.progress.claiming import Claimed, claim
from loyalty.progress.counting import Progress, ProgressState, progress

__all__ = ["Claimed", "Progress", "ProgressState", "check_in", "claim", "days", "progress", "today"]
