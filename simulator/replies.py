"""Reads a server's answer to a callback, as strictly as the platform does (A4)."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from simulator import crypto, xml
from simulator.assumed import Assumed
from simulator.callback import Callback
from simulator.consumers import Bubble
from simulator.media import Media
from simulator.settings import OfficialAccount

MEDIA_NODES = {"image": "Image", "voice": "Voice", "video": "Video"}


class InvalidAnswer(Exception):
    """An answer the platform can not use; says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer shows to the consumer, and its inner XML where it was encrypted."""

    bubbles: tuple[Bubble, ...]
    decrypted: bytes | None


class Reader:
    """Reads answers for one account."""

    def __init__(
        self,
        account: OfficialAccount,
        envelope: crypto.Envelope | None,
        *,
        assumed: Assumed,
        media: Media,
    ) -> None:
        self._account = account
        self._envelope = envelope
        self._assumed = assumed
        self._media = media

    def read(self, answer: bytes, callback: Callback) -> Reply:
        """The reply in an answer; none for an empty one or `success`. Raises: InvalidAnswer."""
        if answer in (b"", b"success"):
            return Reply((), None)
        root = _parsed(answer)
        decrypted = None
        if self._envelope is not None and self._must_be_encrypted(root):
            decrypted = self._opened(root, self._envelope)
            root = _parsed(decrypted)
        self._check_addresses(root, callback)
        return Reply(self._bubbles(root, callback), decrypted)

    def _must_be_encrypted(self, root: ElementTree.Element) -> bool:
        if root.find("Encrypt") is not None or self._account.mode == "secure":
            return True
        return not self._assumed.compatible_mode_accepts_plain_answers

    def _opened(self, root: ElementTree.Element, envelope: crypto.Envelope) -> bytes:
        parts = {name: xml.text(root, name) for name in ("Encrypt", "TimeStamp", "Nonce")}
        missing = [name for name, content in parts.items() if not content]
        if "Encrypt" in missing:
            raise InvalidAnswer("the answer is not encrypted")
        if missing:
            raise InvalidAnswer(f"the encrypted answer has no {missing[0]}")
        expected = crypto.signature(self._account.token, *parts.values())
        if not crypto.same(xml.text(root, "MsgSignature"), expected):
            raise InvalidAnswer("MsgSignature is wrong")
        try:
            return envelope.decrypt(parts["Encrypt"])
        except crypto.Undecryptable as error:
            raise InvalidAnswer(str(error)) from error

    def _check_addresses(self, root: ElementTree.Element, callback: Callback) -> None:
        if xml.text(root, "ToUserName") != callback.openid:
            raise InvalidAnswer("ToUserName is not the openid that wrote: names not swapped?")
        if xml.text(root, "FromUserName") != self._account.original_id:
            raise InvalidAnswer("FromUserName is not the account: names not swapped?")
        if not xml.text(root, "CreateTime").strip().isdecimal():
            raise InvalidAnswer("CreateTime is not a whole number")

    def _bubbles(self, root: ElementTree.Element, callback: Callback) -> tuple[Bubble, ...]:
        kind = xml.text(root, "MsgType")
        if kind == "text":
            return (self._text(root),)
        if kind in MEDIA_NODES:
            return (self._media_bubble(root, kind),)
        if kind == "music":
            return (_music(root),)
        if kind == "news":
            return (self._news(root, callback),)
        if kind == "transfer_customer_service":
            return (_handover(root),)
        raise InvalidAnswer(f"MsgType {kind!r} is unknown" if kind else "there is no MsgType")

    def _text(self, root: ElementTree.Element) -> Bubble:
        content = xml.text(root, "Content")
        if not content:
            raise InvalidAnswer("Content is empty")
        if len(content.encode()) > self._assumed.reply_text_limit_bytes:
            raise InvalidAnswer("Content is too long")
        return Bubble(sender="account", kind="text", via="reply", text=content)

    def _media_bubble(self, root: ElementTree.Element, kind: str) -> Bubble:
        media_id = xml.text(root, f"{MEDIA_NODES[kind]}/MediaId")
        if self._media.get(media_id) is None:
            raise InvalidAnswer(f"MediaId {media_id!r} is unknown or expired")
        return Bubble(
            sender="account",
            kind="image" if kind == "image" else "voice" if kind == "voice" else "news",
            via="reply",
            media_id=media_id,
            media_url=f"/play/media/{media_id}",
            title=xml.text(root, "Video/Title") or None,
        )

    def _news(self, root: ElementTree.Element, callback: Callback) -> Bubble:
        items = root.findall("Articles/item")
        if not items or xml.text(root, "ArticleCount").strip() != str(len(items)):
            raise InvalidAnswer("ArticleCount is not the number of articles")
        limit = (
            self._assumed.reply_articles_limit_for_events
            if callback.event
            else self._assumed.reply_articles_limit_for_messages
        )
        articles = [
            {
                "title": xml.text(item, "Title"),
                "description": xml.text(item, "Description"),
                "picture_url": xml.text(item, "PicUrl"),
                "url": xml.text(item, "Url"),
            }
            for item in items[:limit]
        ]
        return Bubble(sender="account", kind="news", via="reply", articles=articles)


def _parsed(document: bytes) -> ElementTree.Element:
    try:
        return xml.parse(document)
    except xml.Malformed as error:
        raise InvalidAnswer(str(error)) from error


def _music(root: ElementTree.Element) -> Bubble:
    address = xml.text(root, "Music/MusicUrl") or xml.text(root, "Music/HQMusicUrl")
    if not xml.text(root, "Music/ThumbMediaId"):
        raise InvalidAnswer("Music has no ThumbMediaId")
    return Bubble(
        sender="account",
        kind="news",
        via="reply",
        title=xml.text(root, "Music/Title"),
        description=xml.text(root, "Music/Description"),
        url=address,
    )


def _handover(root: ElementTree.Element) -> Bubble:
    agent = xml.text(root, "TransInfo/KfAccount")
    said = f"已转接人工客服（{agent}），请稍候" if agent else "已转接人工客服，请稍候"
    return Bubble(sender="system", kind="notice", via="platform", text=said)
