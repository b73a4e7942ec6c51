"""Payments by WeChat Pay, whatever they are for: who pays, what came in, what goes back."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from loyalty.calendar import day_of

PAYABLE_FOR = timedelta(minutes=15)
ASK_AGAIN_AFTER = timedelta(minutes=1)


class Payer(Struct, frozen=True):
    """Who pays: the openid of a shopper in a mini-program."""

    app_id: str
    openid: str


class Payment(Struct, frozen=True):
    """A payment as WeChat Pay tells it: ``payer_fen`` of ``total_fen`` was the buyer's own."""

    number: str
    payment_id: str
    total_fen: int
    payer_fen: int
    paid_at: datetime


class PaymentFate(StrEnum):
    """What a payment met: what waited for it, what had it, what was closed."""

    TAKEN = "taken"
    TAKEN_BEFORE = "taken_before"
    GIVEN_BACK = "given_back"


class ToRefund(Struct, frozen=True):
    """A refund that WeChat Pay is to be asked for: so much of the total of a payment."""

    number: str
    order_number: str
    app_id: str
    fen: int
    total_fen: int


def new_number(at: datetime, *, prefix: str = "") -> str:
    """Return a new payment number: the Shanghai day and twelve digits that nobody guesses.

    ``prefix`` says what the payment is for; a store order has none.
    """
    return f"{prefix}{day_of(at):%Y%m%d}{secrets.randbelow(10**12):012}"
