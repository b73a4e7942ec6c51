"""A member's timeline as staff read it: what each happening is about and why, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from console import earned
from console.words.codes import CAUSES, DELIVERIES, THROUGH, said
from console.words.referrals import SIDES
from console.words.rules import CHOICES, title
from loyalty import programme, timelines
from loyalty.coupons import Reason
from loyalty.policies import POLICIES
from loyalty.programme import Programme, Rule
from loyalty.timelines import Happened
from loyalty.wording import Worded
from models import ShopKind
from web.coupons import reason_text
from web.languages import Language
from web.movements import SHOPS, causes_of
from web.texts import text


@dataclass(frozen=True, slots=True)
class Line:
    """One happening: ``told`` holds its figures, ``about`` names the rule or tier it is about."""

    at: datetime
    kind: str
    told: dict[str, Any]
    about: str
    why: str


async def lines(member_id: int, *, at: datetime, language: Language) -> list[Line]:
    """Return a member's newest happenings in words.

    The rules are read after what happened, so that every version that made it is among them.
    """
    happened, rules = await timelines.of(member_id), await programme.load()
    causes = {one.told["cause"] for one in happened if one.kind == "points"}
    versions = {rule.version_id: rule for found in rules.rules.values() for rule in found}
    points = [one.told for one in happened if one.kind == "points"]
    given = await earned.words(points, versions, language=language)
    words = _Words(rules, versions, await causes_of(member_id, causes), given, at, language)
    return [Line(one.at, one.kind, one.told, words.about(one), words.why(one)) for one in happened]


@dataclass(frozen=True, slots=True)
class _Words:
    """What happenings say in one language, by the versions of the rules that made them."""

    rules: Programme
    versions: Mapping[int, Rule]
    causes: Mapping[str, Worded]
    earned: earned.Words
    at: datetime
    language: Language

    def about(self, one: Happened) -> str:
        """Return the name of the rule, order or tier that a happening is about; else nothing."""
        told = one.told
        match one.kind:
            case "coupon" | "redemption" | "shop_coupon":
                return self._title(told["rule_version_id"])
            case "milestone":
                side = told["name"].partition(":")[0]
                name = said(SIDES, side, self.language) if side in SIDES else told["name"]
                return f"{self._title(told['rule_version_id'])} · {name}"
            case "claim":
                name = self._title(told["rule_version_id"])
                step = f" · {told['step']}" if told["step"] > 1 else ""
                return f"{name} · {self._round(told['round'])}{step}"
            case "purchase":
                shop = Worded(*SHOPS[ShopKind(told["shop_kind"])]).spoken(self.language)
                return f"{told['shop'] or shop} {told['number']}"
            case "live_visit":
                return Worded(told["zh"], told["en"]).spoken(self.language)
            case "event":
                return self._event(told["slot"])
            case "tier":
                tiers = self.rules.tiers(self.at)
                tier = tiers.tiers[tiers.rank_of(told["tier"])]
                return Worded(tier.name_zh, tier.name_en).spoken(self.language)
        return ""

    def _event(self, slot: str) -> str:
        """Return the name of an event as its newest version has it."""
        found = self.rules.rules.get(POLICIES.name, ())
        return next((title(one.body, self.language) for one in found if one.slot == slot), slot)

    def _round(self, name: str) -> str:
        """Return the name of a round: a festival's season by its year, "春节 2027"."""
        year, _, festival = name.partition("-")
        if festival in CHOICES:
            return f"{said(CHOICES, festival, self.language)} {year}"
        return said(CHOICES, name, self.language)

    def why(self, one: Happened) -> str:
        """Return the reason of a happening, where it is more than figures."""
        told = one.told
        match one.kind:
            case "points":
                return " · ".join(self._reasons_of_points(told))
            case "shop_visit" | "live_visit":
                return text(told["reason"], self.language, {}) if told["reason"] else ""
            case "coupon":
                return reason_text(msgspec.convert(told["reason"], Reason), self.language)
            case "delivery":
                return self._reason_of_delivery(told["key"], one.at)
            case "joined":
                return said(THROUGH, told["through"], self.language)
        return ""

    def _reasons_of_points(self, told: Mapping[str, Any]) -> list[str]:
        """Return what caused a movement, and the versions of the rules that gave the points.

        A challenge is its own cause. Rules without names are told apart by their slots.
        """
        cause, reasons = told["cause"], []
        if cause and cause != told["slot"]:
            hers = self.causes.get(cause)
            spoken = hers.spoken(self.language) if hers else said(CAUSES, cause, self.language)
            reasons.append(spoken)
        if earned.has_rules(told["breakdown"]):
            reasons += self.earned.told(told["breakdown"], cause)
        elif told["slot"]:
            rule = self.versions[told["rule_version_id"]]
            slot = "" if hasattr(rule.body, "name_zh") else f" ({rule.slot})"
            reasons.append(f"{title(rule.body, self.language)} v{told['version']}{slot}")
        return reasons

    def _reason_of_delivery(self, key: str, at: datetime) -> str:
        """Return the campaign whose slot a key begins with; else what the key begins with says."""
        what, *more = key.split(":")
        campaign = self.rules.find(":".join([what, *more[:1]]), POLICIES, at)
        if campaign is not None:
            return title(campaign.body, self.language)
        return said(DELIVERIES, what, self.language)

    def _title(self, version_id: int) -> str:
        return title(self.versions[version_id].body, self.language)
