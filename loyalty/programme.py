"""The brand's rules in force: read as versions, added as versions, never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from loyalty.challenges import CHALLENGES
from loyalty.conditions import CONDITIONS, NOTHING_MORE
from loyalty.discounts import DISCOUNTS
from loyalty.earning import EARNING
from loyalty.earning.per_yuan import PerYuan
from loyalty.expiry import EXPIRY, ExpiryRule
from loyalty.expiry.rolling import Rolling
from loyalty.facts import Wanted
from loyalty.milestones import MILESTONES
from loyalty.policies import POLICIES
from loyalty.policies.gifts import Gifts
from loyalty.policies.margin import Margin
from loyalty.policies.points import PointsPolicy
from loyalty.policies.privacy import Privacy
from loyalty.policies.seasons import Seasons
from loyalty.policies.tiers import Tiers
from loyalty.registry import Registry, encode
from loyalty.rewards import REWARDS
from loyalty.segments import SEGMENTS
from models import RuleVersion, db

REGISTRIES: dict[str, Registry[Any]] = {
    registry.name: registry
    for registry in (
        EARNING,
        EXPIRY,
        CONDITIONS,
        REWARDS,
        CHALLENGES,
        MILESTONES,
        DISCOUNTS,
        SEGMENTS,
        POLICIES,
    )
}
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
RECENT_SECONDS = 1.0

FIRST_RULES: tuple[tuple[str, Struct], ...] = (
    ("earning:base", PerYuan()),
    ("expiry", Rolling(months=12)),
    ("margin", Margin()),
    ("points", PointsPolicy()),
    ("privacy", Privacy()),
    ("tiers", Tiers()),
)


def load_kinds() -> None:
    """Import every plug-in, so that a kind added twice stops the program here."""
    for registry in REGISTRIES.values():
        registry.load()


def kind_of(rule: Struct) -> tuple[str, str]:
    """Return the name of a rule's registry, and its kind there."""
    for registry in REGISTRIES.values():
        if (kind := registry.kind_of(rule)) is not None:
            return registry.name, kind
    raise KeyError(f"{type(rule).__name__} is in no registry")


