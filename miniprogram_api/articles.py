"""Articles of the brand's: read, and shared by a card."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty import articles, programme
from web.context import Context
from web.session import Shopper

Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]
BEGINNING = 60


class ArticleLine(Struct, frozen=True):
    """An article; ``lead`` is how it begins."""

    code: str
    title: str
    lead: str
    picture: str


class ArticleLines(Struct, frozen=True):
    """The articles to read, the newest first."""

    articles: list[ArticleLine]


class FullArticle(Struct, frozen=True):
    """A whole article; lines of ``text`` are paragraphs."""

    code: str
    title: str
    text: str
    picture: str


async def listed(shopper: Shopper, context: Context) -> ArticleLines:
    """List the articles to read."""
    found = articles.listed(await programme.recent(), at=context.clock())
    is_zh = shopper.language == "zh"
    return ArticleLines(
        [
            ArticleLine(
                one.code,
                one.article.name_zh if is_zh else one.article.name_en,
                (one.article.body_zh if is_zh else one.article.body_en)[:BEGINNING],
                one.article.picture,
            )
            for one in found
        ]
    )


async def read(shopper: Shopper, context: Context, code: Code) -> FullArticle:
    """Read an article.

    Raises:
        NotFound: ``no_such_article``.
    """
    found = articles.find(await programme.recent(), code, at=context.clock())
    is_zh = shopper.language == "zh"
    return FullArticle(
        code,
        found.name_zh if is_zh else found.name_en,
        found.body_zh if is_zh else found.body_en,
        found.picture,
    )
