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
from loyalty.customers import FoundMember
from loyalty.errors import LoyaltyError, NotFound
from loyalty.policies.tiers import Tiers
from loyalty.programme import Programme
from loyalty.roots import HER_IDS
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

# Merges into whoever was merged into her stand here, too.
_MERGES = f"""
SELECT merge.id, customer.uuid, evidence, merged_by, merged_at, undone_at,
       (SELECT name FROM staff_member WHERE merged_by = 'staff:' || staff_member.id) AS by,
       (SELECT name FROM staff_member WHERE undone_by = 'staff:' || staff_member.id) AS undone_by
FROM merge JOIN customer ON customer.id = other_id
WHERE root_id = ANY({HER_IDS}) ORDER BY merge.id DESC
"""


async def page(request: web.Request) -> web.Response:
    """Show members, newest first and of one tier where it is asked for; or those searched for."""
    context = request.config_dict[CONTEXT]
    asked = request.query.get("q", "").strip()[: customers.LONGEST_SEARCH]
    rules = await programme.load()
    tiers = rules.tiers(context.clock())
    known = {tier.code: rank for rank, tier in enumerate(tiers.tiers)}
    tier = request.query.get("tier", "")
    tier = tier if tier in known else ""
    place = page_asked(request, most=MOST_PAGES) - 1
    if asked:
        found = await customers.search(asked, sealer=context.sealer)
        found = [one for one in found if not tier or tiers.rank_of(one.tier) == known[tier]]
        found = found[place * PAGE : (place + 1) * PAGE + 1]
    else:
        found = await customers.listed(
            tier=tier, is_lowest=known.get(tier) == 0, limit=PAGE + 1, offset=place * PAGE
        )
    language = language_of(request)
    told = {
        "rows": [_row(one, tiers, language) for one in found[:PAGE]],
        "search": asked,
        "tier": tier,
        "tiers": tiers.tiers,
        "first": place * PAGE + 1,
        "number": place + 1,
        "has_more": len(found) > PAGE and place + 1 < MOST_PAGES,
    }
    return await show(request, "members.html", told)


def _row(one: FoundMember, tiers: Tiers, language: Language) -> dict[str, object]:
    return {
        **asdict(one),
        "name": masked(one.uuid, language),
        "tier": tiers.tiers[tiers.rank_of(one.tier)],
        "known_by": [said(IDENTITIES, kind, language) for kind in one.known_by],
    }


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
