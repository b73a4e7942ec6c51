"""A mass send is planned by staff or by a calendar, looked at beforehand, begun, or cancelled."""

import re
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from msgspec import Struct

from loyalty import linting
from loyalty.again import in_transaction
from loyalty.communities import roomy
from loyalty.errors import NotFound, Refused
from loyalty.ledger.movements import is_writable
from loyalty.mass_sends.audiences import Aim, Reach, reached
from models import MassSend, MassSendKind, MassSendState, db

LONGEST_NAME = 40
LONGEST_TEXT = 1000
FURTHEST = timedelta(days=366)
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]{1,1000}", re.ASCII)
A_MOMENT = timedelta(minutes=10)
CONTACTS_A_PART, GROUPS_A_PART = 10_000, 2_000


class MassSendWish(Struct, frozen=True):
    """What is to be said to whom; ``uuid`` is the form's name for it.

    ``picture`` is an address that the platform gave; None shows the code of the community that they
    are invited to, or nothing.
    """

    uuid: UUID
    name: str
    aim: Aim
    text: str
    not_before: datetime
    picture: str | None = None


def checked(wish: MassSendWish, *, at: datetime) -> MassSendWish:
    """Return a wish as it is kept.

    Raises:
        Refused: ``send_name_missing``, ``send_text_missing``, ``send_text_too_long``,
            ``send_time_wrong`` (past, or more than a year ahead), ``send_picture_wrong`` (no
            address), ``send_groups_not_invited``, and what law forbids to promise, as
            ``linting.check_text``.
    """
    name, text = wish.name.strip(), wish.text.strip()
    if not name or len(name) > LONGEST_NAME or not is_writable(name):
        raise Refused("send_name_missing", most=LONGEST_NAME)
    if not text or not is_writable(text):
        raise Refused("send_text_missing")
    if len(text) > LONGEST_TEXT:
        raise Refused("send_text_too_long", most=LONGEST_TEXT)
    if not at - A_MOMENT <= wish.not_before <= at + FURTHEST:
        raise Refused("send_time_wrong")
    if wish.picture is not None and not _ADDRESS.fullmatch(wish.picture):
        raise Refused("send_picture_wrong")
    if wish.aim.kind is MassSendKind.GROUPS and wish.aim.community_slot:
        raise Refused("send_groups_not_invited")
    linting.check_text("text", text)
    return MassSendWish(wish.uuid, name, wish.aim, text, wish.not_before, wish.picture)


async def preview(wish: MassSendWish, *, at: datetime) -> Reach:
    """Return whom a mass send would reach if it began now.

    Raises:
        LoyaltyError: as ``checked`` and ``audiences.reached``.
    """
    return await reached(checked(wish, at=at).aim, at=at)


async def plan(
    wish: MassSendWish,
    *,
    at: datetime,
    staff_member_id: int | None = None,
    slot: str | None = None,
    occasion: str | None = None,
) -> MassSend:
    """Plan a mass send; the same form, or the same occasion, again is answered as before.

    Raises:
        LoyaltyError: as ``checked`` and ``audiences.reached``.
    """
    kept = checked(wish, at=at)
    await reached(kept.aim, at=at)
    aim = kept.aim
    rows = await db.fetch(
        "INSERT INTO mass_send (uuid, corp_id, kind, name, text, picture, audience, joined_on,"
        " community_slot, not_before, state, slot, occasion, made_by, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'planned', $11, $12, $13, $14)"
        " ON CONFLICT DO NOTHING RETURNING id",
        kept.uuid,
        aim.corp_id,
        aim.kind.value,
        kept.name,
        kept.text,
        kept.picture,
        aim.audience,
        aim.joined_on,
        aim.community_slot,
        kept.not_before,
        slot,
        occasion,
        staff_member_id,
        at,
    )
    if rows:
        return await MassSend.get(id=rows[0]["id"])
    if slot is not None:
        return await MassSend.get(slot=slot, occasion=occasion)
    return await MassSend.get(uuid=kept.uuid)


async def find(uuid: UUID) -> MassSend:
    """Return a mass send.

    Raises:
        NotFound: ``no_such_send``.
    """
    found = await MassSend.get_or_none(uuid=uuid)
    if found is None:
        raise NotFound("no_such_send")
    return found


_PARTS = """
INSERT INTO mass_send_part (mass_send_id, user_id, state, leased_until)
SELECT $1, user_id, 'due', '-infinity'
FROM unnest($2::text[]) WITH ORDINALITY AS one (user_id, place)
ORDER BY place RETURNING id
"""

_TARGETS = """
INSERT INTO mass_send_target (part_id, address, member_id, state)
SELECT part_id, address, member_id, 'waiting'
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS one (part_id, address, member_id)
ON CONFLICT DO NOTHING
"""

