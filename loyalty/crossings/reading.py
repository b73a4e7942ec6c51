"""How far a member is to her next milestones, and whose anniversaries have come."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from loyalty import programme
from loyalty.calendar import day_of, start_of
from loyalty.conditions.birthday import in_year
from loyalty.crossings.histories import given, histories
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case
from loyalty.milestones import MILESTONES, Milestone, Step
from loyalty.milestones.anniversary import Anniversary
from loyalty.milestones.birthday import Birthday
from loyalty.milestones.profile import Profile
from loyalty.programme import Programme
from loyalty.standing.changes import changed
from loyalty.standing.knowing import facts_of
from models import db

LEAP_DAY = "02-29"


class MilestoneProgress(Struct, frozen=True):
    """One milestone for one member: the step to the next time, and how often she was given it.

    Without a step there is no next time. ``refusals`` say why it is not for her.
    """

    code: str
    kind: str
    milestone: Milestone
    step: Step | None
    times: int
    refusals: list[Refused]


async def progress(
    member_id: int, *, at: datetime, rules: Programme | None = None
) -> list[MilestoneProgress]:
    """Return how far a member is with each milestone in force.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = rules or await programme.recent()
    found = rules.of(MILESTONES, at)
    if not found:
        return []
    case = Case(await facts_of(member_id, at=at, rules=rules))
    milestones = [rule.body for rule in found]
    history = (await histories([member_id], milestones, at=at)).get(member_id)
    if history is None:
        raise NotFound("no_such_member")
    hers = (await given([member_id]))[member_id]
    told = []
    for rule in found:
        kind = MILESTONES.kind_of(rule.body)
        assert kind is not None, "the rule was decoded by its kind"
        told.append(
            MilestoneProgress(
                code=rule.slot.partition(":")[2],
                kind=kind,
                milestone=rule.body,
                step=rule.body.step(history),
                times=sum(one.slot == rule.slot and one.undone_at is None for one in hers),
                refusals=rule.body.conditions.refusals(case),
            )
        )
    return told


# The day of this year, or of the last where it is still to come; who has it already is left out.
_DUE = """
SELECT member.id FROM member {source}
CROSS JOIN LATERAL (SELECT ({begun} AT TIME ZONE 'Asia/Shanghai')::date AS begun_on) AS begun
CROSS JOIN LATERAL (SELECT extract(year FROM $1::date)::integer
                           - extract(year FROM begun_on)::integer AS years) AS this_year
CROSS JOIN LATERAL (SELECT years - CASE
    WHEN (begun_on + make_interval(years => years))::date > $1::date THEN 1 ELSE 0 END AS years
) AS full_years
WHERE member.merged_into_id IS NULL AND member.deleted_at IS NULL AND full_years.years > 0
  AND (begun_on + make_interval(years => full_years.years))::date > $1::date - $2::integer
  AND NOT EXISTS (SELECT FROM milestone_reached WHERE milestone_reached.member_id = member.id
                  AND slot = $3 AND name = full_years.years::text AND undone_at IS NULL)
"""
_SOURCES = {
    "joined": ("", "joined_at"),
    "first_purchase": ("JOIN standing ON standing.member_id = member.id", "first_paid_at"),
}


# Those whose birthday is a day of these, told before, in the year that the reward is named by.
_BIRTHDAYS = """
SELECT DISTINCT member.id
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS told (birthday, year, reached_at)
JOIN profile USING (birthday) JOIN customer ON customer.id = customer_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
WHERE member.deleted_at IS NULL AND birthday_told_at < reached_at
  AND NOT EXISTS (SELECT FROM milestone_reached WHERE milestone_reached.member_id = member.id
                  AND slot = $4 AND name = told.year AND undone_at IS NULL)
"""


# Those who told all that is asked for, perhaps before it was asked.
_TOLD = """
WITH told AS (
    SELECT coalesce(merged_into_id, customer.id) AS id, bool_or(called <> '') AS name,
           bool_or(birthday IS NOT NULL) AS birthday
    FROM profile JOIN customer ON customer.id = customer_id GROUP BY 1
), phoned AS (
    SELECT DISTINCT coalesce(merged_into_id, customer.id) AS id
    FROM identity JOIN customer ON customer.id = customer_id WHERE $4 AND kind = 'mobile'
), given AS (
    SELECT DISTINCT coalesce(merged_into_id, customer.id) AS id
    FROM milestone_reached JOIN customer ON customer.id = member_id
    WHERE slot = $1 AND undone_at IS NULL
)
SELECT member.id FROM member LEFT JOIN told USING (id) LEFT JOIN phoned USING (id)
LEFT JOIN given USING (id)
WHERE merged_into_id IS NULL AND deleted_at IS NULL AND given.id IS NULL
  AND (NOT $2 OR told.name) AND (NOT $3 OR told.birthday) AND (NOT $4 OR phoned.id IS NOT NULL)
"""


async def due(*, at: datetime) -> int:
    """Let those be derived again whose anniversary or birthday has come; return how many.

    And those who told all that a rule asks for before it did.

    However often it is asked, and after days on which nobody asked.
    """
    rules = await programme.load()
    found: set[int] = set()
    for rule in rules.of(MILESTONES, at):
        if isinstance(rule.body, Anniversary):
            source, begun = _SOURCES[rule.body.since]
            sql = _DUE.format(source=source, begun=begun)
            rows = await db.fetch(sql, day_of(at), rule.body.within_days, rule.slot)
            found |= {row["id"] for row in rows}
        if isinstance(rule.body, Birthday):
            days = zip(*_birthdays(rule.body, day_of(at)), strict=True)
            rows = await db.fetch(_BIRTHDAYS, *map(list, days), rule.slot)
            found |= {row["id"] for row in rows}
        if isinstance(rule.body, Profile):
            asked = (rule.body.asks_name, rule.body.asks_birthday, rule.body.asks_phone)
            found |= {row["id"] for row in await db.fetch(_TOLD, rule.slot, *asked)}
    await changed(found)
    return len(found)


def _birthdays(milestone: Birthday, today: date) -> Iterator[tuple[str, str, datetime]]:
    """Go through the birthdays (MM-DD) whose reward is still given, with its year and moment."""
    for days in range(milestone.within_days):
        reached_on = today - timedelta(days=days)
        day = reached_on + timedelta(days=milestone.days_before)
        told = {f"{day:%m-%d}"} | ({LEAP_DAY} if in_year(LEAP_DAY, day.year) == day else set())
        for birthday in sorted(told):
            yield birthday, str(day.year), start_of(reached_on)
