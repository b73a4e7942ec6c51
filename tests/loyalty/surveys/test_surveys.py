"""A survey is answered once, by whom it is for, and every wrong answer is named by its question."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from loyalty import customers, deletions, ledger, programme, surveys
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.errors import Conflict, LoyaltyError, NotFound, Refused
from loyalty.policies.survey import Question, Survey
from loyalty.surveys import Answered, Told
from models import SurveyAnswer, db
from tests.cast import DAY, JUNE_1, LIN, WANG
from tests.loyalty.referrals.conftest import friend, met

pytestmark = pytest.mark.usefixtures("database")

ASKED = (
    Question("when", "何时？", "When?", "one", ("早", "晚"), ("Morning", "Evening")),
    Question("where", "哪里？", "Where?", "several", ("家", "店"), ("Home", "Shop"), 1),
    Question("nps", "推荐？", "Recommend?", "scale"),
    Question("stars", "几星？", "Stars?", "stars", answer="optional"),
    Question("wish", "愿望？", "Wish?", "text", answer="optional"),
)
GOOD: dict[str, Told] = {"when": 1, "where": [2], "nps": 9, "wish": " 手冲 "}


async def publish(*, at: datetime = JUNE_1, **more: Any) -> int:
    survey = Survey("口味", "Taste", points=20, questions=more.pop("questions", ASKED), **more)
    return await programme.publish(
        "survey:taste", survey, starts_at=programme.BEGINNING, by="t", at=at
    )


async def version() -> int:
    rule = surveys.find(await programme.load(), "taste", at=JUNE_1)
    assert rule
    return rule.version_id


async def answers(
    member_id: int, told: dict[str, Any] | None = None, *, uuid: UUID | None = None
) -> Answered:
    found = GOOD if told is None else told
    return await surveys.answer(
        member_id, uuid or uuid4(), "taste", found, version=await version(), at=JUNE_1
    )


async def points(member_id: int) -> int:
    (balance,) = (await ledger.balances([member_id], at=JUNE_1)).values()
    return balance.available


async def test_it_is_answered_once_and_a_retry_is_answered_as_before() -> None:
    await publish()
    lin, uuid = await met(LIN), uuid4()
    first = await answers(lin, uuid=uuid)
    assert (first.points, first.is_new) == (20, True)
    assert (await answers(lin, uuid=uuid)).is_new is False
    with pytest.raises(Conflict, match="survey_answered"):
        await answers(lin)
    assert await points(lin) == 20
    kept = await SurveyAnswer.get()
    assert kept.answers == {"when": 1, "where": [2], "nps": 9, "wish": "手冲"}
    (one,) = await surveys.opened(lin, at=JUNE_1)
    assert one.is_answered


async def test_two_phones_at_once_and_the_last_answer_that_is_wanted() -> None:
    await publish(most_answers=1)
    people = [await met(one) for one in (LIN, WANG)]
    told = await asyncio.gather(
        *(answers(one) for one in people for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, Answered) for one in told) == 1
    codes = {one.code for one in told if isinstance(one, LoyaltyError)}
    assert codes == {"survey_answered", "survey_full"}
    assert sorted([await points(one) for one in people]) == [0, 20]
    assert [len(await surveys.opened(one, at=JUNE_1)) for one in people].count(1) == 1


@pytest.mark.parametrize(
    ("wrong", "code", "number"),
    [
        ({"when": None}, "answer_missing", 1),
        ({"when": 3}, "no_such_option", 1),
        ({"when": 0}, "no_such_option", 1),
        ({"when": "1"}, "answer_of_another_form", 1),
        ({"when": True}, "answer_of_another_form", 1),
        ({"where": []}, "answer_missing", 2),
        ({"where": [1, 2]}, "too_many_options", 2),
        ({"where": [9]}, "no_such_option", 2),
        ({"where": 1}, "answer_of_another_form", 2),
        ({"nps": 11}, "answer_off_the_scale", 3),
        ({"nps": -1}, "answer_off_the_scale", 3),
        ({"stars": 0}, "answer_off_the_scale", 4),
        ({"wish": "x" * 501}, "answer_too_long", 5),
        ({"wish": 5}, "answer_of_another_form", 5),
        ({"wish": "a\x00b"}, "answer_of_another_form", 5),
        ({"other": 1}, "answer_to_nothing", None),
    ],
)
async def test_a_wrong_answer_names_its_question_and_moves_nothing(
    wrong: dict[str, Any], code: str, number: int | None
) -> None:
    await publish()
    lin = await met(LIN)
    told = {key: one for key, one in (GOOD | wrong).items() if one is not None}
    with pytest.raises(Refused, match=code) as refused:
        await answers(lin, told)
    assert refused.value.figures.get("number") == number
    assert (await points(lin), await SurveyAnswer.all().count()) == (0, 0)


async def test_who_read_other_questions_is_asked_to_read_again() -> None:
    await publish()
    lin, read = await met(LIN), await version()
    await publish(at=JUNE_1 + DAY, questions=ASKED[:3])
    with pytest.raises(Conflict, match="survey_changed"):
        await surveys.answer(lin, uuid4(), "taste", GOOD, version=read, at=JUNE_1 + DAY)
    with pytest.raises(NotFound, match="no_such_survey"):
        await surveys.answer(lin, uuid4(), "other", GOOD, version=read, at=JUNE_1)


async def test_it_is_for_whom_its_conditions_let_in() -> None:
    await publish(conditions=Conditions((TierAtLeast(2),)))
    lin = await met(LIN)
    assert await surveys.opened(lin, at=JUNE_1) == []
    with pytest.raises(Refused, match="tier"):
        await answers(lin)


async def test_two_who_are_one_answered_once() -> None:
    await publish()
    lin, wang = await met(LIN), await met(WANG)
    await answers(wang)
    await customers.merge(lin, wang, evidence="t", by="t", at=JUNE_1)
    with pytest.raises(Conflict, match="survey_answered"):
        await answers(lin)
    assert await points(lin) == 20
    (one,) = await surveys.opened(lin, at=JUNE_1)
    assert one.is_answered


async def test_results_go_by_words_over_all_versions() -> None:
    await publish()
    lin, wang = await met(LIN), await met(WANG)
    await answers(lin)
    turned = Question("when", "何时？", "When?", "one", ("午", "早"), ("Noon", "Morning"))
    await publish(at=JUNE_1 + DAY, questions=(turned, *ASKED[2:]))
    newer = surveys.find(await programme.load(), "taste", at=JUNE_1 + DAY)
    assert newer
    told: dict[str, Told] = {"when": 2, "nps": 3}
    await surveys.answer(wang, uuid4(), "taste", told, version=newer.version_id, at=JUNE_1 + DAY)
    found = await surveys.results("taste")
    by_code = {one.question.code: one for one in found.questions}
    assert by_code["when"].counts == [("午", "Noon", 0), ("早", "Morning", 2)]
    assert (by_code["nps"].mean, by_code["nps"].nps) == (6.0, 0)
    assert by_code["where"].counts == [("家", "Home", 0), ("店", "Shop", 1)], "asked before"
    assert (found.answers, found.points) == (2, 40)
    assert by_code["wish"].texts == [(JUNE_1, "手冲")]
    with pytest.raises(NotFound):
        await surveys.results("other")


async def test_a_question_asked_in_another_kind_is_another_question() -> None:
    await publish()
    lin, wang = await met(LIN), await met(WANG)
    await answers(lin)
    words = Question("nps", "推荐？", "Recommend?", "one", ("会", "不会"), ("Yes", "No"))
    figures = Question("when", "几点？", "At?", "scale")
    many = Question("where", "哪里？", "Where?", "one", ("店", "家"), ("Shop", "Home"))
    await publish(at=JUNE_1 + DAY, questions=(words, figures, many))
    newer = surveys.find(await programme.load(), "taste", at=JUNE_1 + DAY)
    assert newer
    told: dict[str, Told] = {"nps": 2, "when": 3, "where": 2}
    at = JUNE_1 + DAY
    await surveys.answer(wang, uuid4(), "taste", told, version=newer.version_id, at=at)
    found = (await surveys.results("taste")).questions
    assert [(one.question.code, one.question.form, one.answers) for one in found] == [
        ("nps", "one", 1),
        ("when", "scale", 1),
        ("where", "one", 2),
        ("when", "one", 1),
        ("nps", "scale", 1),
        ("stars", "stars", 0),
        ("wish", "text", 1),
    ]
    assert [one.counts for one in found if one.question.form == "one"] == [
        [("会", "Yes", 0), ("不会", "No", 1)],
        [("店", "Shop", 1), ("家", "Home", 1)],
        [("早", "Morning", 1), ("晚", "Evening", 0)],
    ]
    assert [one.mean for one in found if one.question.form == "scale"] == [3.0, 9.0]
    (page,) = [one async for one in surveys.pages("taste")]
    said = [[row.told(one.question) for one in found] for row in page]
    assert [[bool(one) for one in row] for row in said] == [
        [False, False, True, True, True, False, True],
        [True, True, True, False, False, False, False],
    ]


async def test_all_answers_are_read_once_whoever_answers_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(surveys.reading, "A_PAGE", 2)
    await publish()
    for number in range(5):
        await answers(await met(friend(f"f{number}")), GOOD | {"wish": f"w{number}"})
    read = []
    async for page in surveys.pages("taste"):
        read += [row.answers["wish"] for row in page]
        if len(read) == 2:
            await answers(await met(friend("late")), GOOD | {"wish": "late"})
    assert sorted(map(str, read)) == ["late", "w0", "w1", "w2", "w3", "w4"]


async def test_deleted_with_her_account_her_answers_are_gone() -> None:
    await publish()
    lin = await met(LIN)
    await answers(lin)
    await deletions.delete(lin, uuid4(), at=JUNE_1)
    assert not await db.fetch("SELECT FROM survey_answer")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"form": "one"}, "options_zh"),
        ({"form": "text", "options_zh": ("a", "b")}, "options_zh"),
        ({"form": "one", "options_zh": ("a", "b"), "options_en": ("a",)}, "options_en"),
        ({"form": "one", "options_zh": ("a", "a"), "options_en": ("a", "b")}, "options_zh"),
    ],
)
def test_a_question_that_cannot_be_answered_is_no_question(
    fields: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValueError, match=place):
        Question("q", "问？", "Q?", **fields)
    with pytest.raises(ValueError, match="questions"):
        Survey(questions=(ASKED[0], ASKED[0]))
