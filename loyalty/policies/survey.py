"""A survey: a small form of the brand's own, answered once by a member."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Words = Annotated[str, Meta(max_length=200)]
Asked = Annotated[str, Meta(min_length=1, max_length=100)]
Option = Annotated[str, Meta(min_length=1, max_length=40)]
Options = Annotated[tuple[Option, ...], Meta(max_length=20)]
MOST_TEXT = 500
SCALE, STARS = (0, 10), (1, 5)


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One question. ``code`` names it for good, in whatever version it stands.

    ``form`` is one of the options, several of them, a scale from 0 to 10, one to five stars, or up
    to 500 letters. The options stand in both languages, in the same order.
    """

    code: Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")]
    text_zh: Asked
    text_en: Asked
    form: Literal["one", "several", "scale", "stars", "text"] = "one"
    options_zh: Options = ()
    options_en: Options = ()
    most_options: Annotated[int, Meta(ge=1, le=20)] = 20
    answer: Literal["required", "optional"] = "required"

    def __post_init__(self) -> None:
        needs = self.form in ("one", "several")
        if needs and len(self.options_zh) < 2:
            raise ValueError("Fewer than two options - at `$.options_zh`")
        if not needs and (self.options_zh or self.options_en):
            raise ValueError("This form has no options - at `$.options_zh`")
        if len(self.options_zh) != len(self.options_en):
            raise ValueError("Not as many options as in Chinese - at `$.options_en`")
        if len(set(self.options_zh)) < len(self.options_zh):
            raise ValueError("An option stands twice - at `$.options_zh`")


def _asked() -> tuple[Question, ...]:
    return (Question("liked", "您对我们满意吗？", "How do you like us?", "scale"),)


@POLICIES.add("survey")
class Survey(Struct, frozen=True, forbid_unknown_fields=True):
    """Questions that a member answers once, for points.

    It is open while its rule is in force, to whom its conditions let in, until it was answered
    ``most_answers`` times. Answers stay with the version that asked. The points are for answering,
    whatever is answered.
    """

    name_zh: Name = "会员问卷"
    name_en: Name = "Survey"
    intro_zh: Words = ""
    intro_en: Words = ""
    thanks_zh: Words = ""
    thanks_en: Words = ""
    points: Annotated[int, Meta(ge=0, le=10**5)] = 10
    most_answers: Annotated[int, Meta(ge=1, le=10**7)] | None = None
    questions: Annotated[tuple[Question, ...], Meta(min_length=1, max_length=20)] = _asked()
    conditions: Conditions = ALWAYS

    def __post_init__(self) -> None:
        codes = [one.code for one in self.questions]
        if len(set(codes)) < len(codes):
            raise ValueError("A code stands twice - at `$.questions`")
