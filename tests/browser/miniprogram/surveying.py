"""A survey in the tests' shop: one question of each form, answered once."""

from aiohttp import web

from tests.browser.miniprogram.catalogue import Catalogue, Json, Refusal


class Surveying(Catalogue):
    """What she answered, by the uuid of her phone."""

    def __init__(self) -> None:
        super().__init__()
        self.survey_answers: dict[str, Json] = {}

    async def surveys(self, request: web.Request) -> Json:
        done: Json = {
            "code": "old",
            "name": self._said(request, "去年的问卷", "Last year's"),
            "points": 5,
            "questions": 2,
            "is_answered": True,
        }
        return {"surveys": [self._survey_line(request), done]}

    def _survey_line(self, request: web.Request) -> Json:
        return {
            "code": "tastes",
            "name": self._said(request, "口味小问卷", "Your taste"),
            "points": 20,
            "questions": 5,
            "is_answered": bool(self.survey_answers),
        }

    async def survey(self, request: web.Request) -> Json:
        said = self._said

        def question(code: str, form: str, zh: str, en: str, **more: object) -> Json:
            return {
                "code": code,
                "text": said(request, zh, en),
                "form": form,
                "options": [],
                "most_options": 20,
                "least": None,
                "most": None,
                "is_required": True,
                **more,
            }

        times = [said(request, *one) for one in (("早上", "Mornings"), ("晚上", "Evenings"))]
        return {
            **self._survey_line(request),
            "version": 7,
            "intro": said(request, "几个小问题", "A few questions"),
            "questions": [
                question("when", "one", "什么时候喝？", "When?", options=times),
                question(
                    "where",
                    "several",
                    "在哪里喝？",
                    "Where?",
                    options=[said(request, *one) for one in (("家", "Home"), ("店", "Shop"))]
                    + [said(request, "公司", "Office")],
                    most_options=2,
                ),
                question("recommend", "scale", "愿意推荐吗？", "Recommend us?", least=0, most=10),
                question("stars", "stars", "几颗星？", "How many stars?", least=1, most=5),
                question("wish", "text", "还想喝什么？", "What else?", is_required=False),
            ],
        }

    async def answer_survey(self, request: web.Request) -> Json:
        told = await request.json()
        if told["answers"]["wish"] == "赌场":
            raise Refusal("survey_changed", 409)
        self.survey_answers[request.match_info["uuid"]] = told
        return {"points": 20, "thanks": self._said(request, "谢谢！", "Thank you!")}
