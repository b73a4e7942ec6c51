"""Why a purchase earned what it did, as staff read it: what each rule gave to which line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.words.rules import title
from loyalty.programme import Rule
from models import PurchaseLine, RuleVersion
from web.languages import Language
from web.movements import BOOST

PURCHASE = re.compile("purchase:([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """What breakdowns are told with: lines by the cause of an entry, and numbers of versions."""

    lines: Mapping[str, Sequence[str]]
    numbers: Mapping[int, int]
    versions: Mapping[int, Rule]
    language: Language

    def told(self, breakdown: Mapping[str, Any], cause: str) -> list[str]:
        """Return each rule, where there are several or many lines with what it gave to each."""
        rules, lines = breakdown["rules"], self.lines.get(cause, ())
        if len(rules) == 1 and len(lines) < 2:
            return [self._name(rules[0])]
        return [self._with_points(one, lines) for one in rules]

    def _name(self, one: Mapping[str, Any]) -> str:
        rule = self.versions[one["version"]]
        slot = "" if hasattr(rule.body, "name_zh") else f" ({rule.slot})"
        boost = BOOST.spoken(self.language) + " · " if "boost" in one else ""
        return f"{boost}{title(rule.body, self.language)} v{self.numbers[rule.version_id]}{slot}"

    def _with_points(self, one: Mapping[str, Any], lines: Sequence[str]) -> str:
        points = one["lines"]
        by_line = ""
        if len(points) > 1 and len(points) == len(lines):
            between, opens, closes = "、（）" if self.language == "zh" else (", ", " (", ")")
            told = (f"{line} {part:+}" for line, part in zip(lines, points, strict=True) if part)
            by_line = opens + between.join(told) + closes
        return f"{self._name(one)} {one['points']:+}{by_line}"


async def words(
    entries: Iterable[Mapping[str, Any]], versions: Mapping[int, Rule], *, language: Language
) -> Words:
    """Return what these entries' breakdowns are told with, in two statements."""
    told = [one for one in entries if has_rules(one["breakdown"])]
    ids = {rule["version"] for one in told for rule in one["breakdown"]["rules"]}
    numbers = {one.id: one.version for one in await RuleVersion.filter(id__in=ids)} if ids else {}
    causes = [found for one in told if (found := PURCHASE.fullmatch(one["cause"]))]
    return Words(await _lines(int(found[1]) for found in causes), numbers, versions, language)


def has_rules(breakdown: object) -> bool:
    """Say whether a breakdown tells what rules gave."""
    return isinstance(breakdown, dict) and "rules" in breakdown


async def _lines(purchase_ids: Iterable[int]) -> dict[str, list[str]]:
    """Return the titles of purchases' lines, or their SKUs, by the cause of what they earned."""
    ids = sorted(set(purchase_ids))
    found: dict[str, list[str]] = {}
    lines = PurchaseLine.filter(purchase_id__in=ids).order_by("purchase_id", "number")
    for line in await lines if ids else ():
        name = line.title or line.sku or line.key
        found.setdefault(f"purchase:{line.purchase_id}", []).append(name)
    return found
