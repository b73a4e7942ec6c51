"""What a store sends, field by field, and what of it is kept until a worker takes it.

Forms are checked here, and a wrong one refuses the whole call. Whether an order makes sense is for
`parse`, and an order that does not is parked alone.
"""

from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from loyalty import member_codes
from loyalty.customers import EMAIL_FORM, SealedEmail, SealedPhone, seal_email, seal_phone
from loyalty.inbox import Arrival
from loyalty.member_codes import ShownCode
from loyalty.sealing import Sealer
from web.typed import Moment

MOST_ORDERS = 500
MOST_LINES = 500
ORDER, REFUND = "order", "refund"

# An id is a text, or a whole number that stands for its digits.
Id = Annotated[str, Meta(min_length=1, max_length=100)] | Annotated[int, Meta(ge=0, le=2**63 - 1)]
# Far beyond what `parse` lets through, and within what JSON, msgspec and PostgreSQL all hold.
Amount = Annotated[int, Meta(ge=-(10**15), le=10**15)]
Name = Annotated[str, Meta(max_length=500)]
MemberCode = Annotated[str, Meta(pattern=r"^[0-9]{18}\Z")]
Mobile = Annotated[str, Meta(pattern=r"^[+][1-9][0-9]{6,14}\Z")]
Email = Annotated[str, Meta(pattern=EMAIL_FORM)]


class ToldOpenid(Struct, frozen=True, forbid_unknown_fields=True):
    """An openid with the app that gave it."""

    app_id: Annotated[str, Meta(min_length=1, max_length=64)]
    openid: Annotated[str, Meta(min_length=1, max_length=128)]


class ToldBuyer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who bought, by whatever the store knows her. ``customer_key`` is the store's own.

    ``mobile_verified``: the store has sent a code to the number and got it back. An address counts
    with ``email_verified`` only: the store has sent a code or a link to it that came back.
    ``member_code`` is what she showed on her phone.
    """

    openid: ToldOpenid | None = None
    unionid: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    mobile: Mobile | None = None
    mobile_verified: bool = False
    email: Email | None = None
    email_verified: bool = False
    customer_key: Id | None = None
    member_code: MemberCode | None = None


class ToldDiscounts(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was taken off, by who pays for it: the shop, its platform, a live host."""

    shop_fen: Amount = 0
    platform_fen: Amount = 0
    talent_fen: Amount = 0


class ToldLine(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line. ``goods_fen`` is before discounts, ``paid_fen`` the buyer's own money for it.

    ``refunded_fen`` is all that was given back of it so far.
    """

    key: Id
    sku: Id
    title: Name
    quantity: Amount
    goods_fen: Amount
    paid_fen: Amount
    refunded_fen: Amount = 0
    category: Name = ""
    brand: Name = ""


class ToldOrder(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paid order as it stands at ``updated_at``. ``paid_fen`` is the buyer's own money.

    goods + freight - discounts - points - gift card = paid = paid of the lines + freight.
    """

    number: Id
    state: Annotated[str, Meta(max_length=40)]
    ordered_at: Moment
    paid_at: Moment
    goods_fen: Amount
    paid_fen: Amount
    lines: Annotated[list[ToldLine], Meta(min_length=1, max_length=MOST_LINES)]
    currency: Annotated[str, Meta(max_length=10)] = "CNY"
    completed_at: Moment | None = None
    updated_at: Moment | None = None
    freight_fen: Amount = 0
    discounts: ToldDiscounts = ToldDiscounts()
    points_paid_fen: Amount = 0
    gift_card_fen: Amount = 0
    buyer: ToldBuyer = ToldBuyer()


class ToldRefundLine(Struct, frozen=True, forbid_unknown_fields=True):
    """How much this refund gives back of a line."""

    key: Id
    refunded_fen: Amount


class ToldRefund(Struct, frozen=True, forbid_unknown_fields=True):
    """Money given back on an order that is told apart; ``refund_number`` names the refund."""

    number: Id
    refund_number: Id
    refunded_at: Moment
    lines: Annotated[list[ToldRefundLine], Meta(min_length=1, max_length=MOST_LINES)]


class Call(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a call."""

    orders: Annotated[list[ToldOrder], Meta(max_length=MOST_ORDERS)] = []
    refunds: Annotated[list[ToldRefund], Meta(max_length=MOST_ORDERS)] = []


class Kept(Struct, frozen=True, omit_defaults=True):
    """One order or refund as the inbox keeps it: as it came, only number and address sealed.

    An address that nobody vouches for is not kept; of a member code what it says is.
    """

    order: ToldOrder | None = None
    refund: ToldRefund | None = None
    mobile: SealedPhone | None = None
    email: SealedEmail | None = None
    member_code: ShownCode | None = None


class Accepted(Struct, frozen=True):
    """The answer to a call: how many orders and refunds are new, and how many we knew."""

    new: int
    known: int


def arrivals(call: Call, connection_id: int, *, sealer: Sealer) -> list[Arrival]:
    """Return an event for each order and refund of a call, known by number and content."""
    kept = [_kept(order, sealer) for order in call.orders]
    kept += [Kept(refund=refund) for refund in call.refunds]
    return [_arrival(one, connection_id) for one in kept]


def _kept(order: ToldOrder, sealer: Sealer) -> Kept:
    told = order.buyer
    bare = replace(order, buyer=replace(told, mobile=None, email=None, member_code=None))
    code = told.member_code
    return Kept(
        order=bare,
        mobile=seal_phone(told.mobile, sealer=sealer) if told.mobile else None,
        email=seal_email(told.email, sealer=sealer) if told.email and told.email_verified else None,
        member_code=member_codes.read(code, sealer=sealer) if code else None,
    )


def _arrival(kept: Kept, connection_id: int) -> Arrival:
    told = kept.order or kept.refund
    assert told is not None
    kind = ORDER if kept.order else REFUND
    names = [one.digest if one else None for one in (kept.mobile, kept.email)]
    if kept.member_code is not None:
        names.append(f"{kept.member_code.identity_id}:{kept.member_code.turn}")
    content = msgspec.json.encode((told, *names))
    return Arrival(
        connection_id=connection_id,
        event_key=f"{kind}:{told.number}:{blake2b(content, digest_size=16).hexdigest()}",
        kind=kind,
        sender=str(told.number),
        body=msgspec.json.encode(kept),
        nonce=None,
    )
