"""What each version of a rule changed, in the words of its form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from console.words import WORDS
from console.words.conditions import CONDITION_NAMES
from console.words.rules import CHOICES, FIELDS
from models import RuleEnd, RuleVersion
from web.languages import Language


class Change(NamedTuple):
    """One field that a version changed, as people read it."""

    label: str
    before: str
    after: str


class Line(NamedTuple):
    """A version with what it changed of the one before it, and its end, where it was ended."""

    version: RuleVersion
    changes: list[Change]
    end: RuleEnd | None


def lines(
    versions: Sequence[RuleVersion], ends: Sequence[RuleEnd], language: Language
) -> list[Line]:
    """Return versions, the newest first, each with its changes; the oldest of them has none."""
    ended = {one.version: one for one in ends}
    before = [*versions[1:], None]
    return [
        Line(one, [*_changes(was, one, language)] if was else [], ended.get(one.version))
        for one, was in zip(versions, before, strict=False)
    ]


def _changes(was: RuleVersion, now: RuleVersion, language: Language) -> Iterator[Change]:
    chosen = 0 if language == "zh" else 1
    if was.kind != now.kind:
        yield Change(WORDS[language]["rule_kind"], was.kind, now.kind)
    old, new = _body(was), _body(now)
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            label = FIELDS[name][chosen] if name in FIELDS else name
            yield Change(label, _shown(old.get(name), language), _shown(new.get(name), language))


def _body(version: RuleVersion) -> Mapping[str, Any]:
    assert isinstance(version.body, dict), "a rule is stored as an object"
    return version.body


def _shown(value: Any, language: Language) -> str:
    words = WORDS[language]
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if isinstance(value, str):
        told = (CHOICES | CONDITION_NAMES).get(value)
        return told[0 if language == "zh" else 1] if told else value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else str(value)
