"""One thing a customer said or did, and the ways to answer it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from loyalty.ledger import Balance
from wechat.inbound import Inbound

Language = Literal["zh", "en"]


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

    ``at`` is when it reached us and ``balance`` what she had then. ``is_new`` says that we had not
    met her before this turn.
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

    def say(self, *, zh: str, en: str) -> Say:
        """Answer in the customer's language."""
        return Say(zh if self.language == "zh" else en)
