"""Callbacks as WeChat sends them, signed and sealed, as whole HTTP requests built beforehand."""

import itertools
import random
import secrets
import time
from collections.abc import Iterator
from xml.etree import ElementTree

from msgspec import Struct

from simulator.crypto import Envelope, Undecryptable, signature

# A message id is never used twice, in this run or in one before.
_message_ids = itertools.count(time.time_ns() // 1000)


class CallbackAccount(Struct, frozen=True):
    """What the platform and a server both know of an official account."""

    app_id: str
    original_id: str
    token: str
    encoding_aes_key: str


def openid(account: CallbackAccount, number: int) -> str:
    """Return the name of one of the followers."""
    return f"o{account.app_id[-6:]}-{number:020}"


def signed_requests(
    account: CallbackAccount, count: int, *, followers: int, seed: int
) -> Iterator[bytes]:
    """Yield requests that bring the text 积分, each with its own id, moment and nonce."""
    envelope = Envelope(account.encoding_aes_key, account.app_id)
    dice = random.Random(seed)
    for _ in range(count):
        sender = openid(account, dice.randrange(followers))
        yield _request(account, envelope.encrypt(_text(account, sender)))


def _text(account: CallbackAccount, sender: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{account.original_id}]]></ToUserName>\n"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName>\n"
        f"<CreateTime>{int(time.time())}</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n"
        f"<Content><![CDATA[积分]]></Content>\n<MsgId>{next(_message_ids)}</MsgId>\n</xml>"
    ).encode()


def _request(account: CallbackAccount, sealed: str) -> bytes:
    timestamp, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
    body = (
        f"<xml>\n    <ToUserName><![CDATA[{account.original_id}]]></ToUserName>\n"
        f"    <Encrypt><![CDATA[{sealed}]]></Encrypt>\n</xml>\n"
    ).encode()
    head = (
        f"POST /wechat/{account.app_id}?signature={signature(account.token, timestamp, nonce)}"
        f"&timestamp={timestamp}&nonce={nonce}&encrypt_type=aes"
        f"&msg_signature={signature(account.token, timestamp, nonce, sealed)} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\nPragma: no-cache\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def is_points_reply(account: CallbackAccount, body: bytes) -> bool:
    """Say whether a reply is sealed for this account and tells a follower her points."""
    envelope = Envelope(account.encoding_aes_key, account.app_id)
    try:
        sealed = ElementTree.fromstring(body).findtext("Encrypt") or ""
        told = ElementTree.fromstring(envelope.decrypt(sealed))
    except (ElementTree.ParseError, Undecryptable):
        return False
    sender = told.findtext("ToUserName") or ""
    return "积分可用" in (told.findtext("Content") or "") and sender.startswith("o")
