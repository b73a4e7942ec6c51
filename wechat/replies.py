"""Passive replies: what we answer to a callback within its five seconds.

One reply a message. The names are those of the inbound message, swapped; `]]>` and characters
that XML 1.0 does not know can come from a consumer's own text and never break out of a node.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from wechat.crypto import Crypto
from wechat.inbound import Inbound

NOTHING = b"success"
TEXT_LIMIT_BYTES = 2048
# one article as answer to a message, more to an event
ARTICLES_LIMIT = 8
ELLIPSIS = "…"

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Article(Struct, frozen=True):
    """One card of a news reply: title, text, picture and where it leads."""

    title: str
    description: str
    picture_url: str
    url: str


def nothing() -> bytes:
    """Answer nothing: the platform stops retrying and the consumer sees nothing."""
    return NOTHING


def text(inbound: Inbound, content: str, *, at: datetime) -> bytes:
    """Answer a text, cut at 2048 bytes; nothing where no visible character is left."""
    content = shown(content)
    if not content:
        return NOTHING
    return _reply(inbound, "text", f"<Content>{_cdata(content)}</Content>", at=at)


def shown(content: str) -> str:
    """Return a text as it can be sent, cut at 2048 bytes; "" where nothing visible is left."""
    legal = cut(_ILLEGAL.sub("", content), TEXT_LIMIT_BYTES)
    return legal if legal.strip() else ""


def image(inbound: Inbound, media_id: str, *, at: datetime) -> bytes:
    """Answer a picture that was uploaded before."""
    return _reply(inbound, "image", f"<Image><MediaId>{_cdata(media_id)}</MediaId></Image>", at=at)


def news(inbound: Inbound, articles: Sequence[Article], *, at: datetime) -> bytes:
    """Answer articles: one to a message, up to eight to an event.

    Raises:
        ValueError: none, or more than the platform takes.
    """
    limit = ARTICLES_LIMIT if inbound.kind == "event" else 1
    if not 1 <= len(articles) <= limit:
        raise ValueError(f"1 to {limit} articles, not {len(articles)}")
    items = "".join(
        f"<item><Title>{_cdata(each.title)}</Title>"
        f"<Description>{_cdata(each.description)}</Description>"
        f"<PicUrl>{_cdata(each.picture_url)}</PicUrl><Url>{_cdata(each.url)}</Url></item>"
        for each in articles
    )
    counted = f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"
    return _reply(inbound, "news", counted, at=at)


def transfer_customer_service(
    inbound: Inbound, *, at: datetime, account: str | None = None
) -> bytes:
    """Hand the consumer over to human agents, to a certain one where `account` is given."""
    agent = f"<KfAccount>{_cdata(account)}</KfAccount>" if account else ""
    more = f"<TransInfo>{agent}</TransInfo>" if agent else ""
    return _reply(inbound, "transfer_customer_service", more, at=at)


def encrypted(crypto: Crypto, reply: bytes, *, timestamp: str, nonce: str) -> bytes:
    """Seal a reply as AES mode wants it; `nothing` is never sealed."""
    if reply == NOTHING:
        return reply
    sealed = crypto.encrypt(reply, timestamp=timestamp, nonce=nonce)
    return (
        f"<xml><Encrypt><![CDATA[{sealed.encrypt}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{sealed.msg_signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    ).encode()


def _reply(inbound: Inbound, kind: str, nodes: str, *, at: datetime) -> bytes:
    return (
        f"<xml><ToUserName>{_cdata(inbound.from_user)}</ToUserName>"
        f"<FromUserName>{_cdata(inbound.to_user)}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{nodes}</xml>"
    ).encode()


def _cdata(text: str) -> str:
    legal = _ILLEGAL.sub("", text)
    return f"<![CDATA[{legal.replace(']]>', ']]]]><![CDATA[>')}]]>"


def cut(text: str, limit_bytes: int) -> str:
    """Return a text cut to so many bytes of UTF-8, with an ellipsis where something is missing."""
    whole = text.encode()
    if len(whole) <= limit_bytes:
        return text
    room = limit_bytes - len(ELLIPSIS.encode())
    return whole[:room].decode(errors="ignore") + ELLIPSIS
