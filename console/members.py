"""Find a member, and read why she has what she has."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from aiohttp import web
from msgspec.structs import asdict

from console import deleted, her_boards, her_coupons, her_privacy, timeline
from console.access import STAFF
from console.pages import language_of, page_asked, see, show
from console.words.codes import IDENTITIES, THROUGH, said
from loyalty import acquaintances, coupons, customers, ledger, programme, redemptions, standing
from loyalty.errors import LoyaltyError, NotFound
from loyalty.programme import Programme
from loyalty.roots import HER_IDS, ids_of
from models import Customer, RedemptionState, Role, db
from web import tiers as tier_words
from web.context import CONTEXT
from web.coupons import described
from web.languages import Language
from web.masks import masked, number_of
from web.texts import text

PAGE = 50
MOST_PAGES = 200
MERGERS = frozenset({Role.OWNER, Role.MANAGER})
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
WHERE customer.merged_into_id IS NULL AND member.deleted_at IS NULL AND ($1 = ''
       OR right(replace(customer.uuid::text, '-', ''), 4) = lower(right($1, 4))
       OR EXISTS (SELECT FROM identity WHERE customer_id = customer.id AND value = $1)
       OR EXISTS (SELECT FROM purchase WHERE customer_id = ANY({IDS}) AND number = $1))
ORDER BY coalesce(standing.last_paid_at, member.joined_at) DESC, customer.id LIMIT $2 OFFSET $3
"""


# Merges into whoever was merged into her stand here, too.
_MERGES = f"""
SELECT merge.id, customer.uuid, evidence, merged_by, merged_at, undone_at,
       (SELECT name FROM staff_member WHERE merged_by = 'staff:' || staff_member.id) AS by,
       (SELECT name FROM staff_member WHERE undone_by = 'staff:' || staff_member.id) AS undone_by
FROM merge JOIN customer ON customer.id = other_id
WHERE root_id = ANY({HER_IDS}) ORDER BY merge.id DESC
"""


async def page(request: web.Request) -> web.Response:
    """Show members; searched by an order number, an identity, or the last letters of their name."""
    search = request.query.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    rules = await programme.load()
    tiers = rules.tiers(request.config_dict[CONTEXT].clock())
    language = language_of(request)
    place = page_asked(request, most=MOST_PAGES) - 1
    found = await db.fetch(_FIND, search, PAGE + 1, place * PAGE)
    rows = [
        {
            **dict(row),
            "name": masked(row["uuid"], language),
            "tier": tiers.tiers[tiers.rank_of(row["tier"])],
            "known_by": [said(IDENTITIES, kind, language) for kind in row["known_by"]],
        }
        for row in found[:PAGE]
    ]
    told = {
        "rows": rows,
        "search": search,
        "first": place * PAGE + 1,
        "number": place + 1,
        "has_more": len(found) > PAGE and place + 1 < MOST_PAGES,
    }
    return await show(request, "members.html", told)


async def one(request: web.Request) -> web.Response:
    """Show one member with her timeline; one who was merged, as whom she became."""
    customer = await named(request.match_info["uuid"])
    if customer.merged_into_id is not None:
        root = await Customer.get(id=customer.merged_into_id)
        return see(request, f"/members/{root.uuid}")
    return await show_one(request, customer)


async def show_one(
    request: web.Request,
    customer: Customer,
    *,
    error: LoyaltyError | None = None,
    asked: Mapping[str, str] | None = None,
) -> web.Response:
    """Show a member, with what was refused and asked for where a form came to nothing."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rules = await programme.load()
    facts = await standing.facts_of(customer.id, at=at, rules=rules)
    balance = (await ledger.balances([customer.id], at=at))[customer.id]
    return await show(
        request,
        "member.html",
        {
            "name": masked(customer.uuid, language),
            "number": number_of(customer.uuid),
            "facts": facts,
            "tier": rules.tiers(at).tiers[facts.tier_rank],
            "tier_lines": tier_words.lines(facts, language),
            "balance": balance,
            "hers": await _hers_now(customer.id, rules, at=at, language=language),
            "lines": await timeline.lines(customer.id, at=at, language=language),
            "uuid": customer.uuid,
            "merges": await merged_into(customer.id, language),
            "alike": await _alike(request, customer.id),
            "can_merge": request[STAFF].role in MERGERS,
            "asked": {"other": "", "reason": "", "way": "", "why": "", **(asked or {})},
            "error": text(error.code, language, error.figures) if error else "",
            **await her_coupons.of_member(request, customer.id),
            **await her_privacy.of_member(request, customer.id),
            **await her_boards.of_member(request, customer.id),
            "acquainted": await acquaintances.of(customer.id),
            **await deleted.of_member(request, customer.id),
        },
        http_status=422 if error else 200,
    )


async def _hers_now(
    customer_id: int, rules: Programme, *, at: datetime, language: Language
) -> list[tuple[str, str, datetime]]:
    """Return what she may be given or use now: its name, what it is, and until when."""
    waiting = [
        (one.name.spoken(language), "redemption", one.expires_at)
        for one in await redemptions.of(customer_id, at=at)
        if one.state is RedemptionState.ISSUED and one.code
    ]
    held = [one for one in await coupons.of(customer_id, at=at) if one.refusal() is None]
    words = [described(one, rules, at=at, language=language) for one in held]
    usable = [
        (f"{word.name} {word.worth}", "coupon", one.expires_at)
        for one, word in zip(held, words, strict=True)
    ]
    return [*waiting, *usable]


async def _alike(request: web.Request, customer_id: int) -> list[dict[str, object]]:
    """Return who may be the same human, and by which address, masked."""
    sealer, language = request.config_dict[CONTEXT].sealer, language_of(request)
    found = await customers.alike(customer_id, sealer=sealer)
    return [{**asdict(one), "name": masked(one.uuid, language)} for one in found]


async def merged_into(customer_id: int, language: Language) -> list[dict[str, object]]:
    """Return the merges into a member, newest first, with the names of who did and undid them."""
    return [
        {
            **dict(row),
            "name": masked(row["uuid"], language),
            "by": row["by"] or said(THROUGH, row["merged_by"], language),
            "evidence": row["evidence"] if row["by"] else _evidence(row["evidence"], language),
        }
        for row in await db.fetch(_MERGES, customer_id)
    ]


def _evidence(told: str, language: Language) -> str:
    """Return in words by what two were found to be one."""
    words = [said(THROUGH, said(IDENTITIES, one, language), language) for one in told.split(", ")]
    return ("、" if language == "zh" else ", ").join(words)


async def named(name: str) -> Customer:
    """Return the customer of a uuid.

    Raises:
        NotFound: ``no_such_member``.
    """
    try:
        customer = await Customer.get_or_none(uuid=UUID(name))
    except ValueError:
        customer = None
    if customer is None:
        raise NotFound("no_such_member")
    return customer
