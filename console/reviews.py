"""Product reviews: staff read the newest, hide one with a reason, and show it again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF
from console.pages import language_of, see, show
from loyalty import product_reviews, products
from loyalty.errors import LoyaltyError, NotFound
from loyalty.ledger.movements import is_writable
from loyalty.product_reviews import FullProductReview
from loyalty.wording import Worded
from models import db
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.masks import masked
from web.refusals import Forbidden
from web.texts import text

SHOWN = 50
STARS = ("5", "4", "3", "2", "1")

_DEEDS = """
SELECT review_id, kind, reason, done_at, staff_member.name AS by
FROM product_review_deed LEFT JOIN staff_member ON staff_member.id = staff_member_id
WHERE review_id = ANY($1::bigint[]) ORDER BY product_review_deed.id DESC
"""


async def page(request: web.Request) -> web.Response:
    """Show the newest reviews, or the newest with the query's ``stars``."""
    return await _show(request)


async def hide(request: web.Request) -> web.Response:
    """Let nobody but its member and staff see a review."""
    return await _change(request, product_reviews.hide, "review_hidden")


async def show_again(request: web.Request) -> web.Response:
    """Let all see it again."""
    return await _change(request, product_reviews.show_again, "review_shown")


async def _change(
    request: web.Request, act: Callable[..., Awaitable[None]], happening: str
) -> web.Response:
    staff_member = request[STAFF]
    if staff_member.role not in EDITORS:
        raise Forbidden("not_for_your_role")
    why = (await forms.read(request)).get("why", "")
    uuid = _uuid(request.match_info["uuid"])
    if uuid is None:
        raise NotFound("no_such_review")
    at = request.config_dict[CONTEXT].clock()
    reason = why if is_writable(why) else ""
    try:
        await act(uuid, reason=reason, staff_member_id=staff_member.id, at=at)
    except LoyaltyError as refused:
        return await _show(request, error=refused)
    log.info(happening, review=str(uuid), staff_member_id=staff_member.id)
    return see(request, "/reviews")


async def _show(request: web.Request, *, error: LoyaltyError | None = None) -> web.Response:
    language = language_of(request)
    asked = request.query.get("stars", "")
    stars = int(asked) if asked in STARS else None
    before = _uuid(request.query.get("before", ""))
    found = await product_reviews.newest(stars=stars, before=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    names = await products.names(one.sku for one in shown)
    deeds = await db.fetch(_DEEDS, [one.id for one in shown])
    told = {
        "rows": [_row(one, names, deeds, language=language) for one in shown],
        "stars": STARS,
        "chosen": stars,
        "next_before": shown[-1].uuid if len(found) > SHOWN else None,
        "can_change": request[STAFF].role in EDITORS,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "reviews.html", told, http_status=422 if error else 200)


def _row(
    review: FullProductReview,
    names: Mapping[str, Worded],
    deeds: Sequence[db.Row],
    *,
    language: Language,
) -> dict[str, object]:
    name = names.get(review.sku)
    return {
        "uuid": review.uuid,
        "product": name.spoken(language) if name else review.title,
        "stars": review.stars,
        "text": review.text,
        "member": review.member_uuid,
        "name": masked(review.member_uuid, language),
        "written_at": review.written_at,
        "changed_at": review.changed_at,
        "is_hidden": review.hidden_at is not None,
        "deeds": [one for one in deeds if one["review_id"] == review.id],
    }


def _uuid(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None
