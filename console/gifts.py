"""Gifts that members sent: what they hold, how they stand, and who has them.

What members wrote on their cards is theirs and their friends', and is not shown.
"""

from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from console.pages import language_of, show
from loyalty import gifts, programme
from loyalty.gifts import FullGift
from loyalty.programme import Programme
from loyalty.wording import Worded
from models import Customer, GiftState
from web.context import CONTEXT
from web.gifts import card_of, holding, versions_of
from web.languages import Language

SHOWN = 200


async def page(request: web.Request) -> web.Response:
    """Show the newest gifts, or the newest of those that stand as the query's ``state`` says."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    asked = request.query.get("state", "")
    state = GiftState(asked) if asked in set(GiftState) else None
    found = await gifts.newest(at=at, limit=SHOWN, state=state)
    rules = await programme.recent(knowing=versions_of(found))
    people = {one.giver_id for one in found} | {one.claimed_by for one in found if one.claimed_by}
    uuids = {one.id: one.uuid for one in await Customer.filter(id__in=list(people))}
    rows = [_row(one, rules, uuids, language=language) for one in found]
    states = [one.value for one in GiftState]
    return await show(request, "gifts.html", {"rows": rows, "states": states, "chosen": state})


def _row(
    gift: FullGift, rules: Programme, uuids: Mapping[int, UUID], *, language: Language
) -> dict[str, object]:
    card = card_of(gift, rules)
    return {
        "uuid": gift.uuid,
        "name": holding(gift, rules).name.spoken(language),
        "card": Worded(card.name_zh, card.name_en).spoken(language) if card else "",
        "state": gift.state.value,
        "giver": uuids[gift.giver_id],
        "claimer": uuids[gift.claimed_by] if gift.claimed_by else None,
        "sent_at": gift.sent_at,
        "lapses_at": gift.lapses_at,
        "ended_at": gift.ended_at,
    }
