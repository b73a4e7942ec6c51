"""Before tiers are published: how many members would go up, down or stay, and who for instance."""

from datetime import datetime
from typing import Any

from loyalty import programme, standing
from loyalty.policies.tiers import Tiers
from loyalty.standing import TierMove
from models import Customer
from web import tiers
from web.languages import Language
from web.masks import masked


async def preview(draft: Tiers, language: Language, *, at: datetime) -> dict[str, Any]:
    """Return what the page shows: the sums, and each move with some of its members."""
    found = await standing.preview(draft, at=at)
    moves = found.moves
    held = (await programme.load()).tiers(at)
    names = {tier.code: tiers.name(tier).spoken(language) for tier in (*held.tiers, *draft.tiers)}
    now = {tier.code: tiers.name(tier).spoken(language) for tier in held.tiers}
    ids = {member_id for move in moves for member_id in move.sample}
    uuids = {one.id: one.uuid for one in await Customer.filter(id__in=ids)}
    return {
        **{way: sum(one.members for one in moves if one.way == way) for way in WAYS},
        "kind": "tiers",
        "every": found.every,
        "moves": [_line(move, {**names, **now}, names, uuids, language) for move in moves],
    }


WAYS = ("up", "down", "stay")


def _line(
    move: TierMove,
    now: dict[str, str],
    then: dict[str, str],
    uuids: dict[int, Any],
    language: Language,
) -> dict[str, Any]:
    return {
        "was": now.get(move.was, move.was),
        "becomes": then[move.becomes],
        "way": move.way,
        "members": move.members,
        "sample": [
            {"uuid": uuids[one], "name": masked(uuids[one], language)} for one in move.sample
        ],
    }
