"""Contact ways (员工活码): which of them there are to be, who is behind each, who came by it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from loyalty import programme
from loyalty.calendar import day_of, start_of
from loyalty.communities import Image
from loyalty.policies import POLICIES
from loyalty.policies.contact_way import ContactWayPolicy
from models import ContactWay, db

PREFIX = "contact_way:"
LONGEST_STATE = LONGEST_REMARK = 30


def state_of(slot: str) -> str:
    """Return the text that those carry who come by the contact way of a rule."""
    return slot.removeprefix(PREFIX)[:LONGEST_STATE]


class Wanted(Struct, frozen=True):
    """A contact way as it is to be now; ``way`` is as it was told to the platform last."""

    slot: str
    state: str
    remark: str
    users: Sequence[str]
    skip_verify: bool
    way: ContactWay | None

    @property
    def told(self) -> str:
        """Return what is told beside the staff."""
        return f"{self.remark}\n{'skip' if self.skip_verify else 'ask'}"

    @property
    def is_new_to_platform(self) -> bool:
        """Say whether the platform knows it otherwise, though it has it."""
        way = self.way
        return way is not None and (list(way.users), way.told) != (list(self.users), self.told)


class Due(Struct, frozen=True):
    """What is to be made or changed, and what is to be taken away."""

    wanted: Sequence[Wanted]
    over: Sequence[ContactWay]


_TODAY = """
SELECT user_id, count(*) AS added FROM acquaintance
WHERE corp_id = $1 AND added_at >= $2 GROUP BY 1
"""


async def due(corp_id: str, staff: Sequence[str], *, at: datetime, moment: datetime) -> Due:
    """Return what differs from what the platform was told.

    ``staff`` are those who may have contacts now; ``moment`` is the time of the wire, by which the
    platform's days go.
    """
    rules = (await programme.load()).of(POLICIES, at)
    policies = {one.slot: one.body for one in rules if isinstance(one.body, ContactWayPolicy)}
    ways = {one.slot: one for one in await ContactWay.filter(corp_id=corp_id)}
    added = await _added_today(corp_id, moment) if policies else {}
    wanted = [
        found
        for slot, policy in sorted(policies.items())
        if (found := _wanted(slot, policy, ways.get(slot), staff, added, at=at)) is not None
    ]
    return Due(wanted, [way for slot, way in sorted(ways.items()) if slot not in policies])


def _wanted(
    slot: str,
    policy: ContactWayPolicy,
    way: ContactWay | None,
    staff: Sequence[str],
    added: Mapping[str, int],
    *,
    at: datetime,
) -> Wanted | None:
    """Return a contact way that is to be made or changed; None where all is as it is to be.

    Where nobody is free, whoever is behind it stays: a code that leads to nobody helps nobody.
    """
    most = policy.most_a_day
    free = {one for one in staff if most is None or added.get(one, 0) < most}
    users = policy.behind(at, free=free) or policy.behind(at, free=set(staff))
    if not users:
        return None
    remark = policy.name_zh[:LONGEST_REMARK]
    found = Wanted(slot, state_of(slot), remark, users, policy.skip_verify, way)
    is_there = way is not None and way.qr_image is not None and not found.is_new_to_platform
    return None if is_there else found


async def _added_today(corp_id: str, moment: datetime) -> dict[str, int]:
    rows = await db.fetch(_TODAY, corp_id, start_of(day_of(moment)))
    return {row["user_id"]: row["added"] for row in rows}


async def keep(corp_id: str, wanted: Wanted, *, config_id: str, qr_code: str, at: datetime) -> bool:
    """Keep a contact way that the platform made; False where another was kept meanwhile."""
    rows = await db.fetch(
        "INSERT INTO contact_way"
        " (corp_id, slot, config_id, qr_code, users, told, made_at, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (corp_id, slot) DO NOTHING"
        " RETURNING id",
        corp_id,
        wanted.slot,
        config_id,
        qr_code,
        list(wanted.users),
        wanted.told,
        at,
    )
    return bool(rows)


async def changed(way_id: int, wanted: Wanted, *, at: datetime) -> None:
    """Keep what the platform was told."""
    await db.fetch(
        "UPDATE contact_way SET users = $2, told = $3, changed_at = $4 WHERE id = $1",
        way_id,
        list(wanted.users),
        wanted.told,
        at,
    )


async def draw(corp_id: str, slot: str, image: Image) -> None:
    """Keep the QR code as the platform draws it."""
    await db.fetch(
        "UPDATE contact_way SET qr_image = $3, qr_kind = $4 WHERE corp_id = $1 AND slot = $2",
        corp_id,
        slot,
        image.content,
        image.kind,
    )


async def forget(way_id: int) -> None:
    """Forget a contact way that the platform has no more; who came by it stays."""
    await db.fetch("DELETE FROM contact_way WHERE id = $1", way_id)


class FullContactWay(Struct, frozen=True):
    """A contact way as staff read it; ``users`` by their names where they have an account here.

    ``added`` counts who came by it, ``this_month`` of those, ``known`` those whom we know as
    members; ``gone`` are contacts no more.
    """

    slot: str
    policy: ContactWayPolicy
    users: Sequence[str]
    image: Image | None
    changed_at: datetime | None
    added: int
    this_month: int
    known: int
    gone: int


_FIGURES = """
SELECT state, count(*) AS added, count(*) FILTER (WHERE added_at >= $2) AS this_month,
       count(*) FILTER (WHERE ended_at IS NOT NULL) AS gone, count(hers.id) AS known
FROM acquaintance LEFT JOIN LATERAL (
    SELECT member.id FROM identity
    JOIN customer ON customer.id = customer_id
    JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
    WHERE kind = 'wecom_contact' AND scope = corp_id AND value = external_user_id LIMIT 1
) AS hers ON true
WHERE state = ANY($1::text[]) GROUP BY 1
"""


async def all_of_them(*, at: datetime) -> list[FullContactWay]:
    """Return the contact ways of the rules in force."""
    rules = (await programme.load()).of(POLICIES, at)
    policies = {one.slot: one.body for one in rules if isinstance(one.body, ContactWayPolicy)}
    ways = {one.slot: one for one in await ContactWay.all()}
    month = start_of(day_of(at).replace(day=1))
    rows = await db.fetch(_FIGURES, [state_of(slot) for slot in policies], month)
    figures = {row["state"]: row for row in rows}
    names = await _names([user for way in ways.values() for user in way.users])
    return [
        _full(slot, policy, ways.get(slot), figures.get(state_of(slot)), names)
        for slot, policy in sorted(policies.items())
    ]


def _full(
    slot: str,
    policy: ContactWayPolicy,
    way: ContactWay | None,
    row: db.Row | None,
    names: Mapping[str, str],
) -> FullContactWay:
    image = Image(bytes(way.qr_image), way.qr_kind or "") if way and way.qr_image else None
    return FullContactWay(
        slot=slot,
        policy=policy,
        users=[names.get(user, user) for user in way.users] if way else [],
        image=image,
        changed_at=way.changed_at if way else None,
        added=row["added"] if row else 0,
        this_month=row["this_month"] if row else 0,
        known=row["known"] if row else 0,
        gone=row["gone"] if row else 0,
    )


async def _names(user_ids: Sequence[str]) -> dict[str, str]:
    rows = await db.fetch(
        "SELECT wecom_user_id, name FROM staff_member WHERE wecom_user_id = ANY($1::text[])",
        list(user_ids),
    )
    return {row["wecom_user_id"]: row["name"] for row in rows}
