"""A member answers a survey: kept once, and what it gives."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from loyalty import programme, touchpoints
from loyalty.again import in_transaction
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.facts import Case
from loyalty.policies import POLICIES
from loyalty.policies.survey import Survey
from loyalty.programme import Rule
from loyalty.roots import HER_IDS, locked
from loyalty.standing.knowing import facts_of
from loyalty.surveys.checking import Told, checked
from loyalty.surveys.reading import find
from models import db


class Answered(Struct, frozen=True):
    """What answering gave, and the survey that asked; ``is_new`` is false the second time."""

    survey: Survey
    points: int
    is_new: bool


_HERS = f"""
SELECT uuid, rule_version_id, points FROM survey_answer
WHERE member_id = ANY({HER_IDS}) AND slot = $2 ORDER BY answered_at LIMIT 1
"""
_COUNT = "SELECT count(*) AS answers FROM survey_answer WHERE slot = $1"
_ADD = """
INSERT INTO survey_answer (uuid, member_id, slot, rule_version_id, answers, points, answered_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)
"""


async def answer(
    member_id: int,
    uuid: UUID,
    code: str,
    told: Mapping[str, Told],
    *,
    version: int,
    at: datetime,
) -> Answered:
    """Keep what a member answered, and give the points; outside of any transaction.

    ``uuid`` is her phone's name for it: told again, it is answered as before. ``version`` is the
    id of the rule's version whose questions she read.

    Raises:
        NotFound: ``no_such_survey``, ``no_such_member``.
        Conflict: ``survey_changed``: other questions are asked now; ``survey_answered``: she did
            before, by another name.
        Refused: as ``checking.checked``; ``survey_full``; or why it is not for her.
    """
    return await in_transaction(lambda: _answer(member_id, uuid, code, told, version, at=at))


async def _answer(
    member_id: int, uuid: UUID, code: str, told: Mapping[str, Told], version: int, *, at: datetime
) -> Answered:
    member_id = await locked(member_id)
    slot = f"survey:{code}"
    rules = await programme.load()
    for row in await db.fetch(_HERS, member_id, slot):
        asked = rules.version(row["rule_version_id"], POLICIES)
        assert asked is not None, "versions stay for what they made"
        if row["uuid"] != uuid:
            raise Conflict("survey_answered")
        return Answered(asked.body, row["points"], is_new=False)
    rule = find(rules, code, at=at)
    if rule is None:
        raise NotFound("no_such_survey")
    survey: Survey = rule.body
    if rule.version_id != version:
        raise Conflict("survey_changed")
    answers = checked(survey, told)
    facts = await facts_of(member_id, at=at, rules=rules)
    if refusals := survey.conditions.refusals(Case(facts)):
        raise refusals[0]
    await _room(rule)
    stored = msgspec.json.encode(answers).decode()
    await db.fetch(_ADD, uuid, member_id, slot, rule.version_id, stored, survey.points, at)
    key = f"{slot}:{member_id}"
    await touchpoints.give(member_id, key, survey.points, rule, rules=rules, at=at)
    return Answered(survey, survey.points, is_new=True)


async def _room(rule: Rule) -> None:
    """Let an answer through while there are fewer than the rule wants.

    Raises:
        Refused: ``survey_full``.
    """
    most = rule.body.most_answers
    if most is None:
        return
    # who answers at once waits here, one survey at a time
    await db.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", rule.slot)
    (row,) = await db.fetch(_COUNT, rule.slot)
    if row["answers"] >= most:
        raise Refused("survey_full")
