"""Calls of a mini-program (小程序): logging in, the phone number, and wechatpy's `wxa`."""

import hmac
from collections.abc import Mapping
from enum import IntEnum
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct, convert
from wechatpy.client.api.media import WeChatMedia
from wechatpy.client.api.message import WeChatMessage
from wechatpy.client.api.template import WeChatTemplate
from wechatpy.client.api.wxa import WeChatWxa

from wechat.errors import Rejected
from wechat.weixin import WeixinTransport

BAD_SESSION_SIGNATURE = 87009


class Session(Struct, frozen=True):
    """Who logged in. The session key never leaves the server; `unionid` is "" if not told."""

    openid: str
    session_key: str
    unionid: str

    def __repr__(self) -> str:
        return "Session(...)"


class Phone(Struct, frozen=True):
    """A phone number that its owner agreed to give."""

    number: str
    country_code: str

    def __repr__(self) -> str:
        return "Phone(...)"


class ContentScene(IntEnum):
    """Where a text is to be shown, as the content check wants to know it."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL_LOG = 4


class Verdict(Struct, frozen=True):
    """What the content check says of a text. ``label`` is 100, or why not: 20001 politics ..."""

    suggest: Literal["pass", "review", "risky"]
    label: int


class MiniProgram(WeixinTransport):
    """One mini-program; all calls are awaited, and raise `CallFailed`.

    `wxa.send_subscribe_message(...)`, codes and links are wechatpy's.
    """

    media = cached_property(WeChatMedia)
    message = cached_property(WeChatMessage)
    template = cached_property(WeChatTemplate)
    wxa = cached_property(WeChatWxa)

    async def code2session(self, code: str) -> Session:
        """Trade the code of wx.login, good for one call within five minutes.

        Raises:
            Rejected: 40029 wrong app or old, 40163 used before, 40226 a risky consumer: do not
                let that one register.
            UnknownOutcome: the code may be used up; ask the phone to log in again.
        """
        asked = {
            "appid": self.appid,
            "secret": self.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        session: Session = await self.get(
            f"{self.platform}/sns/jscode2session",
            params=asked,
            with_token=False,
            result_processor=_session,
        )
        return session

    async def phone_number(self, code: str) -> Phone:
        """Trade the code of a getPhoneNumber button, which is not that of wx.login.

        Raises:
            Rejected: 40029, the code is wrong or was used.
            QuotaSpent: the calls that were paid for are used up.
        """
        phone: Phone = await self.post(
            f"{self.platform}/wxa/business/getuserphonenumber",
            data={"code": code},
            result_processor=_phone,
        )
        return phone

    async def check_content(self, openid: str, content: str, *, scene: ContentScene) -> Verdict:
        """Ask what the platform thinks of a text of at most 2,500 characters (msg_sec_check v2).

        A text that must not be shown is no error to the platform: only the verdict says so.

        Raises:
            Rejected: 61010, the shopper has not been in the mini-program for two hours.
            TryAgain: the platform is busy, or 4,000 texts were asked about in this minute.
            QuotaSpent: the texts of the day are used up.
        """
        verdict: Verdict = await self.post(
            f"{self.platform}/wxa/msg_sec_check",
            data={"version": 2, "openid": openid, "scene": scene, "content": content},
            result_processor=_verdict,
        )
        return verdict

    async def add_vip(self, openid: str, *, session_id: str, identity: str, user_id: str) -> None:
        """Let a shop on WeChat show somebody who came from it as a member of ours.

        ``session_id`` is what the shop opened the mini-program with, good for ten minutes.

        Raises:
            Rejected: 1, the session ended or is none; 2, the openid is none of this app.
        """
        asked = _vip(openid, identity, user_id)
        await self._vip("add", {"session_id": session_id, **asked})

    async def update_vip(self, openid: str, *, identity: str, user_id: str) -> None:
        """Let the shops on WeChat that show a member show what she is by now.

        Raises:
            Rejected: 1, no shop shows her; 2, the openid is none of this app.
        """
        await self._vip("update", _vip(openid, identity, user_id))

    async def delete_vip(self, openid: str) -> None:
        """Let shops on WeChat show somebody as a member no more.

        Raises:
            Rejected: 1, no shop shows her; 2, the openid is none of this app.
        """
        await self._vip("delete", {"wxa_openid": openid})

    async def _vip(self, action: str, asked: Mapping[str, object]) -> None:
        await self.post(f"{self.platform}/wxa/vip/user/info/{action}", data=asked)

    async def check_session(self, openid: str, session_key: str) -> bool:
        """Whether a session key still is the current one."""
        try:
            await self.get(f"{self.platform}/wxa/checksession", params=_signed(openid, session_key))
        except Rejected as error:
            if error.errcode == BAD_SESSION_SIGNATURE:
                return False
            raise
        return True

    async def reset_session_key(self, openid: str, session_key: str) -> Session:
        """Trade a session key for a new one."""
        session: Session = await self.get(
            f"{self.platform}/wxa/resetusersessionkey",
            params=_signed(openid, session_key),
            result_processor=_session,
        )
        return session


def _vip(openid: str, identity: str, user_id: str) -> dict[str, object]:
    return {"wxa_openid": openid, "info": {"identity": identity, "outer_userid": user_id}}


def _signed(openid: str, session_key: str) -> dict[str, str]:
    signature = hmac.new(session_key.encode(), b"", "sha256").hexdigest()
    return {"openid": openid, "signature": signature, "sig_method": "hmac_sha256"}


def _session(answer: Any) -> Session:
    return Session(
        openid=answer["openid"],
        session_key=answer["session_key"],
        unionid=answer.get("unionid") or "",
    )


def _phone(answer: Any) -> Phone:
    told = answer["phone_info"]
    return Phone(number=told["purePhoneNumber"], country_code=str(told["countryCode"]))


def _verdict(answer: Any) -> Verdict:
    told = answer["result"]
    return convert({"suggest": told["suggest"], "label": told.get("label", 0)}, Verdict)
