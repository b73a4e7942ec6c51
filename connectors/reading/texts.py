"""Money and moments that platforms tell as texts, and ids that are numbers or texts. Pure."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from msgspec import Meta

from loyalty.calendar import SHANGHAI
from loyalty.errors import Refused

FORM = "%Y-%m-%d %H:%M:%S"
MOST_FEN = 10**12
FIRST_YEAR = 1990

Id = int | str
Number = int | Annotated[str, Meta(pattern=r"^-?[0-9]{1,18}\Z")]
# Of yuan, or any other unit with two decimals: as a text, as a number, or not told.
Money = str | int | float | None


def fen(told: Money, *, name: str) -> int:
    """Return an amount of yuan in fen; what is not told is nothing.

    Raises:
        Refused: ``amount_not_possible``: negative, no number, or finer than a fen.
    """
    try:
        exact = Decimal(str(told or 0).strip() or 0)
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or not 0 <= exact <= MOST_FEN // 100 or exact * 100 % 1:
        raise Refused("amount_not_possible", name=name, amount=str(told)[:40])
    return int(exact * 100)


def moment(told: str | None, *, name: str) -> datetime | None:
    """Return a moment that is told as Shanghai's clock shows it, in UTC.

    None where it is not told, or is one that stands for none (0001-01-01, 1970-01-01).

    Raises:
        Refused: ``moment_not_possible``.
    """
    if not told:
        return None
    try:
        local = datetime.strptime(told[:19], FORM)
    except ValueError:
        raise Refused("moment_not_possible", name=name, moment=told[:40]) from None
    if local.year < FIRST_YEAR:
        return None
    return local.replace(tzinfo=SHANGHAI).astimezone(UTC)


def shown(at: datetime) -> str:
    """Return a moment as Shanghai's clock shows it."""
    return at.astimezone(SHANGHAI).strftime(FORM)


def first_id(*ids: Id | None) -> str:
    """Return the first that is one: none is told as null, as 0, as "0" or as an empty text."""
    return next((str(one) for one in ids if one is not None and str(one) not in ("", "0")), "")
