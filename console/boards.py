"""Boards whose season is over: staff look the final list through, and let the prizes be given."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web

from console import forms
from console.access import CHANGERS, STAFF
from console.pages import language_of, page_asked, see, show
from loyalty import leaderboards
from loyalty.errors import LoyaltyError, NotFound
from loyalty.leaderboards import Final, FinalPlace, Looked, finals
from models import db
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.masks import masked
from web.refusals import Forbidden
from web.texts import text

SHOWN = 50
PLACES = 100  # of a list on one page

_DEEDS = """
SELECT rank, kind, reason, done_at, staff_member.name AS by
FROM board_deed JOIN staff_member ON staff_member.id = staff_member_id
WHERE final_id = $1 ORDER BY board_deed.id DESC
"""
_GIVEN = "SELECT rank, given_at, coupon_refusal FROM board_prize WHERE final_id = $1"


async def page(request: web.Request) -> web.Response:
    """Show the newest final lists, those first that wait."""
    language = language_of(request)
    rows = [_told(one, language) for one in await finals.newest(limit=SHOWN)]
    return await show(request, "boards.html", {"rows": rows})


async def one(request: web.Request) -> web.Response:
    """Show a final list with what became of each place since it was frozen."""
    return await _show(request, await _final(request))


async def disqualify(request: web.Request) -> web.Response:
    """Leave a place out, with a reason."""
    return await _do_to_place(request, leaderboards.disqualify, "board_place_disqualified")


async def readmit(request: web.Request) -> web.Response:
    """Let a place stand again, with a reason."""
    return await _do_to_place(request, leaderboards.readmit, "board_place_readmitted")


async def approve(request: web.Request) -> web.Response:
    """Let the winners of the list that staff saw have their prizes."""
    require_changer(request)
    final = await _final(request)
    told = (await forms.read(request)).get("deeds", "")
    seen = int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else -1
    return await _done(
        request,
        final,
        lambda: leaderboards.approve(
            final.uuid,
            deeds_seen=seen,
            staff_member_id=request[STAFF].id,
            at=request.config_dict[CONTEXT].clock(),
        ),
        "board_approved",
    )


async def _do_to_place(
    request: web.Request, act: Callable[..., Awaitable[None]], happening: str
) -> web.Response:
    require_changer(request)
    final = await _final(request)
    told = request.match_info["rank"]
    if not (told.isascii() and told.isdecimal() and len(told) < 6):
        raise NotFound("no_such_place")
    why = (await forms.read(request)).get("why", "")
    return await _done(
        request,
        final,
        lambda: act(
            final.uuid,
            int(told),
            reason=why,
            staff_member_id=request[STAFF].id,
            at=request.config_dict[CONTEXT].clock(),
        ),
        happening,
    )


async def _done(
    request: web.Request, final: Final, act: Callable[[], Awaitable[object]], happening: str
) -> web.Response:
    try:
        await act()
    except LoyaltyError as refused:
        return await _show(request, final, refused)
    log.info(happening, uuid=str(final.uuid), staff_member_id=request[STAFF].id)
    return see(request, f"/boards/{final.uuid}?page={page_asked(request)}")


def require_changer(request: web.Request) -> None:
    """Let through who may change lists and who plays.

    Raises:
        Forbidden: ``not_for_your_role``.
    """
    if request[STAFF].role not in CHANGERS:
        raise Forbidden("not_for_your_role")


async def _final(request: web.Request) -> Final:
    uuid: UUID | None = forms.uuid_in(request.match_info["uuid"])
    if uuid is None:
        raise NotFound("no_such_final")
    return await finals.of(uuid)


async def _show(
    request: web.Request, final: Final, error: LoyaltyError | None = None
) -> web.Response:
    language = language_of(request)
    final = await finals.of(final.uuid)
    places = await finals.places(final)
    last_page = max(1, -(-len(places) // PLACES))
    number = page_asked(request, most=last_page)
    shown = places[(number - 1) * PLACES : number * PLACES]
    looked = await finals.look(final, [one.member_id for one in shown])
    deeds = await db.fetch(_DEEDS, final.id)
    given = {row["rank"]: row for row in await db.fetch(_GIVEN, final.id)}
    told = {
        "final": _told(final, language),
        "rows": [
            {
                **_row(one, looked[one.member_id], final, language=language),
                "deeds": [deed for deed in deeds if deed["rank"] == one.frozen_rank],
                "given": given.get(one.rank) if one.prize else None,
            }
            for one in shown
        ],
        "number": number,
        "has_more": number < last_page,
        "can_change": request[STAFF].role in CHANGERS and not final.approved_at,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "board.html", told, http_status=422 if error else 200)


def _told(final: Final, language: Language) -> dict[str, object]:
    board = final.board
    state = "waiting"
    if final.approved_at:
        state = "given" if final.given == final.winners else "giving"
    return {
        "uuid": final.uuid,
        "name": board.name_zh if language == "zh" else board.name_en,
        "season": final.season.name,
        "ends_at": final.season.ends_at,
        "frozen_at": final.frozen_at,
        "approved_at": final.approved_at,
        "approved_by": final.approved_by,
        "places": final.places,
        "winners": final.winners,
        "given": final.given,
        "deeds": final.deeds,
        "state": state,
    }


def _row(one: FinalPlace, looked: Looked, final: Final, *, language: Language) -> dict[str, object]:
    prize = leaderboards.prize_words(one.prize).spoken(language) if one.prize else ""
    return {
        "frozen_rank": one.frozen_rank,
        "rank": one.rank,
        "left_out": one.left_out,
        "member": one.member_uuid,
        "name": masked(one.member_uuid, language),
        "score": final.board.figure(one.score),
        "score_now": final.board.figure(looked.score_now),
        "is_less": looked.score_now < one.score,
        "orders": looked.orders,
        "kept_fen": looked.kept_fen,
        "refunded_fen": looked.refunded_fen,
        "refunded_orders": looked.refunded_orders,
        "prize": prize,
    }
