"""Which surveys are open to a member, and what was answered."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from loyalty import programme
from loyalty.conditions import ALWAYS
from loyalty.errors import NotFound
from loyalty.facts import Case
from loyalty.policies import POLICIES
from loyalty.policies.survey import Question, Survey
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from loyalty.standing.knowing import facts_of
from loyalty.surveys.checking import Told
from models import db

PREFIX = "survey:"
A_PAGE = 2_000
TEXTS = 20
PROMOTERS_FROM, DETRACTORS_UP_TO = 9, 6  # of a scale from 0 to 10, as NPS is defined


class OpenSurvey(Struct, frozen=True):
    """A survey in force: its code and rule; whether she has answered it."""

    code: str
    rule: Rule
    is_answered: bool

    @property
    def survey(self) -> Survey:
        """Return what the rule says."""
        found: Survey = self.rule.body
        return found


class Summed(Struct, frozen=True):
    """One question and its answers over all versions that asked it in this kind.

    ``counts`` is by option in the order of the newest version (older options behind), by figure on
    a scale, empty for texts. ``mean`` and ``nps`` are None where there is none. ``texts`` are the
    newest, with their times.
    """

    question: Question
    answers: int
    counts: list[tuple[str, str, int]]
    mean: float | None = None
    nps: int | None = None
    texts: list[tuple[datetime, str]] = []


class Results(Struct, frozen=True):
    """What was answered to a survey so far."""

    code: str
    survey: Survey
    answers: int
    points: int
    questions: list[Summed]


class FullAnswer(Struct, frozen=True):
    """One member's answers, by the survey that asked her."""

    survey: Survey
    answered_at: datetime
    answers: dict[str, Told]

    def told(self, asked: Question) -> tuple[Question, Told] | None:
        """Return her answer, with the question as she read it; None where she gave none."""
        for one in self.survey.questions:
            if one.code == asked.code and _kind(one) == _kind(asked) and one.code in self.answers:
                return one, self.answers[one.code]
        return None


_ANSWERED = f"""
SELECT DISTINCT slot FROM survey_answer WHERE member_id = ANY({HER_IDS})
"""
_FULL = """
SELECT slot, count(*) AS answers FROM survey_answer WHERE slot = ANY($1::text[]) GROUP BY slot
"""
_ALL = """
SELECT member_id, rule_version_id, answered_at, answers FROM survey_answer
WHERE slot = $1 AND (answered_at, member_id) > ($2, $3) ORDER BY answered_at, member_id LIMIT $4
"""


def find(rules: Programme, code: str, *, at: datetime) -> Rule | None:
    """Return the rule of a survey in force."""
    rule = rules.find(f"{PREFIX}{code}", POLICIES, at)
    return rule if rule and isinstance(rule.body, Survey) else None


async def opened(member_id: int, *, at: datetime) -> list[OpenSurvey]:
    """Return the surveys that a member may answer now, and those in force that she answered.

    Those that are full are left out, and those that are for others.
    """
    rules = await programme.recent()
    found = [one for one in rules.of(POLICIES, at) if isinstance(one.body, Survey)]
    if not found:
        return []
    answered = {row["slot"] for row in await db.fetch(_ANSWERED, member_id)}
    waiting = [one for one in found if one.slot not in answered]
    let_in = await _let_in(member_id, waiting, rules, at=at)
    room = await _with_room(let_in)
    return [
        OpenSurvey(one.slot.removeprefix(PREFIX), one, one.slot in answered)
        for one in sorted(found, key=lambda one: one.slot)
        if one.slot in answered or one.slot in room
    ]


async def _let_in(
    member_id: int, found: Sequence[Rule], rules: Programme, *, at: datetime
) -> list[Rule]:
    """Return those whose conditions let her in; nothing is read where none has any."""
    if all(one.body.conditions == ALWAYS for one in found):
        return list(found)
    facts = await facts_of(member_id, at=at, rules=rules)
    return [one for one in found if not one.body.conditions.refusals(Case(facts))]


async def _with_room(found: Sequence[Rule]) -> set[str]:
    """Return the slots of those that want more answers."""
    limited = {one.slot: one.body.most_answers for one in found if one.body.most_answers}
    counts = {}
    if limited:
        counts = {row["slot"]: row["answers"] for row in await db.fetch(_FULL, sorted(limited))}
    return {
        one.slot
        for one in found
        if one.slot not in limited or counts.get(one.slot, 0) < limited[one.slot]
    }


async def surveys() -> list[tuple[str, Rule, int]]:
    """Return all surveys that ever were, by code, with their newest rule and how many answered."""
    rules = await programme.load()
    newest: dict[str, Rule] = {}
    for one in rules.rules.get(POLICIES.name, ()):
        if isinstance(one.body, Survey):  # the newest version stands first
            newest.setdefault(one.slot, one)
    counts = {row["slot"]: row["answers"] for row in await db.fetch(_FULL, sorted(newest))}
    return [
        (slot.removeprefix(PREFIX), rule, counts.get(slot, 0))
        for slot, rule in sorted(newest.items())
    ]


async def pages(code: str) -> AsyncIterator[list[FullAnswer]]:
    """Return what members answered, oldest first: each once, whoever answers meanwhile."""
    rules = await programme.load()
    at, member_id = programme.BEGINNING, 0
    while rows := await db.fetch(_ALL, f"{PREFIX}{code}", at, member_id, A_PAGE):
        at, member_id = rows[-1]["answered_at"], rows[-1]["member_id"]
        yield [_full(row, rules) for row in rows]


