"""One thing a customer said or did, and the ways to answer it."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from msgspec import Struct

from loyalty.boosts import Boosted
from loyalty.ledger import Balance
from loyalty.sealing import Sealer
from wechat.inbound import Inbound

Language = Literal["zh", "en"]

# Where WeChat leads from a link to a mini-program that it cannot open.
ELSEWHERE = "https://mp.weixin.qq.com/"

_TURNS = UUID("5b7a4c6e-2f0d-5d0e-9a53-6a6966656e21")


class Say(Struct, frozen=True, tag="say"):
    """Answer with a text."""

    text: str


class HandOver(Struct, frozen=True, tag="hand_over"):
    """Let a person of customer service go on."""


class Silence(Struct, frozen=True, tag="silence"):
    """Answer nothing."""


Reply = Say | HandOver | Silence


class Turn(Struct, frozen=True):
    """One thing a customer said or did.

    ``at`` is when it reached us and ``balance`` what she had then,
    ``boost`` what lets her earn more. ``is_new`` says that we had not
    met her before this turn. ``more`` is what followed the word that was understood, written as
    `hearing.plain` does. Intents that act have the ``sealer``, and the app id of the
    ``miniprogram`` that their links open, where there is one.
    """

    customer_id: int
    openid: str
    app_id: str
    inbound: Inbound
    language: Language
    at: datetime
    is_new: bool
    with_agent: bool
    balance: Balance
    more: str = ""
    boost: Boosted | None = None
    sealer: Sealer | None = None
    miniprogram: str = ""

    @property
    def key(self) -> UUID:
        """Name what this turn brings about: the same for every retry of the platform."""
        return uuid5(_TURNS, f"{self.app_id}:{self.inbound.dedupe_key}")

    def link(self, page: str, *, zh: str, en: str) -> str:
        """Return words that open a page of the mini-program; words alone where there is none."""
        words = zh if self.language == "zh" else en
        if not self.miniprogram:
            return words
        opens = f'data-miniprogram-appid="{self.miniprogram}" data-miniprogram-path="{page}"'
        return f'<a href="{ELSEWHERE}" {opens}>{words}</a>'

    def say(self, *, zh: str, en: str) -> Say:
        """Answer in the customer's language."""
        return Say(zh if self.language == "zh" else en)