_INVITE = """
INSERT INTO invitation AS had (uuid, community_id, member_id, state, invited_at)
SELECT gen_random_uuid(), $1, member_id, 'open', $3 FROM unnest($2::bigint[]) AS one (member_id)
ORDER BY member_id
ON CONFLICT (community_id, member_id)
DO UPDATE SET state = 'open', invited_at = excluded.invited_at, accepted_at = NULL
WHERE had.state = 'left'
"""


async def begin_due(*, at: datetime, limit: int = 20) -> list[int]:
    """Settle who is reached by what is due, each in a transaction of its own; return their ids.

    From then on the staff are to be asked; see ``asking``.
    """
    due = await db.fetch(
        "SELECT id FROM mass_send WHERE state = 'planned' AND not_before <= $1"
        " ORDER BY not_before, id LIMIT $2",
        at,
        limit,
    )

    async def act(send_id: int) -> bool:
        held = await db.fetch(
            "SELECT FROM mass_send WHERE id = $1 AND state = 'planned' FOR UPDATE", send_id
        )
        if held:
            await _begin(await MassSend.get(id=send_id), at=at)
        return bool(held)

    return [row["id"] for row in due if await in_transaction(partial(act, row["id"]))]


async def _begin(send: MassSend, *, at: datetime) -> None:
    aim = Aim(send.corp_id, send.kind, send.audience, send.community_slot, send.joined_on)
    try:
        reach = await reached(aim, at=at)
    except (NotFound, Refused):  # its segment or its community holds no more
        reach = Reach([], members=0)
    await db.fetch(
        "UPDATE mass_send SET state = $2, begun_at = $3, ended_at = $4, members = $5,"
        " no_contacts = $6, unwilling = $7, over_quota = $8, not_invited = $9 WHERE id = $1",
        send.id,
        (MassSendState.UNDER_WAY if reach.targets else MassSendState.NOBODY).value,
        at,
        None if reach.targets else at,
        reach.members,
        reach.no_contacts,
        reach.unwilling,
        reach.over_quota,
        reach.not_invited,
    )
    if not reach.targets:
        return
    await _lay_out(send, reach)
    if send.community_slot:
        await _invite(send, reach, at=at)


async def _lay_out(send: MassSend, reach: Reach) -> None:
    """Write the parts: of each staff member so many targets as the platform takes at once."""
    most = GROUPS_A_PART if send.kind is MassSendKind.GROUPS else CONTACTS_A_PART
    places: list[tuple[str, list[int]]] = []
    open_parts: dict[str, list[int]] = {}
    for place, target in enumerate(reach.targets):
        part = open_parts.get(target.user_id)
        if part is None or len(part) == most:
            part = open_parts[target.user_id] = []
            places.append((target.user_id, part))
        part.append(place)
    made = await db.fetch(_PARTS, send.id, [user_id for user_id, _ in places])
    chosen = [
        (row["id"], reach.targets[place])
        for row, (_, part) in zip(made, places, strict=True)
        for place in part
    ]
    await db.fetch(
        _TARGETS,
        [part_id for part_id, _ in chosen],
        [target.address for _, target in chosen],
        [target.member_id for _, target in chosen],
    )


async def _invite(send: MassSend, reach: Reach, *, at: datetime) -> None:
    """Invite whom it reaches into the group whose code it shows."""
    door = await roomy(send.community_slot or "", corp_id=send.corp_id)
    if door:
        await db.fetch(_INVITE, door.community_id, [one.member_id for one in reach.targets], at)


_CANCEL = """
UPDATE mass_send SET state = 'cancelled', ended_at = $2, cancelled_by = $3
WHERE id = $1 AND state IN ('planned', 'under_way') RETURNING id
"""

_UNASKED = """
WITH unasked AS (
    UPDATE mass_send_part SET state = 'cancelled' WHERE mass_send_id = $1 AND state = 'due'
    RETURNING id
)
UPDATE mass_send_target SET state = 'cancelled'
WHERE part_id = ANY(ARRAY(SELECT id FROM unasked)) AND state = 'waiting'
"""


async def cancel(uuid: UUID, *, staff_member_id: int, at: datetime) -> MassSend:
    """Cancel a mass send: who has it keeps it. What the staff were asked is to be taken back.

    Raises:
        NotFound: ``no_such_send``. Refused: ``send_is_over``.
    """

    async def act() -> MassSend:
        send = await find(uuid)
        rows = await db.fetch(_CANCEL, send.id, at, staff_member_id)
        if not rows and send.state is not MassSendState.CANCELLED:
            raise Refused("send_is_over")
        await db.fetch(_UNASKED, send.id)
        return await find(uuid)

    return await in_transaction(act)