@dataclass(frozen=True, slots=True)
class Rule:
    """One version with its decoded body, in force in [starts_at, ends_at).

    ``was_ended``: somebody ended it, with all versions of its slot before it.
    """

    version_id: int
    slot: str
    body: Any
    starts_at: datetime
    ends_at: datetime | None
    was_ended: bool = False

    def is_over(self, moment: datetime) -> bool:
        """Say whether the version holds no more."""
        return self.ends_at is not None and self.ends_at <= moment

    def in_force(self, moment: datetime) -> bool:
        """Say whether the version holds at a moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


R = TypeVar("R", bound=Struct)


@dataclass(frozen=True, slots=True)
class Programme:
    """All published rules, newest version first, by their registry.

    ``wanted`` is what the conditions of all of them want to know of a member. ``boosted_until`` is
    when the last boost of any member ends; None where nobody ever had one.
    """

    rules: Mapping[str, tuple[Rule, ...]]
    wanted: Wanted = NOTHING_MORE
    boosted_until: datetime | None = None

    def knows(self, version_ids: Iterable[int]) -> bool:
        """Say whether all these versions are among its rules."""
        asked = set(version_ids)
        return not asked or asked <= {
            rule.version_id for rules in self.rules.values() for rule in rules
        }

    def of(self, registry: Registry[Any], moment: datetime) -> list[Rule]:
        """Return the newest version in force at a moment of each slot, in the slots' order."""
        by_slot: dict[str, Rule] = {}
        for rule in self.rules.get(registry.name, ()):
            if rule.in_force(moment):
                by_slot.setdefault(rule.slot, rule)
        return [by_slot[slot] for slot in sorted(by_slot)]

    def find(self, slot: str, registry: Registry[Any], moment: datetime) -> Rule | None:
        """Return the newest version of a slot in force at a moment."""
        for rule in self.rules.get(registry.name, ()):
            if rule.slot == slot and rule.in_force(moment):
                return rule
        return None

    def version(self, version_id: int, registry: Registry[Any]) -> Rule | None:
        """Return one version, in force or not: what a coupon or redemption was made by."""
        for rule in self.rules.get(registry.name, ()):
            if rule.version_id == version_id:
                return rule
        return None

    def newest(self, slot: str) -> Rule | None:
        """Return the newest version of a slot, in force or not."""
        found = (rule for rules in self.rules.values() for rule in rules)
        return next((rule for rule in found if rule.slot == slot), None)

    def begins_at(self, slot: str, registry: Registry[Any]) -> datetime:
        """Return when the first version of a slot began, however often it was changed since.

        Of one that was ended and published anew, the first since then.

        Raises:
            KeyError: nothing was ever published in it.
        """
        versions = [rule for rule in self.rules.get(registry.name, ()) if rule.slot == slot]
        if not versions:
            raise KeyError(slot)
        return min(rule.starts_at for rule in versions if rule.was_ended == versions[0].was_ended)

    def expiry(self, moment: datetime) -> ExpiryRule:
        """Return the expiry rule in force at a moment; rolling 12 months where none is."""
        for rule in self.of(EXPIRY, moment):
            found: ExpiryRule = rule.body
            return found
        return Rolling()

    def points(self, moment: datetime) -> PointsPolicy:
        """Return the points policy in force at a moment; its defaults where none is."""
        return self._policy("points", PointsPolicy, moment)

    def tiers(self, moment: datetime) -> Tiers:
        """Return the tiers in force at a moment; the first ones where none are."""
        return self._policy("tiers", Tiers, moment)

    def margin(self, moment: datetime) -> Margin:
        """Return the margin that discounts leave at a moment; no floor where none is published."""
        return self._policy("margin", Margin, moment)

    def gifts(self, moment: datetime) -> Gifts:
        """Return how gifts may be given at a moment; the defaults where nothing says."""
        return self._policy("gifts", Gifts, moment)

    def privacy(self, moment: datetime) -> Privacy:
        """Return how long what members told is kept; the defaults where nothing says."""
        return self._policy("privacy", Privacy, moment)

    def seasons(self, moment: datetime) -> Seasons:
        """Return how long seasons are at a moment; as usual where nothing says."""
        return self._policy("seasons", Seasons, moment)

    def _policy(self, slot: str, struct: type[R], moment: datetime) -> R:
        rule = self.find(slot, POLICIES, moment)
        return rule.body if rule and isinstance(rule.body, struct) else struct()


_RULES = """
SELECT id, slot, registry, kind, body, starts_at, least(ends_at, ended_at) AS ends_at,
       ended_at IS NOT NULL AS was_ended
FROM rule_version CROSS JOIN LATERAL (
    SELECT min(ended_at) AS ended_at FROM rule_end
    WHERE rule_end.slot = rule_version.slot AND rule_end.version >= rule_version.version) AS cut
ORDER BY rule_version.version DESC, slot
"""

# Another one as soon as a version is added, or one was changed by hand. Beside it stands what
# spares whoever records or prices an order a look at the boosts.
_STAMP = """
SELECT count(*) AS versions, coalesce(max(id), 0) AS newest,
       coalesce(sum(xmin::text::bigint), 0)::numeric AS written,
       (SELECT count(*) FROM rule_end) AS ends, (SELECT max(ends_at) FROM boost) AS boosted_until
FROM rule_version
"""


@dataclass(frozen=True, slots=True)
class _Read:
    """The rules as this process read them last: of which database, at which stamp, and when."""

    place: object
    stamp: tuple[object, ...]
    at: float
    rules: Programme


_last: _Read | None = None


async def load() -> Programme:
    """Return all published rules; read and decoded once as long as they stay the same.

    Raises:
        KeyError: a stored kind has no file; the program must not run without it.
        msgspec.ValidationError: a stored body does not fit its struct.
    """
    global _last
    place, now = db.here(), monotonic()
    (row,) = await db.fetch(_STAMP)
    *counted, boosted_until = row
    stamp = tuple(counted)
    if _last and (_last.place, _last.stamp) == (place, stamp):
        rules = _last.rules
    else:
        rules = await _read()
    if rules.boosted_until != boosted_until:
        rules = replace(rules, boosted_until=boosted_until)
    if not db.in_caller_transaction():  # whose versions others may never see
        _last = _Read(place, stamp, now, rules)
    return rules


