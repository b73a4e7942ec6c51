"""Articles of the brand's, as they are read now."""

from datetime import datetime

from msgspec import Struct

from loyalty.errors import NotFound
from loyalty.policies import POLICIES
from loyalty.policies.article import Article
from loyalty.programme import Programme
from loyalty.wording import Worded

PREFIX = "article:"


class ReadArticle(Struct, frozen=True):
    """An article in force, by its code."""

    code: str
    article: Article


def listed(rules: Programme, *, at: datetime) -> list[ReadArticle]:
    """Return the articles in force, the newest first."""
    found = [one for one in rules.of(POLICIES, at) if isinstance(one.body, Article)]
    found.sort(key=lambda one: one.version_id, reverse=True)
    return [ReadArticle(one.slot.removeprefix(PREFIX), one.body) for one in found]


def find(rules: Programme, code: str, *, at: datetime) -> Article:
    """Return an article in force.

    Raises:
        NotFound: ``no_such_article``.
    """
    rule = rules.find(f"{PREFIX}{code}", POLICIES, at)
    if rule is None or not isinstance(rule.body, Article):
        raise NotFound("no_such_article")
    return rule.body


def title(rules: Programme, slot: str) -> Worded | None:
    """Return how an article is called, in force or not; None where there never was one."""
    for rule in rules.rules.get(POLICIES.name, ()):
        if rule.slot == slot and isinstance(rule.body, Article):  # the newest stands first
            return Worded(rule.body.name_zh, rule.body.name_en)
    return None
