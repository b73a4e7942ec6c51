"""Staff read what was answered, and take it away as a file that no spreadsheet runs."""

import csv
import io
from uuid import uuid4

import pytest

from console.rule_form import sent
from loyalty import programme, surveys
from loyalty.policies.survey import Survey
from models import SurveyAnswer
from tests.cast import JUNE_1, LIN, WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.referrals.conftest import met
from tests.loyalty.surveys.test_surveys import ASKED, GOOD, publish, version

__all__ = ["away", "browser", "context", "http", "redis"]


@pytest.fixture(autouse=True)
async def answered(browser: Browser) -> None:
    await publish()
    for who, wish in ((LIN, "=HYPERLINK(1)"), (WANG, "<b>手冲</b>")):
        await surveys.answer(
            await met(who),
            uuid4(),
            "taste",
            GOOD | {"wish": wish},
            version=await version(),
            at=JUNE_1,
        )


async def test_results_are_counted_and_texts_are_shown_as_they_are(browser: Browser) -> None:
    await browser.sign_in("marketer")
    assert 'data-survey="taste"' in (await browser.get("/surveys"))[1]
    http_status, page = await browser.get("/surveys/taste")
    assert http_status == 200
    assert "NPS <b>100</b>" in page
    assert "<title>问卷 · " in page
    assert "&lt;b&gt;手冲&lt;/b&gt;" in page
    assert "<b>手冲</b>" not in page
    assert (await browser.get("/surveys/none"))[0] == 404


async def test_the_file_names_nobody_and_runs_nothing(browser: Browser) -> None:
    await browser.sign_in("marketer")
    http_status, told = await browser.get("/surveys/taste/answers.csv")
    assert http_status == 200
    head, *lines = csv.reader(io.StringIO(told.lstrip("\ufeff"), newline=""))
    assert head == ["answered_at", "何时？", "哪里？", "推荐？", "几星？", "愿望？"]
    assert [line[1:] for line in lines] == [
        ["早", "店", "9", "", "'=HYPERLINK(1)"],
        ["早", "店", "9", "", "<b>手冲</b>"],
    ]


async def test_whose_role_it_is_not_sees_nothing(browser: Browser) -> None:
    await browser.sign_in("guide")
    for path in ("/surveys", "/surveys/taste", "/surveys/taste/answers.csv"):
        assert (await browser.get(path))[0] == 403


async def test_questions_are_published_by_the_form_and_a_wrong_one_is_named(
    browser: Browser,
) -> None:
    await browser.sign_in("marketer")
    form = sent(Survey(points=5, questions=ASKED)) | {"proof": await browser.proof()}
    http_status, page = await browser.post("/rules/survey:taste", **form)
    assert http_status == 200, page
    rule = surveys.find(await programme.load(), "taste", at=NOW)
    assert rule is not None
    assert rule.body.questions == ASKED
    wrong = form | {"questions.0.options_en": "Morning"}
    http_status, page = await browser.post("/rules/survey:taste", **wrong)
    assert (http_status, "options_en" in page or "英文" in page) == (422, True)
    assert await SurveyAnswer.all().count() == 2
