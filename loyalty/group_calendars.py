"""Group calendars (群日历): what is said when, and what became a mass send of it.

An occasion is one time of an entry, by its code and its day: it becomes one mass send, however
often it is looked for and whatever version of the calendar holds. Skipped, it becomes none.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

from msgspec import Struct

from loyalty import mass_sends, programme
from loyalty.calendar import SHANGHAI, day_of
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.mass_sends import Aim, MassSendWish
from loyalty.policies import POLICIES
from loyalty.policies.calendar import CalendarEntry, GroupCalendar
from loyalty.programme import Programme
from models import MassSend, MassSendKind, MassSendState, db

PREFIX = "calendar:"
# What nobody planned in time, because nothing ran, is said late, or not at all after this.
LATE = timedelta(hours=2)
FURTHEST_DAYS = 62


class Occasion(Struct, frozen=True):
    """One time of an entry of a calendar."""

    slot: str
    calendar: GroupCalendar
    entry: CalendarEntry
    due_at: datetime

    @property
    def key(self) -> str:
        """Return what names it in its calendar."""
        return f"{self.entry.code}:{day_of(self.due_at).isoformat()}"

    def aim(self, corp_id: str) -> Aim:
        """Return whom it is for."""
        audience = self.calendar.community_slot
        if self.entry.days is None:
            return Aim(corp_id, MassSendKind.GROUPS, audience)
        joined_on = day_of(self.due_at) - timedelta(days=self.entry.days)
        return Aim(corp_id, MassSendKind.CONTACTS, audience, joined_on=joined_on)


def occasions(rules: Programme, *, since: datetime, until: datetime) -> list[Occasion]:
    """Return what is said after one moment and up to another, by the versions that hold then."""
    slots = {one.slot for one in rules.rules.get(POLICIES.name, ()) if one.slot.startswith(PREFIX)}
    found = [
        Occasion(slot, rule.body, entry, due_at)
        for slot in slots
        for day in _days(since, until)
        for rule in _versions(rules, slot, day)
        for entry in rule.body.entries
        if (due_at := _due_at(entry, day)) is not None
        and since < due_at <= until
        and rules.find(slot, POLICIES, due_at) == rule
    ]
    return sorted(found, key=lambda one: (one.due_at, one.slot, one.entry.code))


def _versions(rules: Programme, slot: str, day: date) -> list[programme.Rule]:
    """Return the versions of a calendar that hold on a day, or a part of it."""
    begins = datetime.combine(day, datetime.min.time(), SHANGHAI)
    ends = begins + timedelta(days=1)
    return [
        one
        for one in rules.rules.get(POLICIES.name, ())
        if one.slot == slot
        and isinstance(one.body, GroupCalendar)
        and one.starts_at < ends
        and (one.ends_at is None or one.ends_at > begins)
    ]


def _days(since: datetime, until: datetime) -> Iterator[date]:
    first, last = day_of(since), day_of(until)
    for number in range(min((last - first).days, FURTHEST_DAYS) + 1):
        yield first + timedelta(days=number)


def _due_at(entry: CalendarEntry, day: date) -> datetime | None:
    """Return when an entry is said on a day; None where it is not."""
    if entry.at is not None:
        return entry.at if day_of(entry.at) == day else None
    if entry.weekday is not None and day.isoweekday() != entry.weekday:
        return None
    return datetime.combine(day, entry.time, SHANGHAI)


async def plan_due(corp_id: str, *, at: datetime) -> int:
    """Plan the mass sends that are due; return how many.

    What reaches nobody, because nobody joined on that day, becomes none.
    """
    rules = await programme.load()
    due = occasions(rules, since=at - LATE, until=at)
    known = await _known(due)
    count = 0
    for one in due:
        if (one.slot, one.key) in known:
            continue
        try:
            count += await _plan(one, corp_id, at=at)
        except LoyaltyError:  # its community holds no more
            continue
    return count


async def _plan(one: Occasion, corp_id: str, *, at: datetime) -> bool:
    aim = one.aim(corp_id)
    if one.entry.days is not None and not (await mass_sends.reached(aim, at=at)).targets:
        return False
    wish = MassSendWish(uuid4(), one.entry.name_zh, aim, one.entry.body_zh, max(one.due_at, at))
    await mass_sends.plan(wish, at=at, slot=one.slot, occasion=one.key)
    return True


async def _known(of: list[Occasion]) -> set[tuple[str, str]]:
    rows = await db.fetch(
        "SELECT slot, occasion FROM mass_send WHERE slot = ANY($1::text[])"
        " AND occasion = ANY($2::text[])",
        [one.slot for one in of],
        [one.key for one in of],
    )
    return {(row["slot"], row["occasion"]) for row in rows}


async def sends_of(of: list[Occasion]) -> dict[tuple[str, str], MassSend]:
    """Return the mass sends that occasions became, by their calendars and keys."""
    rows = await MassSend.filter(
        slot__in=sorted({one.slot for one in of}), occasion__in=[one.key for one in of]
    )
    return {(one.slot or "", one.occasion or ""): one for one in rows}


async def skip(
    corp_id: str, slot: str, key: str, *, staff_member_id: int, at: datetime
) -> MassSend:
    """Let an occasion that is to come pass; again it changes nothing.

    Raises:
        NotFound: ``no_such_occasion``: there is none within two months. Refused: ``send_is_over``:
            it was said.
    """
    rules = await programme.load()
    coming = occasions(rules, since=at, until=at + timedelta(days=FURTHEST_DAYS))
    found = next((one for one in coming if (one.slot, one.key) == (slot, key)), None)
    if found is None:
        raise NotFound("no_such_occasion")
    aim = found.aim(corp_id)
    await db.fetch(
        "INSERT INTO mass_send (uuid, corp_id, kind, name, text, audience, joined_on, not_before,"
        " state, slot, occasion, made_by, made_at, ended_at, cancelled_by)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, 'cancelled', $8, $9, $10, $11,"
        " $11, $10) ON CONFLICT (slot, occasion) DO NOTHING",
        corp_id,
        aim.kind.value,
        found.entry.name_zh,
        found.entry.body_zh,
        aim.audience,
        aim.joined_on,
        found.due_at,
        slot,
        key,
        staff_member_id,
        at,
    )
    send = await MassSend.get(slot=slot, occasion=key)
    if send.state is not MassSendState.CANCELLED:
        raise Refused("send_is_over")
    return send