async def _read() -> Programme:
    rules: dict[str, list[Rule]] = {}
    for version_id, slot, registry, kind, body, *span in await db.fetch(_RULES):
        rule = Rule(version_id, slot, _decoded(registry, kind, body), *span)
        rules.setdefault(registry, []).append(rule)
    wanted = NOTHING_MORE
    for rule in (rule for found in rules.values() for rule in found):
        if conditions := getattr(rule.body, "conditions", None):
            wanted |= conditions.wanted()
    return Programme({registry: tuple(found) for registry, found in rules.items()}, wanted)


@lru_cache(maxsize=1024)
def _decoded(registry: str, kind: str, body: str) -> Any:
    """Return a stored rule; the same text is the same frozen struct."""
    return REGISTRIES[registry].decode(kind, msgspec.json.decode(body))


async def recent(*, knowing: Iterable[int] = ()) -> Programme:
    """Return all published rules as they were at most a second ago, mostly without asking.

    For what shows or prices; what moves points or stock reads them with ``load``, and so does who
    reads within a transaction. The versions ``knowing`` are always among them: those that made
    what the caller holds.

    Raises:
        KeyError, msgspec.ValidationError: as ``load``.
    """
    last = _last
    if last is None or last.place is not db.here() or db.in_caller_transaction():
        return await load()
    if monotonic() - last.at >= RECENT_SECONDS or not last.rules.knows(knowing):
        return await load()
    return last.rules


async def publish(
    slot: str,
    rule: Struct,
    *,
    starts_at: datetime,
    by: str,
    at: datetime,
    ends_at: datetime | None = None,
) -> int:
    """Add the next version of a slot and return its id; versions before it stay for what they made.

    Publishing what the newest version already says adds nothing. Who publishes at once waits her
    turn; readers do not.
    """
    global _last
    registry, kind = kind_of(rule)
    async with db.transaction():
        await db.fetch("LOCK TABLE rule_version IN SHARE ROW EXCLUSIVE MODE")
        rows = await db.fetch(
            "WITH newest AS (SELECT id, version, kind, body, starts_at, ends_at FROM rule_version"
            "  WHERE slot = $1 ORDER BY version DESC LIMIT 1),"
            " added AS (INSERT INTO rule_version (slot, version, registry, kind, body,"
            "  starts_at, ends_at, created_at, created_by)"
            "  SELECT $1, coalesce((SELECT version FROM newest), 0) + 1, $2, $3, $4::jsonb,"
            "  $5, $6, $7, $8"
            "  WHERE NOT EXISTS (SELECT FROM newest WHERE kind = $3 AND body = $4::jsonb"
            "   AND starts_at = $5 AND ends_at IS NOT DISTINCT FROM $6 AND NOT EXISTS ("
            "    SELECT FROM rule_end WHERE slot = $1 AND rule_end.version = newest.version))"
            "  RETURNING id)"
            " SELECT id FROM added UNION ALL SELECT id FROM newest LIMIT 1",
            slot,
            registry,
            kind,
            encode(rule).decode(),
            starts_at,
            ends_at,
            at,
            by,
        )
    _last = None
    version_id: int = rows[0]["id"]
    return version_id


async def end(slot: str, *, by: str, at: datetime) -> None:
    """Let nothing that was published in a slot hold from now on; ending it again adds nothing.

    Versions stay for what they made, and the next one that is published holds.
    """
    global _last
    async with db.transaction():
        await db.fetch("LOCK TABLE rule_version IN SHARE ROW EXCLUSIVE MODE")
        await db.fetch(
            "INSERT INTO rule_end (slot, version, ended_at, ended_by)"
            " SELECT slot, version, $2, $3 FROM rule_version WHERE slot = $1"
            " ORDER BY version DESC LIMIT 1 ON CONFLICT DO NOTHING",
            slot,
            at,
            by,
        )
    _last = None


async def begin(*, at: datetime) -> None:
    """Publish the programme a brand begins with, where none was ever published.

    A point a yuan, good for twelve months, spendable a week after the order is completed.
    """
    if not await RuleVersion.exists():
        for slot, rule in FIRST_RULES:
            await publish(slot, rule, starts_at=BEGINNING, by="jifen", at=at)
