"""The content of customer messages: one builder a message type (A7)."""

from collections.abc import Callable
from typing import Literal

import msgspec

from simulator.api import Call
from simulator.consumers import Bubble
from simulator.errors import Refused


class Article(msgspec.Struct):
    """One article of a news message."""

    title: str = ""
    description: str = ""
    url: str = ""
    picurl: str = ""


class MenuItem(msgspec.Struct):
    """One line of a menu message that can be tapped."""

    id: str | int = ""
    content: str = ""


class Content(msgspec.Struct):
    """The object named like the message type; each type uses its own fields."""

    content: str = ""
    media_id: str = ""
    thumb_media_id: str = ""
    article_id: str = ""
    card_id: str = ""
    title: str = ""
    description: str = ""
    musicurl: str = ""
    hqmusicurl: str = ""
    url: str = ""
    thumb_url: str = ""
    appid: str = ""
    pagepath: str = ""
    articles: list[Article] = []
    head_content: str = ""
    tail_content: str = ""
    items: list[MenuItem] = msgspec.field(default_factory=list, name="list")


def _text(call: Call, part: Content) -> Bubble:
    if not part.content:
        raise Refused(44004)
    if len(part.content.encode()) > call.china.settings.assumed.custom_text_limit_bytes:
        raise Refused(45002)
    return Bubble(sender="account", kind="text", via="customer_message", text=part.content)


def _image(call: Call, part: Content) -> Bubble:
    medium = call.china.media.of_kind(part.media_id, "image")
    return _medium("image", medium.id)


def _voice(call: Call, part: Content) -> Bubble:
    medium = call.china.media.of_kind(part.media_id, "voice")
    return _medium("voice", medium.id)


def _medium(kind: Literal["image", "voice"], media_id: str) -> Bubble:
    return Bubble(
        sender="account",
        kind=kind,
        via="customer_message",
        media_id=media_id,
        media_url=f"/play/media/{media_id}",
    )


def _video(call: Call, part: Content) -> Bubble:
    medium = call.china.media.of_kind(part.media_id, "video")
    if part.thumb_media_id:
        call.china.media.of_kind(part.thumb_media_id, "thumb", "image")
    return _card(part, media_id=medium.id, url=f"/play/media/{medium.id}")


def _music(call: Call, part: Content) -> Bubble:
    if not (part.musicurl and part.hqmusicurl):
        raise Refused(44004)
    call.china.media.of_kind(part.thumb_media_id, "thumb", "image")
    return _card(part, url=part.musicurl)


def _news(call: Call, part: Content) -> Bubble:
    if not part.articles:
        raise Refused(44003)
    if len(part.articles) > call.china.settings.assumed.custom_news_articles:
        raise Refused(45008)
    articles = [
        {
            "title": article.title,
            "description": article.description,
            "picture_url": article.picurl,
            "url": article.url,
        }
        for article in part.articles
    ]
    return Bubble(sender="account", kind="news", via="customer_message", articles=articles)


def _mpnews(call: Call, part: Content) -> Bubble:
    raise Refused(40007)


def _mpnewsarticle(call: Call, part: Content) -> Bubble:
    raise Refused(53600)


def _msgmenu(call: Call, part: Content) -> Bubble:
    if not part.items or not all(item.content for item in part.items):
        raise Refused(44004)
    return Bubble(
        sender="account",
        kind="menu",
        via="customer_message",
        text=part.head_content,
        items=[{"id": str(item.id), "content": item.content} for item in part.items],
        tail=part.tail_content,
    )


def _wxcard(call: Call, part: Content) -> Bubble:
    if not part.card_id:
        raise Refused(40056)
    return Bubble(sender="account", kind="news", via="customer_message", title=part.card_id)


def _miniprogrampage(call: Call, part: Content) -> Bubble:
    if part.appid != call.china.settings.miniprogram.app_id:
        raise Refused(40013)
    call.china.media.of_kind(part.thumb_media_id, "image", "thumb")
    return Bubble(
        sender="account",
        kind="miniprogram",
        via="customer_message",
        title=part.title,
        app_id=part.appid,
        page_path=part.pagepath,
        media_url=f"/play/media/{part.thumb_media_id}",
    )


def _link(call: Call, part: Content) -> Bubble:
    if not part.url:
        raise Refused(44004)
    return _card(part, url=part.url)


def _card(part: Content, *, url: str, media_id: str | None = None) -> Bubble:
    return Bubble(
        sender="account",
        kind="news",
        via="customer_message",
        title=part.title,
        description=part.description,
        url=url,
        media_id=media_id,
    )


BUBBLES: dict[str, Callable[[Call, Content], Bubble]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
    "mpnews": _mpnews,
    "mpnewsarticle": _mpnewsarticle,
    "msgmenu": _msgmenu,
    "wxcard": _wxcard,
    "miniprogrampage": _miniprogrampage,
    "link": _link,
}
