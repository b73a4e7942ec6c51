"""Give members coupons: a batch at once, each once a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from loyalty import codes, programme
from loyalty.calendar import days_good
from loyalty.coupons.limiting import is_limited, refusals
from loyalty.discounts import DISCOUNTS
from loyalty.errors import Conflict, LoyaltyError, NotFound
from loyalty.outcomes import Fate, Outcome
from loyalty.programme import Programme, Rule
from models import db

SLOT = "coupon:"


class Reason(Struct, frozen=True, omit_defaults=True):
    """Why she has a coupon, as she reads it.

    A ``code`` of the texts with its figures, or the brand's own words in both languages.
    """

    code: str = ""
    zh: str = ""
    en: str = ""
    figures: dict[str, int | str] = {}


@dataclass(frozen=True, slots=True)
class Issue:
    """One coupon to give. ``key`` names its cause ("campaign:vip_20:v1:71"), once a coupon."""

    key: str
    member_id: int
    slot: str
    reason: Reason


_ISSUE = """
WITH issued AS (
    INSERT INTO coupon (key, member_id, slot, rule_version_id, code, reason, state, issued_at,
                        expires_at)
    SELECT key, member_id, slot, rule_version_id, code, reason::jsonb, 'issued', $8, expires_at
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[],
                $7::timestamptz[])
         WITH ORDINALITY AS wanted (key, member_id, slot, rule_version_id, code, reason,
                                    expires_at, place)
    WHERE EXISTS (SELECT FROM member
                  WHERE member.id = wanted.member_id AND deleted_at IS NULL)
    ORDER BY key, place
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key, slot
), counted AS (
    UPDATE coupon_stock SET taken = taken + new.coupons
    FROM (SELECT slot, count(*) AS coupons FROM issued GROUP BY slot) AS new
    WHERE coupon_stock.slot = new.slot
)
SELECT id, key FROM issued
"""


def batch(rules: Programme, slot: str, *, at: datetime) -> Rule | None:
    """Return the coupon batch of a slot that is in force; None where there is none."""
    return rules.find(slot, DISCOUNTS, at) if slot.startswith(SLOT) else None


async def issue(wanted: Sequence[Issue], *, at: datetime) -> list[Outcome[int]]:
    """Give a batch of coupons and return the id of each; joins the caller's transaction.

    Three statements, however many there are, and up to nine more where a batch has a limit. A key
    asked again with the same member and batch is answered as before. Refused:
    ``no_such_coupon_batch`` (none in force), ``no_such_member``, ``key_reused``,
    ``coupon_limit_reached``, ``coupons_all_gone``.
    """
    rules = await programme.load()
    batches = {slot: batch(rules, slot, at=at) for slot in {one.slot for one in wanted}}
    if any(rule and is_limited(rule) for rule in batches.values()):
        async with db.transaction():
            return await _issue(wanted, batches, at=at)
    return await _issue(wanted, batches, at=at)


async def _issue(
    wanted: Sequence[Issue], batches: Mapping[str, Rule | None], *, at: datetime
) -> list[Outcome[int]]:
    pairs = [(one, rule) for one in wanted if (rule := batches[one.slot]) is not None]
    refused = await refusals(pairs)
    pairs = [(one, rule) for one, rule in pairs if one.key not in refused]
    new = await _insert(pairs, at=at) if pairs else {}
    standing = await _standing(wanted) if len(new) < len(wanted) else {}
    return [
        _outcome(one, batches[one.slot], new=new, standing=standing, refused=refused)
        for one in wanted
    ]


async def _insert(pairs: Sequence[tuple[Issue, Rule]], *, at: datetime) -> dict[str, int]:
    rows = await db.fetch(
        _ISSUE,
        [one.key for one, _ in pairs],
        [one.member_id for one, _ in pairs],
        [one.slot for one, _ in pairs],
        [rule.version_id for _, rule in pairs],
        [codes.letters() for _ in pairs],
        [msgspec.json.encode(one.reason).decode() for one, _ in pairs],
        [days_good(at, rule.body.valid_days) for _, rule in pairs],
        at,
    )
    return {row["key"]: row["id"] for row in rows}


async def _standing(wanted: Sequence[Issue]) -> dict[str, db.Row]:
    rows = await db.fetch(
        "SELECT id, key, member_id, slot FROM coupon WHERE key = ANY($1::text[])",
        [one.key for one in wanted],
    )
    return {row["key"]: row for row in rows}


def _outcome(
    one: Issue,
    rule: Rule | None,
    *,
    new: dict[str, int],
    standing: dict[str, db.Row],
    refused: Mapping[str, LoyaltyError],
) -> Outcome[int]:
    """Tell the first of equal keys that it is new, and the others how they compare."""
    coupon_id = new.pop(one.key, None)
    if coupon_id is not None:
        return Outcome(Fate.DONE, coupon_id)
    row = standing.get(one.key)
    if row is None:
        return Outcome(Fate.REFUSED, refusal=refused.get(one.key) or _refusal(one, rule))
    if (row["member_id"], row["slot"]) != (one.member_id, one.slot):
        return Outcome(Fate.REFUSED, refusal=Conflict("key_reused", key=one.key))
    return Outcome(Fate.ALREADY_DONE, row["id"])


def _refusal(one: Issue, rule: Rule | None) -> LoyaltyError:
    if rule is None:
        return NotFound("no_such_coupon_batch", slot=one.slot)
    return NotFound("no_such_member", member_id=one.member_id)
