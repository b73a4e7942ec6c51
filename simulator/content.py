"""What may be shown: the content check of texts that consumers typed (B6)."""

import os
from collections import Counter
from typing import Literal

import msgspec

from simulator.api import MINIPROGRAM, OK, Answer, Call, Endpoint
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused

VERSION = 2
SCENES = (1, 2, 3, 4)
ALL_WELL = 100
Suggestion = Literal["pass", "review", "risky"]


class ContentRequest(msgspec.Struct):
    """Body of /wxa/msg_sec_check; the last three only help the check."""

    version: int
    openid: str = ""
    scene: int = 0
    content: str = ""
    nickname: str = ""
    title: str = ""
    signature: str = ""


class ContentCheck:
    """How many texts were asked about in this minute, and what is found in one."""

    def __init__(self, assumed: Assumed, clock: Clock) -> None:
        self._assumed = assumed
        self._clock = clock
        self._minute = 0
        self._asked: Counter[str] = Counter()

    def count(self, app_id: str) -> None:
        """One more text of this minute. Raises: Refused 45011."""
        minute = self._clock.now() // 60
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        self._asked[app_id] += 1
        if self._asked[app_id] > self._assumed.contents_a_minute:
            raise Refused(45011)

    def found(self, content: str) -> tuple[Suggestion, int, str]:
        """What is suggested, the label, and the word that was found, if one was."""
        plain = content.lower()
        for word, label in self._assumed.risky_words.items():
            if word.lower() in plain:
                return "risky", label, word
        for word, label in self._assumed.doubtful_words.items():
            if word.lower() in plain:
                return "review", label, word
        return "pass", ALL_WELL, ""


async def check(call: Call) -> Answer:
    """What the platform thinks of a text; errcode 0 whatever it thinks."""
    asked = call.json(ContentRequest)
    if asked.version != VERSION:
        raise Refused(47001)
    if asked.scene not in SCENES:
        raise Refused(40129)
    if not asked.content:
        raise Refused(44004)
    if len(asked.content) > call.china.settings.assumed.content_limit_chars:
        raise Refused(45002)
    consumer = call.china.consumers.by_miniprogram_openid(asked.openid)
    if consumer is None:
        raise Refused(40003)
    call.consumer_id = consumer.id
    if not call.china.logins.was_there(consumer):
        raise Refused(61010)
    call.china.content.count(call.app_id)
    suggest, label, word = call.china.content.found(
        "\n".join((asked.content, asked.nickname, asked.title, asked.signature))
    )
    return {
        **OK,
        "result": {"suggest": suggest, "label": label},
        "detail": _detail(suggest, label, word),
        "trace_id": f"{os.urandom(4).hex()}-{os.urandom(4).hex()}-{os.urandom(4).hex()}",
    }


def _detail(suggest: Suggestion, label: int, word: str) -> list[dict[str, object]]:
    """Two strategies looked; the one that found nothing tells no more than that it looked."""
    model = {"strategy": "content_model", "errcode": 0}
    if not word:
        return [{**model, "suggest": suggest, "label": label, "prob": 90}]
    keyword = {"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label}
    return [model, {**keyword, "level": 90, "keyword": word}]


ENDPOINTS = (Endpoint("POST", "/wxa/msg_sec_check", check, accounts=MINIPROGRAM),)
