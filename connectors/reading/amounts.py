"""What platforms tell of money in different ways, made to fit one: what each line's goods cost her.

Pure. Amounts in fen.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from loyalty.allocation import shares
from loyalty.errors import Refused
from loyalty.orders import OrderLine


def goods_paid(told: Sequence[int], *, paid_fen: int, freight_fen: int) -> list[int]:
    """Return what was paid for each line's goods, of what a platform told of each line.

    Lines may hold the freight or not: which is seen by their sum.

    Raises:
        Refused: ``amounts_do_not_add_up``, ``amount_not_possible``.
    """
    for amount in (*told, paid_fen, freight_fen):
        if amount < 0:
            raise Refused("amount_not_possible", name="paid", amount=amount)
    whole = sum(told)
    if whole + freight_fen == paid_fen:
        return list(told)
    if whole != paid_fen or freight_fen > whole:
        raise Refused("amounts_do_not_add_up", paid_fen=paid_fen, comes_to_fen=whole + freight_fen)
    of_freight = shares(freight_fen, told)
    return [amount - part for amount, part in zip(told, of_freight, strict=True)]


def given_back(
    lines: Sequence[OrderLine], by_key: Mapping[str, int], *, freight_fen: int
) -> tuple[OrderLine, ...]:
    """Return lines with what refunds that name a line gave back of it; freight is none of theirs.

    Raises:
        Refused: ``line_unknown``, ``refunded_more_than_paid``.
    """
    keys = {line.key for line in lines}
    for key, amount in by_key.items():
        if key not in keys:
            raise Refused("line_unknown", key=key)
        if amount < 0:
            raise Refused("amount_not_possible", name="refunded", amount=amount)
    refunded = tuple(
        replace(line, refunded_fen=min(line.paid_fen, by_key.get(line.key, 0))) for line in lines
    )
    above = sum(by_key.values()) - sum(line.refunded_fen for line in refunded)
    if above > freight_fen:
        paid = sum(line.paid_fen for line in lines) + freight_fen
        raise Refused("refunded_more_than_paid", paid=paid, refunded=sum(by_key.values()))
    return refunded


def wholly_given_back(lines: Sequence[OrderLine]) -> tuple[OrderLine, ...]:
    """Return the lines of an order that was cancelled after it was paid."""
    return tuple(replace(line, refunded_fen=line.paid_fen) for line in lines)


def is_wholly_given_back(lines: Sequence[OrderLine]) -> bool:
    """Say whether something was paid and all of it was given back."""
    paid = sum(line.paid_fen for line in lines)
    return 0 < paid == sum(line.refunded_fen for line in lines)