def _full(row: db.Row, rules: Programme) -> FullAnswer:
    rule = rules.version(row["rule_version_id"], POLICIES)
    assert rule is not None, "versions stay for what they made"
    told = msgspec.json.decode(row["answers"], type=dict[str, Told])
    return FullAnswer(rule.body, row["answered_at"], told)


_COUNTS = """
SELECT rule_version_id, asked.key AS code, jsonb_typeof(asked.value) AS kind,
       CASE jsonb_typeof(asked.value) WHEN 'string' THEN NULL
            ELSE picked.value #>> '{}' END AS picked,
       count(*) AS times
FROM survey_answer CROSS JOIN LATERAL jsonb_each(answers) AS asked
CROSS JOIN LATERAL jsonb_array_elements(
    CASE jsonb_typeof(asked.value) WHEN 'array' THEN asked.value
         ELSE jsonb_build_array(asked.value) END) AS picked
WHERE slot = $1 GROUP BY 1, 2, 3, 4
"""
_PEOPLE = """
SELECT rule_version_id, asked.key AS code, count(*) AS answers
FROM survey_answer CROSS JOIN LATERAL jsonb_each(answers) AS asked
WHERE slot = $1 GROUP BY 1, 2
"""
_TEXTS = """
SELECT asked.code, newest.answered_at, newest.told
FROM unnest($2::text[]) AS asked (code) CROSS JOIN LATERAL (
    SELECT answered_at, answers ->> asked.code AS told FROM survey_answer
    WHERE slot = $1 AND jsonb_typeof(answers -> asked.code) = 'string'
    ORDER BY answered_at DESC LIMIT $3
) AS newest
"""
_TOTAL = "SELECT count(*) AS answers, coalesce(sum(points), 0)::bigint AS points FROM survey_answer"


async def results(code: str) -> Results:
    """Return what was answered, question by question, over all versions.

    Options count as one where their Chinese words are the same, in whatever place they stood. A
    question that was asked in another kind before is told apart: a figure is no option.

    Raises:
        NotFound: ``no_such_survey``.
    """
    rules = await programme.load()
    slot = f"{PREFIX}{code}"
    versions = [
        one
        for one in rules.rules.get(POLICIES.name, ())
        if one.slot == slot and isinstance(one.body, Survey)
    ]
    if not versions:
        raise NotFound("no_such_survey")
    asked = _questions([one.body for one in versions])
    (total,) = await db.fetch(f"{_TOTAL} WHERE slot = $1", slot)
    people, counted = await db.fetch(_PEOPLE, slot), await db.fetch(_COUNTS, slot)
    written = [one.code for one in asked if one.form == "text"]
    texts = await db.fetch(_TEXTS, slot, written, TEXTS)
    bodies = {one.version_id: one.body for one in versions}
    return Results(
        code,
        versions[0].body,
        total["answers"],
        total["points"],
        [
            _summed(
                one,
                sum(row["answers"] for row in people if _asks(bodies, row, one)),
                [row for row in counted if _asks(bodies, row, one)],
                bodies,
                [row for row in texts if row["code"] == one.code],
            )
            for one in asked
        ],
    )


def _kind(one: Question) -> str:
    """Return what answers may be counted together: one option and several, each other form."""
    return "one" if one.form == "several" else one.form


def _as_asked(survey: Survey, code: str) -> Question:
    return next(one for one in survey.questions if one.code == code)


def _asks(bodies: dict[int, Survey], row: db.Row, question: Question) -> bool:
    """Say whether a row answers a question, asked in this kind."""
    if row["code"] != question.code:
        return False
    return _kind(_as_asked(bodies[row["rule_version_id"]], question.code)) == _kind(question)


def _questions(bodies: Sequence[Survey]) -> list[Question]:
    """Return every question that was ever asked, those of the newest version first."""
    found: dict[tuple[str, str], Question] = {}
    for body in bodies:
        for one in body.questions:
            found.setdefault((one.code, _kind(one)), one)
    return list(found.values())


def _summed(
    question: Question,
    people: int,
    rows: Sequence[db.Row],
    bodies: dict[int, Survey],
    texts: Sequence[db.Row],
) -> Summed:
    if question.form == "text":
        newest = [(row["answered_at"], row["told"]) for row in texts]
        return Summed(question, people, [], texts=newest)
    if question.form in ("scale", "stars"):
        figures = Counter[int]()
        for row in rows:
            figures[int(row["picked"])] += row["times"]
        span = range(11) if question.form == "scale" else range(1, 6)
        shown = [(str(figure), str(figure), figures[figure]) for figure in span]
        return Summed(question, people, shown, _mean(figures), _nps(question, figures))
    counts: Counter[tuple[str, str]] = Counter()
    counts.update(dict.fromkeys(zip(question.options_zh, question.options_en, strict=True), 0))
    names = {zh: (zh, en) for zh, en in counts}
    for row in rows:
        asked = _as_asked(bodies[row["rule_version_id"]], question.code)
        place = int(row["picked"]) - 1
        zh = asked.options_zh[place]
        counts[names.setdefault(zh, (zh, asked.options_en[place]))] += row["times"]
    return Summed(question, people, [(zh, en, times) for (zh, en), times in counts.items()])


def _mean(figures: Counter[int]) -> float | None:
    many = figures.total()
    return sum(figure * times for figure, times in figures.items()) / many if many else None


def _nps(question: Question, figures: Counter[int]) -> int | None:
    """Return promoters less detractors in percent of all, as the net promoter score is defined."""
    many = figures.total()
    if question.form != "scale" or not many:
        return None
    promoters = sum(times for figure, times in figures.items() if figure >= PROMOTERS_FROM)
    detractors = sum(times for figure, times in figures.items() if figure <= DETRACTORS_UP_TO)
    return round(100 * (promoters - detractors) / many)
