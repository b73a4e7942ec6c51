"""Welcomes of new contacts: which words are hers, and each code of the platform's used once.

The platform takes a code for twenty seconds and once. Asked again after an answer that was lost, it
says that she has been written to: so a welcome may be tried again, and she reads it once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty import communities, programme, standing
from loyalty.communities import Door, MembershipState
from loyalty.errors import LoyaltyError
from loyalty.policies import POLICIES
from loyalty.policies.welcome import Welcome
from loyalty.programme import Rule
from models import WelcomeState, db

PREFIX = "welcome:"
DEFAULT = f"{PREFIX}default"
GOOD_FOR = timedelta(seconds=20)
LEASE = timedelta(seconds=12)


class NewContact(Struct, frozen=True):
    """A consumer who has added a staff member, with what lets us write to her once."""

    corp_id: str
    external_user_id: str
    user_id: str
    state: str
    welcome_code: str
    added_at: datetime


class Words(Struct, frozen=True):
    """What a new contact is to read, and the group whose QR code comes with it."""

    text: str
    group: Door | None = None


async def rule_of(state: str, *, at: datetime) -> Rule | None:
    """Return the welcome for who came by a contact way of this state; None where there is none."""
    rules = await programme.recent()
    for slot in (f"{PREFIX}{state}", DEFAULT):
        rule = rules.find(slot, POLICIES, at)
        if rule is not None and isinstance(rule.body, Welcome):
            return rule
    return None


_TAKE = """
INSERT INTO welcome AS had (corp_id, welcome_code, external_user_id, user_id, rule_version_id,
                            state, added_at, leased_until)
VALUES ($1, $2, $3, $4, $5, 'due', $6, $8)
ON CONFLICT (corp_id, welcome_code) DO UPDATE SET leased_until = $8
WHERE had.state = 'due' AND had.leased_until <= $7
RETURNING id, xmax <> 0 AS is_again
"""


class Taken(Struct, frozen=True):
    """A welcome to send now; ``is_again``: somebody tried before, and may have sent it."""

    id: int
    is_again: bool = False


async def take(new: NewContact, rule: Rule, *, moment: datetime) -> Taken | None:
    """Take a welcome to send it within ``LEASE``, by the clock of the wire.

    None where another process sends it, or it has been sent. Whoever took it and died leaves it to
    the next one.
    """
    rows = await db.fetch(
        _TAKE,
        new.corp_id,
        new.welcome_code,
        new.external_user_id,
        new.user_id,
        rule.version_id,
        new.added_at,
        moment,
        moment + LEASE,
    )
    return Taken(rows[0]["id"], rows[0]["is_again"]) if rows else None


_LEFT = """
UPDATE welcome SET leased_until = $2::timestamptz + $3::interval
WHERE id = ANY(ARRAY(SELECT id FROM welcome WHERE state = 'due' AND leased_until <= $2
                     AND corp_id = ANY($1::text[]) ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED))
RETURNING id, corp_id, external_user_id, user_id, welcome_code, added_at, rule_version_id
"""


async def take_left(
    corp_ids: Sequence[str], *, moment: datetime, limit: int
) -> list[tuple[Taken, NewContact, Welcome]]:
    """Take the welcomes that somebody took and did not end."""
    rows = await db.fetch(_LEFT, list(corp_ids), moment, LEASE, limit)
    rules = await programme.recent(knowing=[row["rule_version_id"] for row in rows])
    found = []
    for row in rows:
        rule = rules.version(row["rule_version_id"], POLICIES)
        assert rule is not None, "versions stay for what they made"
        new = NewContact(
            row["corp_id"],
            row["external_user_id"],
            row["user_id"],
            "",
            row["welcome_code"],
            row["added_at"],
        )
        found.append((Taken(row["id"], is_again=True), new, rule.body))
    return found


async def end(
    welcome_id: int, state: WelcomeState, *, moment: datetime, error: str | None = None
) -> None:
    """Keep what became of a welcome."""
    await db.fetch(
        "UPDATE welcome SET state = $2, error = $3, ended_at = $4, leased_until = NULL"
        " WHERE id = $1 AND state = 'due'",
        welcome_id,
        state.value,
        error,
        moment,
    )


_WHO = """
SELECT member.id, root.language FROM identity
JOIN customer ON customer.id = customer_id
JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
JOIN member ON member.id = root.id AND member.deleted_at IS NULL
WHERE kind = 'wecom_contact' AND scope = $1 AND value = $2
"""


async def words_for(new: NewContact, welcome: Welcome, *, at: datetime) -> Words:
    """Return what a new contact is to read; a member who may join the group is invited to it."""
    rows = await db.fetch(_WHO, new.corp_id, new.external_user_id)
    if not rows:
        return Words(welcome.to_guest("zh"))
    member_id, language = rows[0]["id"], rows[0]["language"]
    rules = await programme.recent()
    known = await standing.known(member_id, at=at, rules=rules)
    tier = rules.tiers(at).tiers[known.facts.tier_rank]
    text = welcome.to_member(
        language,
        points=known.balance.available,
        tier=tier.name_zh if language == "zh" else tier.name_en,
    )
    return Words(text, await _group(member_id, welcome, at=at))


async def _group(member_id: int, welcome: Welcome, *, at: datetime) -> Door | None:
    """Invite a member to the group that a welcome names, where she may and is not in it yet."""
    if not welcome.community_slot:
        return None
    try:
        found = await communities.invite(member_id, welcome.community_slot.partition(":")[2], at=at)
    except LoyaltyError:
        return None
    if found.state is not MembershipState.INVITED or found.qr_code is None:
        return None
    return Door(found.community_id, found.qr_code)
