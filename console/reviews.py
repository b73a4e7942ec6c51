"""Product reviews: staff read the newest, hide one with a reason, and show it again."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from console import forms, list_deeds
from console.access import EDITORS, STAFF
from console.pages import language_of, show
from loyalty import product_reviews, products
from loyalty.errors import LoyaltyError
from loyalty.product_reviews import FullProductReview
from loyalty.wording import Worded
from models import db
from web.languages import Language
from web.masks import masked
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
    return await _do(request, product_reviews.hide, "review_hidden")


async def show_again(request: web.Request) -> web.Response:
    """Let all see it again."""
    return await _do(request, product_reviews.show_again, "review_shown")


async def _do(request: web.Request, act: list_deeds.Act, happening: str) -> web.Response:
    return await list_deeds.do(
        request, act, show=_show, path="/reviews", happening=happening, unknown="no_such_review"
    )


async def _show(request: web.Request, error: LoyaltyError | None = None) -> web.Response:
    language = language_of(request)
    asked = request.query.get("stars", "")
    stars = int(asked) if asked in STARS else None
    before = forms.uuid_in(request.query.get("before", ""))
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
