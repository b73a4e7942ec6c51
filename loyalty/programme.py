"""The brand's rules in force: read as versions, added as versions, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from loyalty.earning import EARNING, EarningRule
from loyalty.earning.per_yuan import PerYuan
from loyalty.expiry import EXPIRY, ExpiryRule
from loyalty.expiry.rolling import Rolling
from loyalty.ledger.movements import OnShortfall
from loyalty.registry import Registry
from models import RuleState, RuleVersion, db

REGISTRIES: dict[str, Registry[Any]] = {EARNING.name: EARNING, EXPIRY.name: EXPIRY}
POLICY = "points_policy"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class PointsPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """When earned points become spendable, and what happens when spent points must come back."""

    return_window_days: Annotated[int, Meta(ge=0, le=365)] = 7
    on_shortfall: OnShortfall = OnShortfall.DEBT

    def settles_at(self, completed_at: datetime) -> datetime:
        """Return when the points of an order completed then become available."""
        return completed_at + timedelta(days=self.return_window_days)


FIRST_RULES: tuple[tuple[str, Struct], ...] = (
    ("earning:base", PerYuan()),
    ("expiry", Rolling(months=12)),
    (POLICY, PointsPolicy()),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One version with its decoded body, in force in [starts_at, ends_at)."""

    version_id: int
    slot: str
    body: Any
    starts_at: datetime
    ends_at: datetime | None

    def in_force(self, moment: datetime) -> bool:
        """Say whether the version holds at a moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


@dataclass(frozen=True, slots=True)
class Programme:
    """All published rules, newest version first."""

    earning_rules: tuple[Rule, ...]
    expiry_rules: tuple[Rule, ...]
    policies: tuple[Rule, ...]

    def earning(self, moment: datetime) -> list[tuple[int, EarningRule]]:
        """Return (version id, rule) for each slot: the newest version in force at a moment."""
        return [(rule.version_id, rule.body) for rule in _newest(self.earning_rules, moment)]

    def expiry(self, moment: datetime) -> ExpiryRule:
        """Return the expiry rule in force at a moment; rolling 12 months where none is."""
        for rule in _newest(self.expiry_rules, moment):
            found: ExpiryRule = rule.body
            return found
        return Rolling()

    def policy(self, moment: datetime) -> PointsPolicy:
        """Return the points policy in force at a moment; its defaults where none is."""
        for rule in _newest(self.policies, moment):
            found: PointsPolicy = rule.body
            return found
        return PointsPolicy()


def _newest(rules: Sequence[Rule], moment: datetime) -> list[Rule]:
    by_slot: dict[str, Rule] = {}
    for rule in rules:
        if rule.in_force(moment):
            by_slot.setdefault(rule.slot, rule)
    return [by_slot[slot] for slot in sorted(by_slot)]


async def load() -> Programme:
    """Read all published rules.

    Raises:
        KeyError: a stored kind has no file; the program must not run without it.
        msgspec.ValidationError: a stored body does not fit its struct.
    """
    by_registry: dict[str, list[Rule]] = {EARNING.name: [], EXPIRY.name: [], POLICY: []}
    for version in await RuleVersion.filter(state=RuleState.PUBLISHED).order_by("-version", "slot"):
        by_registry[version.registry].append(
            Rule(version.id, version.slot, _decoded(version), version.starts_at, version.ends_at)
        )
    return Programme(
        earning_rules=tuple(by_registry[EARNING.name]),
        expiry_rules=tuple(by_registry[EXPIRY.name]),
        policies=tuple(by_registry[POLICY]),
    )


def _decoded(version: RuleVersion) -> object:
    if version.registry == POLICY:
        return msgspec.convert(version.body, PointsPolicy)
    return REGISTRIES[version.registry].decode(version.kind, version.body)


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

    Publishing what the newest version already says adds nothing.
    """
    registry, kind = _kind_of(rule)
    rows = await db.fetch(
        "WITH newest AS (SELECT id, version, kind, body, starts_at, ends_at FROM rule_version"
        "  WHERE slot = $1 ORDER BY version DESC LIMIT 1),"
        " added AS (INSERT INTO rule_version (slot, version, registry, kind, body, state,"
        "  starts_at, ends_at, created_at, created_by)"
        "  SELECT $1, coalesce((SELECT version FROM newest), 0) + 1, $2, $3, $4::jsonb,"
        "  'published', $5, $6, $7, $8"
        "  WHERE NOT EXISTS (SELECT FROM newest WHERE kind = $3 AND body = $4::jsonb"
        "   AND starts_at = $5 AND ends_at IS NOT DISTINCT FROM $6)"
        "  RETURNING id)"
        " SELECT id FROM added UNION ALL SELECT id FROM newest LIMIT 1",
        slot,
        registry,
        kind,
        msgspec.json.encode(rule).decode(),
        starts_at,
        ends_at,
        at,
        by,
    )
    version_id: int = rows[0]["id"]
    return version_id


async def begin(*, at: datetime) -> None:
    """Publish the programme a brand begins with, where none was ever published.

    A point a yuan, good for twelve months, spendable a week after the order is completed.
    """
    if not await RuleVersion.exists():
        for slot, rule in FIRST_RULES:
            await publish(slot, rule, starts_at=BEGINNING, by="jifen", at=at)


def _kind_of(rule: Struct) -> tuple[str, str]:
    if isinstance(rule, PointsPolicy):
        return POLICY, POLICY
    for registry in REGISTRIES.values():
        for kind in registry:
            if registry[kind] is type(rule):
                return registry.name, kind
    raise KeyError(f"{type(rule).__name__} is in no registry")
