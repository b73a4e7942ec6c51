"""Surveys: what members answered, question by question, and all of it as a file."""

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from console import csv_files
from console.access import EDITORS, STAFF
from console.pages import language_of, moment, show
from loyalty import surveys
from loyalty.policies import POLICIES
from loyalty.policies.survey import Question
from loyalty.programme import load
from loyalty.surveys import FullAnswer, Summed
from web.context import CONTEXT
from web.languages import Language
from web.logs import log


async def page(request: web.Request) -> web.Response:
    """Show all surveys, those in force first, and how many answered."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rules = await load()
    rows = [
        {
            "code": code,
            "name": rule.body.name_zh if language == "zh" else rule.body.name_en,
            "is_open": rules.find(rule.slot, POLICIES, at) is not None,
            "answers": count,
            "most": rule.body.most_answers,
            "points": rule.body.points,
        }
        for code, rule, count in await surveys.surveys()
    ]
    rows.sort(key=lambda row: not row["is_open"])
    return await show(
        request, "surveys.html", {"rows": rows, "may_edit": request[STAFF].role in EDITORS}
    )


async def one(request: web.Request) -> web.Response:
    """Show what was answered to a survey, with the newest texts."""
    code, language = request.match_info["code"], language_of(request)
    found = await surveys.results(code)
    told = {
        "code": code,
        "name": found.survey.name_zh if language == "zh" else found.survey.name_en,
        "answers": found.answers,
        "points": found.points,
        "rows": [_row(each, language) for each in found.questions],
    }
    return await show(request, "survey.html", told)


def _row(one: Summed, language: Language) -> dict[str, object]:
    question = one.question
    most = max((times for _, _, times in one.counts), default=0)
    return {
        "code": question.code,
        "text": question.text_zh if language == "zh" else question.text_en,
        "form": question.form,
        "answers": one.answers,
        "counts": [
            {
                "name": zh if language == "zh" else en,
                "times": times,
                "percent": round(100 * times / one.answers) if one.answers else 0,
                "width": round(100 * times / most) if most else 0,
            }
            for zh, en, times in one.counts
        ],
        "mean": None if one.mean is None else f"{one.mean:.1f}",
        "nps": one.nps,
        "texts": one.texts,
        "more": question.form == "text" and one.answers > len(one.texts),
    }


async def download(request: web.Request) -> web.StreamResponse:
    """Send all answers as a CSV file, one member a row, without her name.

    Raises:
        NotFound: ``no_such_survey``.
    """
    code, language = request.match_info["code"], language_of(request)
    questions = [each.question for each in (await surveys.results(code)).questions]
    log.info("survey_downloaded", survey=code, staff_member_id=request[STAFF].id)
    heads = [each.text_zh if language == "zh" else each.text_en for each in questions]
    rows = _sheets(code, questions, language)
    return await csv_files.send(request, f"survey-{code}.csv", ("answered_at", *heads), rows)


async def _sheets(
    code: str, questions: Sequence[Question], language: Language
) -> AsyncIterator[list[list[str]]]:
    async for page in surveys.pages(code):
        yield [
            [moment(row.answered_at), *(_said(row, each, language) for each in questions)]
            for row in page
        ]


def _said(row: FullAnswer, asked: Question, language: Language) -> str:
    """Return one answer in words, by the question as it stood when she answered."""
    found = row.told(asked)
    if found is None:
        return ""
    question, told = found
    if question.form not in ("one", "several"):
        return str(told)
    options = question.options_zh if language == "zh" else question.options_en
    picked = told if isinstance(told, list) else [told]
    return "; ".join(options[int(place) - 1] for place in picked)
