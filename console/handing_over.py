"""Hand a reward over: scan or type her code, once."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from aiohttp import web

from console import forms
from console.access import STAFF
from console.pages import language_of, see, show
from console.words.rules import title
from loyalty import member_codes, programme, redemptions
from loyalty.errors import LoyaltyError
from loyalty.programme import Programme
from loyalty.rewards import REWARDS
from models import Redemption, RedemptionPayment
from web import limits
from web.context import CONTEXT
from web.languages import Language
from web.limits import Limit
from web.texts import text

CODES = Limit("hand_over", most=30, window_seconds=60)
LONGEST_CODE = 40
SHOWN = 20


async def page(request: web.Request) -> web.Response:
    """Show the form and what was handed over lately."""
    return await _show(request)


async def hand_over(request: web.Request) -> web.Response:
    """Hand a redemption over, or see the member who shows her code; else say what is against it."""
    form = await forms.read(request)
    code = form.get("code", "")[:LONGEST_CODE]
    staff_member = request[STAFF]
    await limits.check(request, CODES, caller=str(staff_member.id))
    try:
        if digits := member_codes.typed(code):
            return see(request, f"/members/{await _shown_by(request, digits)}")
        done = await redemptions.hand_over(
            code,
            staff_member_id=staff_member.id,
            name=_name_of(form),
            at=request.config_dict[CONTEXT].clock(),
        )
    except LoyaltyError as refused:
        error = text(refused.code, language_of(request), refused.figures)
        return await _show(request, error=error, code=code, http_status=422)
    return await _show(request, done=done)


async def _shown_by(request: web.Request, digits: str) -> UUID:
    context = request.config_dict[CONTEXT]
    return await member_codes.member_of(digits, sealer=context.sealer, at=context.clock())


async def _show(
    request: web.Request,
    *,
    error: str = "",
    code: str = "",
    done: object = None,
    http_status: int = 200,
) -> web.Response:
    newest = Redemption.all().limit(SHOWN)
    waiting = await newest.filter(state="issued", code__isnull=False).order_by("-redeemed_at")
    lately = await newest.filter(handed_over_by__isnull=False).order_by("-ended_at")
    rules, language = await programme.load(), language_of(request)
    names = {one.id: _name(one, rules, language) for one in (*waiting, *lately)}
    failed = await RedemptionPayment.filter(state="refund_failed").order_by("-paid_at").limit(SHOWN)
    lists = {"waiting": waiting, "lately": lately, "names": names, "failed": failed}
    return await show(
        request,
        "hand-over.html",
        {"error": error, "code": code, "done": done, "name": uuid4(), **lists},
        http_status=http_status,
    )


def _name_of(form: Mapping[str, str]) -> UUID | None:
    """Return the form's name, so that a form that was sent twice counts once."""
    try:
        return UUID(form.get("name", ""))
    except ValueError:
        return None


def _name(one: Redemption, rules: Programme, language: Language) -> str:
    """Return what she chose, by the version that she chose it by."""
    rule = rules.version(one.rule_version_id, REWARDS)
    assert rule is not None, "versions stay for what they made"
    return title(rule.body, language)
