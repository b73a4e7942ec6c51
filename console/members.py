"""Find a member, and read why she has what she has."""

from uuid import UUID

from aiohttp import web

from console import timeline
from console.code_words import IDENTITIES, said
from console.pages import language_of, show
from loyalty import ledger, programme, standing
from loyalty.errors import NotFound
from loyalty.roots import ids_of
from models import Customer, db
from web.context import CONTEXT
from web.masks import masked

PAGE = 50
LONGEST_SEARCH = 100

IDS = ids_of("customer.id")
_FIND = f"""
SELECT customer.uuid, member.joined_at, member.joined_through, member.points_available,
       member.points_pending, coalesce(standing.tier, '') AS tier,
       coalesce(standing.orders, 0) AS orders, coalesce(standing.spent_fen, 0) AS spent_fen,
       ARRAY(SELECT DISTINCT kind FROM identity WHERE customer_id = customer.id ORDER BY kind)
           AS known_by
FROM member JOIN customer ON customer.id = member.id
LEFT JOIN standing ON standing.member_id = member.id
WHERE customer.merged_into_id IS NULL AND ($1 = ''
       OR right(replace(customer.uuid::text, '-', ''), 4) = lower(right($1, 4))
       OR EXISTS (SELECT FROM identity WHERE customer_id = customer.id AND value = $1)
       OR EXISTS (SELECT FROM purchase WHERE customer_id = ANY({IDS}) AND number = $1))
ORDER BY coalesce(standing.last_paid_at, member.joined_at) DESC, customer.id LIMIT $2
"""


async def page(request: web.Request) -> web.Response:
    """Show members; searched by an order number, an identity, or the last letters of their name."""
    search = request.query.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    rules = await programme.load()
    tiers = rules.tiers(request.config_dict[CONTEXT].clock())
    language = language_of(request)
    rows = [
        {
            **dict(row),
            "name": masked(row["uuid"], language),
            "tier": tiers.tiers[tiers.rank_of(row["tier"])],
            "known_by": [said(IDENTITIES, kind, language) for kind in row["known_by"]],
        }
        for row in await db.fetch(_FIND, search, PAGE)
    ]
    return await show(request, "members.html", {"rows": rows, "search": search, "most": PAGE})


async def one(request: web.Request) -> web.Response:
    """Show one member with her timeline."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    customer = await _customer(request.match_info["uuid"])
    rules = await programme.load()
    facts = await standing.facts_of(customer.id, at=at, rules=rules)
    balance = (await ledger.balances([customer.id], at=at))[customer.id]
    return await show(
        request,
        "member.html",
        {
            "name": masked(customer.uuid, language),
            "facts": facts,
            "tier": rules.tiers(at).tiers[facts.tier_rank],
            "balance": balance,
            "lines": await timeline.lines(customer.id, at=at, language=language),
        },
    )


async def _customer(name: str) -> Customer:
    try:
        customer = await Customer.get_or_none(uuid=UUID(name))
    except ValueError:
        customer = None
    if customer is None:
        raise NotFound("no_such_member")
    return customer
