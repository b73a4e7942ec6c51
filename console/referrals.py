"""Invitations: staff see who came by whom and how each stands, and let one not count, or again."""

from collections.abc import Sequence

from aiohttp import web

from console import forms, list_deeds
from console.access import EDITORS, STAFF
from console.pages import language_of, show
from loyalty import programme, referrals
from loyalty.errors import LoyaltyError
from loyalty.programme import Programme
from loyalty.referrals import FullReferral
from models import ReferralState, db
from web.languages import Language
from web.masks import masked
from web.referrals import came_by, standing
from web.texts import text

SHOWN = 50

_DEEDS = """
SELECT referral_id, kind, reason, done_at, staff_member.name AS by
FROM referral_deed LEFT JOIN staff_member ON staff_member.id = staff_member_id
WHERE referral_id = ANY($1::bigint[]) ORDER BY referral_deed.id DESC
"""


async def page(request: web.Request) -> web.Response:
    """Show the newest invitations, or the newest that stand as the query's ``state`` says."""
    return await _show(request)


async def bar(request: web.Request) -> web.Response:
    """Let an invitation not count."""
    return await _do(request, referrals.bar, "referral_barred")


async def allow(request: web.Request) -> web.Response:
    """Let it be judged by what happened again."""
    return await _do(request, referrals.allow, "referral_allowed")


async def _do(request: web.Request, act: list_deeds.Act, happening: str) -> web.Response:
    return await list_deeds.do(
        request,
        act,
        show=_show,
        path="/referrals",
        happening=happening,
        unknown="no_such_invitation",
    )


async def _show(request: web.Request, error: LoyaltyError | None = None) -> web.Response:
    language = language_of(request)
    asked = request.query.get("state", "")
    state = ReferralState(asked) if asked in set(ReferralState) else None
    before = forms.uuid_in(request.query.get("before", ""))
    found = await referrals.newest(state=state, before=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    rules = await programme.load()
    deeds = await db.fetch(_DEEDS, [one.number for one in shown])
    told = {
        "rows": [_row(one, deeds, rules, language=language) for one in shown],
        "states": [one.value for one in ReferralState],
        "chosen": asked if state else "",
        "next_before": shown[-1].uuid if len(found) > SHOWN else None,
        "can_change": request[STAFF].role in EDITORS,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "referrals.html", told, http_status=422 if error else 200)


def _row(
    one: FullReferral, deeds: Sequence[db.Row], rules: Programme, *, language: Language
) -> dict[str, object]:
    return {
        "uuid": one.uuid,
        "inviter": one.inviter_uuid,
        "inviter_name": masked(one.inviter_uuid, language),
        "invitee": one.invitee_uuid,
        "invitee_name": masked(one.invitee_uuid, language),
        "way": one.way.value,
        "came_by": told.spoken(language) if (told := came_by(one.shared, rules)) else "",
        "state": one.state.value,
        "line": standing(one.state, one.reason, language),
        "opened_at": one.opened_at,
        "qualified_at": one.qualified_at,
        "is_barred": bool(one.barred),
        "deeds": [deed for deed in deeds if deed["referral_id"] == one.number],
    }
