"""Surveys: what the brand asks me, and what I answer, once each."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import surveys
from loyalty.errors import NotFound
from loyalty.policies.survey import SCALE, STARS, Question
from loyalty.surveys import OpenSurvey
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.wake import wake

Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]
Text = Annotated[str, Meta(max_length=2000)]
Option = Annotated[int, Meta(ge=-(10**6), le=10**6)]
Options = Annotated[list[Option], Meta(max_length=20)]
Answers = Annotated[
    dict[Annotated[str, Meta(max_length=40)], Option | Text | Options | None],
    Meta(max_length=20),
]


class SurveyLine(Struct, frozen=True):
    """A survey that I may answer, or have answered; ``points`` are for answering."""

    code: str
    name: str
    points: int
    questions: int
    is_answered: bool


class SurveyLines(Struct, frozen=True):
    """The surveys in force for me, those first that wait for me."""

    surveys: list[SurveyLine]


class QuestionLine(Struct, frozen=True):
    """One question. ``options`` are numbered from 1; at most ``most_options`` of several.

    ``least`` and ``most`` are the ends of a scale and of stars, null for others.
    """

    code: str
    text: str
    form: Literal["one", "several", "scale", "stars", "text"]
    options: list[str]
    most_options: int
    least: int | None
    most: int | None
    is_required: bool


class Survey(Struct, frozen=True):
    """A survey with its questions; ``version`` comes with the answers."""

    code: str
    version: int
    name: str
    intro: str
    points: int
    is_answered: bool
    questions: list[QuestionLine]


class AnswerBody(Struct, frozen=True, forbid_unknown_fields=True):
    """My answers by question: an option's number, several of them, a figure, or a text."""

    code: Code
    version: Annotated[int, Meta(ge=0, le=2**62)]
    answers: Answers


class Thanks(Struct, frozen=True):
    """What answering gave, and the brand's thanks."""

    points: int
    thanks: str


async def listed(shopper: Shopper, context: Context) -> SurveyLines:
    """List the surveys that I may answer, and those in force that I answered."""
    found = await surveys.opened(shopper.customer_id, at=context.clock())
    lines = [
        SurveyLine(
            one.code,
            _said(shopper.language, one.survey.name_zh, one.survey.name_en),
            one.survey.points,
            len(one.survey.questions),
            one.is_answered,
        )
        for one in found
    ]
    return SurveyLines(sorted(lines, key=lambda line: line.is_answered))


async def read(shopper: Shopper, context: Context, code: Code) -> Survey:
    """Read the questions of a survey.

    Raises:
        NotFound: ``no_such_survey``: or it is for others.
    """
    one = await _hers(shopper, context, code)
    language, survey = shopper.language, one.survey
    return Survey(
        code=one.code,
        version=one.rule.version_id,
        name=_said(language, survey.name_zh, survey.name_en),
        intro=_said(language, survey.intro_zh, survey.intro_en),
        points=survey.points,
        is_answered=one.is_answered,
        questions=[_question(each, language) for each in survey.questions],
    )


async def _hers(shopper: Shopper, context: Context, code: str) -> OpenSurvey:
    for one in await surveys.opened(shopper.customer_id, at=context.clock()):
        if one.code == code:
            return one
    raise NotFound("no_such_survey")


async def answer(shopper: Shopper, context: Context, uuid: UUID, body: AnswerBody) -> Thanks:
    """Answer a survey; the same again is answered as before.

    Raises:
        NotFound: ``no_such_survey``, ``no_such_member``.
        Conflict: ``survey_changed``, ``survey_answered``.
        Refused: ``answer_to_nothing``, ``answer_missing``, ``answer_of_another_form``,
            ``no_such_option``, ``too_many_options``, ``answer_off_the_scale``,
            ``answer_too_long``, ``survey_full``; or why it is not for me.
    """
    told = {code: one for code, one in body.answers.items() if one is not None}
    done = await surveys.answer(
        shopper.customer_id, uuid, body.code, told, version=body.version, at=context.clock()
    )
    await wake(context.redis)
    thanks = _said(shopper.language, done.survey.thanks_zh, done.survey.thanks_en)
    return Thanks(done.points, thanks)


def _question(one: Question, language: Language) -> QuestionLine:
    least, most = {"scale": SCALE, "stars": STARS}.get(one.form, (None, None))
    return QuestionLine(
        one.code,
        _said(language, one.text_zh, one.text_en),
        one.form,
        list(one.options_zh if language == "zh" else one.options_en),
        one.most_options,
        least,
        most,
        one.answer == "required",
    )


def _said(language: Language, zh: str, en: str) -> str:
    return zh if language == "zh" else en
