"""Whether answers fit the questions: every refusal names its question."""

from collections.abc import Mapping

from loyalty.errors import Refused
from loyalty.policies.survey import MOST_TEXT, SCALE, STARS, Question, Survey

# An option's number from 1, several of them, a number, or a text.
Told = int | str | list[int]


def checked(survey: Survey, told: Mapping[str, Told]) -> dict[str, Told]:
    """Return the answers as they are kept: without those that say nothing.

    Raises:
        Refused: ``answer_to_nothing``: no such question; ``answer_missing``,
            ``answer_of_another_form``, ``no_such_option``, ``too_many_options``,
            ``answer_off_the_scale``, ``answer_too_long``: with the question's code and number.
    """
    known = {one.code for one in survey.questions}
    for code in told:
        if code not in known:
            raise Refused("answer_to_nothing", question=code[:20])
    found: dict[str, Told] = {}
    for number, question in enumerate(survey.questions, 1):
        answer = told.get(question.code)
        if isinstance(answer, str):
            answer = answer.strip()
        if answer is None or answer in ("", []):
            if question.answer == "required":
                raise _refused("answer_missing", question, number)
            continue
        found[question.code] = _fitting(question, number, answer)
    return found


def _fitting(question: Question, number: int, answer: Told) -> Told:
    match question.form:
        case "text":
            if not isinstance(answer, str):
                raise _refused("answer_of_another_form", question, number)
            if len(answer) > MOST_TEXT:
                raise _refused("answer_too_long", question, number, most=MOST_TEXT)
            if "\x00" in answer:
                raise _refused("answer_of_another_form", question, number)
        case "scale" | "stars":
            least, most = SCALE if question.form == "scale" else STARS
            if isinstance(answer, bool) or not isinstance(answer, int):
                raise _refused("answer_of_another_form", question, number)
            if not least <= answer <= most:
                raise _refused("answer_off_the_scale", question, number, least=least, most=most)
        case "one":
            if isinstance(answer, bool) or not isinstance(answer, int):
                raise _refused("answer_of_another_form", question, number)
            _known(question, number, [answer])
        case "several":
            if not isinstance(answer, list):
                raise _refused("answer_of_another_form", question, number)
            _known(question, number, answer)
            if len(set(answer)) > question.most_options:
                raise _refused("too_many_options", question, number, most=question.most_options)
            return sorted(set(answer))
    return answer


def _known(question: Question, number: int, picked: list[int]) -> None:
    for one in picked:
        if not 1 <= one <= len(question.options_zh):
            raise _refused("no_such_option", question, number)


def _refused(code: str, question: Question, number: int, **figures: int) -> Refused:
    return Refused(code, question=question.code, number=number, **figures)
