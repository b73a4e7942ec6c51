"""Whether anybody can reach a challenge, and gets something for it, before it is published."""

from datetime import datetime, timedelta

from loyalty.challenges import Challenge
from loyalty.errors import Refused
from loyalty.festivals import is_festival
from loyalty.policies.seasons import Seasons
from loyalty.seasons import Season, coming, running

DAY = timedelta(days=1)


def check(
    challenge: Challenge, seasons: Seasons, *, at: datetime, ends_at: datetime | None
) -> None:
    """Let a challenge through that has a round in which its steps can be reached.

    Raises:
        Refused: ``challenge_gives_nothing``: its first step has no reward;
            ``challenge_never_runs``: it ends before its season begins;
            ``challenge_longer_than_season``: it takes more days than the season has.
    """
    first = challenge.steps[0]
    if not first.gives_something:
        raise Refused("challenge_gives_nothing", name="reward_points")
    span = _next(challenge, seasons, at=at)
    if ends_at is not None and (ends_at <= at or (span and ends_at <= span.starts_at)):
        raise Refused("challenge_never_runs", name="rounds")
    if span and challenge.counted_in() == "days":
        days = round((span.ends_at - span.starts_at) / DAY)
        if challenge.steps[-1].target > days:
            raise Refused("challenge_longer_than_season", name="target", days=days)


def _next(challenge: Challenge, seasons: Seasons, *, at: datetime) -> Season | None:
    """Return the season that runs or comes next; None of a challenge without one."""
    if not is_festival(challenge.rounds):
        return None
    return running(challenge.rounds, at, seasons) or coming(challenge.rounds, at, seasons)
