"""Bring what members were given for milestones to what they have reached."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from loyalty import coupons
from loyalty.crossings.giving import Due, give, take_back
from loyalty.crossings.histories import GivenReward, given, histories
from loyalty.facts import Case
from loyalty.milestones import MILESTONES, Crossing, History, Milestone
from loyalty.programme import Programme, Rule
from loyalty.standing.knowing import facts_of_all

LONGEST = timedelta(days=366)


async def follow(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    """Give what members have newly reached, and take back what they have reached no more.

    The caller holds their rows. A constant number of statements; none where there never was a
    milestone.
    """
    if not rules.rules.get(MILESTONES.name):
        return
    versions = list(_versions(rules, at))
    found = await histories(member_ids, [one.body for one in versions], at=at)
    held = await given(list(found))
    gone: list[tuple[int, GivenReward]] = []
    due: list[Due] = []
    for member_id, history in found.items():
        hers = held[member_id]
        gone += [(member_id, one) for one in hers if _is_gone(one, history, rules)]
        due += _due(member_id, history, hers, versions, rules)
    await take_back(gone, rules, at=at)
    await give(await _meant_for_them(due, rules, at=at), rules, at=at)


def _is_gone(one: GivenReward, history: History, rules: Programme) -> bool:
    """Say whether an order was given back without which she has not reached it."""
    rule = rules.version(one.rule_version_id, MILESTONES)
    assert rule is not None, "versions stay for what they made"
    milestone: Milestone = rule.body
    if one.undone_at is not None or milestone.on_refund == "keep" or not milestone.of_orders:
        return False
    return all(crossing.name != one.name for crossing in milestone.crossings(history))


def _versions(rules: Programme, at: datetime) -> Iterator[Rule]:
    """Go through the versions that may be in force at a moment that is not told too late."""
    ordered = sorted(rules.rules[MILESTONES.name], key=lambda rule: rule.slot)  # keeps newest first
    for _, of_slot in groupby(ordered, key=lambda rule: rule.slot):
        for rule in of_slot:
            if rule.ends_at is None or rule.ends_at > at - LONGEST:
                yield rule
            if rule.ends_at is None and rule.starts_at <= at - LONGEST:
                break  # those before it are behind it for all of the time


def _due(
    member_id: int,
    history: History,
    hers: Iterable[GivenReward],
    versions: Iterable[Rule],
    rules: Programme,
) -> Iterator[Due]:
    standing = {(one.slot, one.name) for one in hers if one.undone_at is None}
    before = {(one.slot, one.name): one for one in hers if one.owner_id == member_id}
    for rule in versions:
        for crossing in rule.body.crossings(history):
            name = (rule.slot, crossing.name)
            if name not in standing and _counts(crossing, rule, history, rules):
                standing.add(name)
                yield Due(member_id, rule, crossing, before.get(name))


def _counts(crossing: Crossing, rule: Rule, history: History, rules: Programme) -> bool:
    """Say whether it was reached while this version held, and we are told of it in time."""
    if rule.body.counts_whenever:
        now = rules.find(rule.slot, MILESTONES, history.at)
        return now is not None and now.version_id == rule.version_id
    oldest = history.at - timedelta(days=rule.body.within_days)
    if crossing.reached_at <= oldest:
        return False
    in_force = rules.find(rule.slot, MILESTONES, crossing.reached_at)
    return in_force is not None and in_force.version_id == rule.version_id


async def _meant_for_them(due: Sequence[Due], rules: Programme, *, at: datetime) -> list[Due]:
    """Leave out those whose conditions are not met, or whose coupon is in force no more."""
    if not due:
        return []
    facts = await facts_of_all({one.member_id for one in due}, at=at, rules=rules)
    return [
        one
        for one in due
        if _can_give(one.rule.body, rules, at=at)
        and not one.rule.body.conditions.refusals(Case(facts[one.member_id]))
    ]


def _can_give(milestone: Milestone, rules: Programme, *, at: datetime) -> bool:
    slot = milestone.reward_coupon_slot
    return not slot or coupons.batch(rules, slot, at=at) is not None
