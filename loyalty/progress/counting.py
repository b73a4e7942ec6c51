"""How far members are with each challenge, counted from what happened in its round."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from loyalty import programme
from loyalty.challenges import CHALLENGES, Challenge, ChallengeStep
from loyalty.challenges.team_total import TeamTotal
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case
from loyalty.happenings import Happenings
from loyalty.programme import Programme
from loyalty.progress import held
from loyalty.progress.held import HeldClaim
from loyalty.progress.rounds import Round, rounds
from loyalty.progress.seeing import see
from loyalty.seasons import Season
from loyalty.standing.knowing import facts_of_all


class ProgressState(StrEnum):
    """Still to come, open, reached and ready to be claimed, or claimed."""

    COMING = "coming"
    OPEN = "open"
    READY = "ready"
    CLAIMED = "claimed"


class StepProgress(Struct, frozen=True):
    """One step of a challenge for one member; ``place`` counts from 1.

    ``before`` is what she claimed of it and was undone.
    """

    place: int
    step: ChallengeStep
    state: ProgressState
    before: HeldClaim | None = None


class TeamShares(Struct, frozen=True):
    """What each member of a team has brought: in fen, or in orders, by her id."""

    community_id: int
    shares: dict[int, int]


class Progress(Struct, frozen=True):
    """One challenge in its round, for one member. ``done`` is at most the last target.

    ``refusals`` say why it is not for her. Of a season that is still to come nothing is done.
    """

    code: str
    kind: str
    rule_version_id: int
    challenge: Challenge
    round: Season
    is_endless: bool
    done: int
    state: ProgressState
    refusals: list[Refused]
    steps: list[StepProgress]
    team: TeamShares | None = None

    @property
    def next_step(self) -> StepProgress:
        """Return the first step that she has not claimed; the last where she has them all."""
        unclaimed = (one for one in self.steps if one.state is not ProgressState.CLAIMED)
        return next(unclaimed, self.steps[-1])

    @property
    def ready(self) -> list[StepProgress]:
        """Return the steps that she can claim."""
        return [one for one in self.steps if one.state is ProgressState.READY]


async def progress(
    member_id: int, *, at: datetime, rules: Programme | None = None
) -> list[Progress]:
    """Return how far a member is with each challenge in force.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = rules or await programme.recent()
    if not rules.of(CHALLENGES, at):
        return []
    found = await progress_of([member_id], at=at, rules=rules)
    if member_id not in found:
        raise NotFound("no_such_member")
    return found[member_id]


async def progress_of(
    member_ids: Collection[int], *, at: datetime, rules: Programme
) -> dict[int, list[Progress]]:
    """Return how far members are with each challenge in force; of who is none, nothing.

    A constant number of statements: one for what is known of them, one for what they claimed, one
    for each kind of happening that the challenges look at.
    """
    running = rounds(rules, at)
    facts = await facts_of_all(member_ids, at=at, rules=rules) if running else {}
    if not facts:
        return {}
    begun = [one for one in running if one.has_begun]
    since = min((one.span.starts_at for one in begun), default=at)
    seen = await see(sorted(facts), [one.challenge for one in begun], since=since, until=at)
    slots = [one.rule.slot for one in running]
    claims = await held.of_rounds(sorted(facts), slots, [one.span.name for one in running])
    told: dict[int, list[Progress]] = {}
    for member_id, hers in facts.items():
        case = Case(hers)
        told[member_id] = [
            _progress(
                one,
                seen.of(member_id, one.challenge, one.span) if one.has_begun else None,
                [claim for claim in claims.get(member_id, ()) if _is_of(claim, one)],
                refusals=one.challenge.conditions.refusals(case),
            )
            for one in running
        ]
    return told


def _is_of(claim: HeldClaim, one: Round) -> bool:
    return claim.slot == one.rule.slot and claim.round == one.span.name


def _progress(
    one: Round,
    happenings: Happenings | None,
    claims: Sequence[HeldClaim],
    *,
    refusals: list[Refused],
) -> Progress:
    challenge = one.challenge
    done = challenge.reached(happenings) if happenings else 0
    refusals = [*refusals, *(challenge.lacks(happenings) if happenings else ())]
    steps = [
        _step(place, step, claims, is_reached=done >= step.target and not refusals)
        for place, step in enumerate(challenge.steps, 1)
    ]
    kind = CHALLENGES.kind_of(challenge)
    assert kind is not None, "the rule was decoded by its kind"
    return Progress(
        code=one.rule.slot.partition(":")[2],
        kind=kind,
        rule_version_id=one.rule.version_id,
        challenge=challenge,
        round=one.span,
        is_endless=one.is_endless,
        done=min(done, challenge.steps[-1].target),
        state=_state(steps) if one.has_begun else ProgressState.COMING,
        refusals=refusals,
        steps=steps,
        team=_shares(challenge, happenings) if happenings else None,
    )


def _step(
    place: int, step: ChallengeStep, claims: Sequence[HeldClaim], *, is_reached: bool
) -> StepProgress:
    hers = [one for one in claims if one.step == place]
    if any(one.undone_at is None for one in hers):
        return StepProgress(place, step, ProgressState.CLAIMED)
    state = ProgressState.READY if is_reached else ProgressState.OPEN
    return StepProgress(place, step, state, hers[-1] if hers else None)


def _state(steps: Sequence[StepProgress]) -> ProgressState:
    states = {one.state for one in steps}
    if ProgressState.READY in states:
        return ProgressState.READY
    return ProgressState.OPEN if ProgressState.OPEN in states else ProgressState.CLAIMED


def _shares(challenge: Challenge, happenings: Happenings) -> TeamShares | None:
    if not isinstance(challenge, TeamTotal):
        return None
    team = challenge.team(happenings)
    return TeamShares(team.community_id, challenge.shares(team)) if team else None
