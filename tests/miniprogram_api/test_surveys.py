"""Surveys over HTTP: what is asked, answered once, and what is no answer."""

from uuid import uuid4

import pytest

from loyalty import programme
from loyalty.policies.survey import Survey
from loyalty.programme import BEGINNING
from tests.cast import NOVEMBER_22
from tests.loyalty.surveys.test_surveys import ASKED, GOOD
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import signed_in
from tests.web.conftest import Asked


@pytest.fixture
async def survey(lin: Phone, emma: Phone) -> None:
    rule = Survey("口味", "Taste", thanks_zh="谢谢！", points=20, questions=ASKED)
    await programme.publish("survey:taste", rule, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    for phone in (lin, emma):
        await signed_in(phone)


async def sends(phone: Phone, answers: object, uuid: object = None, **more: object) -> Asked:
    version = (await phone.get("/surveys/taste")).told["version"]
    body = {"code": "taste", "version": version, "answers": answers, **more}
    return await phone.ask("PUT", f"/me/survey-answers/{uuid or uuid4()}", json=body)


async def test_she_reads_answers_and_has_her_points(lin: Phone, survey: None) -> None:
    assert (await lin.get("/surveys")).told["surveys"] == [
        {"code": "taste", "name": "口味", "points": 20, "questions": 5, "is_answered": False}
    ]
    assert (await lin.get("/challenges")).told["surveys"] == 1
    told = (await lin.get("/surveys/taste", headers={"Accept-Language": "en"})).told
    assert [one["text"] for one in told["questions"]][:2] == ["When?", "Where?"]
    assert told["questions"][2] | {"text": ""} == {
        "code": "nps",
        "text": "",
        "form": "scale",
        "options": [],
        "most_options": 20,
        "least": 0,
        "most": 10,
        "is_required": True,
    }
    uuid = uuid4()
    first = await sends(lin, GOOD | {"stars": None}, uuid)
    assert first.told == {"points": 20, "thanks": "谢谢！"}
    assert (await sends(lin, GOOD, uuid)).told == first.told
    (line, *_) = (await lin.get("/me/ledger")).told["lines"]
    assert line["text"] == "获得积分：口味"
    assert (await lin.get("/challenges")).told["surveys"] == 0


async def test_no_answer_is_said_with_its_question(lin: Phone, survey: None) -> None:
    wrong = await sends(lin, GOOD | {"nps": 12})
    assert (wrong.http_status, wrong.error["code"]) == (422, "answer_off_the_scale")
    assert wrong.error["message"] == "第 3 题请选 0 到 10"
    long = await sends(lin, GOOD | {"wish": "字" * 600})
    assert long.error["message"] == "第 5 题最多写 500 个字"
    assert (await sends(lin, GOOD | {"wish": "x" * 100_000})).http_status in (400, 413)
    for odd in ({"when": 1.5}, {"when": {"a": 1}}, "text", [1], {"when": 10**30}):
        assert (await sends(lin, odd)).http_status == 400
    assert (await sends(lin, GOOD, other=1)).http_status == 400
    unknown = await lin.get("/surveys/none")
    assert (unknown.http_status, unknown.error["code"]) == (404, "no_such_survey")


async def test_the_name_of_anothers_answer_says_nothing(
    lin: Phone, emma: Phone, survey: None
) -> None:
    uuid = uuid4()
    assert (await sends(lin, GOOD, uuid)).http_status == 200
    taken = await sends(emma, GOOD, uuid)
    assert taken.http_status == 200, "each phone names its own"
    assert (await emma.get("/surveys")).told["surveys"][0]["is_answered"] is True
