"""Redeeming points, under a name that her phone gives: the same name again changes nothing."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from loyalty import codes
from loyalty import redemptions as verbs
from loyalty.errors import Refused
from loyalty.payments import Payer
from loyalty.redemptions import Address, Destination, Redeemed, Reserved
from miniprogram_api.paging import PageQuery, cut
from miniprogram_api.redeeming import Desk
from miniprogram_api.rewards import PREFIX
from models import PayCouponState, RedemptionPaymentState, RedemptionState
from web import qr
from web.context import Context
from web.languages import Language
from web.payments import merchant_of, settle
from web.refusals import Unavailable
from web.session import Shopper
from web.texts import text
from web.typed import Moment
from wechat.pay import PaymentRequest, Prepay

SENT = frozenset({"shipped_gift"})
Refund = Literal["under_way", "done", "with_staff"]
REFUNDS: dict[RedemptionPaymentState, Refund] = {
    RedemptionPaymentState.REFUNDING: "under_way",
    RedemptionPaymentState.REFUNDED: "done",
    RedemptionPaymentState.REFUND_FAILED: "with_staff",
}

Code = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9_]{1,40}$",
        max_length=40,
        description="The `code` of a reward",
        examples=["tote"],
    ),
]


_OPEN = frozenset(
    {
        RedemptionState.RESERVED,
        RedemptionState.ISSUED,
        RedemptionState.SENDING,
        RedemptionState.TO_SHIP,
        RedemptionState.SHIPPED,
    }
)
STATES: Mapping[str, frozenset[RedemptionState]] = {
    "open": _OPEN,
    "over": frozenset(RedemptionState) - _OPEN,
}


class RedemptionQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which redemptions, and which page of them."""

    standing: (
        Annotated[
            Literal["open", "over"],
            Meta(description="Only those of which something is yet to come, or that are over"),
        ]
        | None
    ) = None


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """What to redeem; what is sent needs the ``address`` that it goes to.

    With an exchange ``coupon`` of mine it costs that coupon, and neither points nor money.
    """

    reward: Code
    address: Address | None = None
    coupon: UUID | None = None


class Parcel(Struct, frozen=True):
    """What is on its way to me: who carries it, under which number."""

    carrier: str
    tracking_number: str
    shipped_at: Moment


class CashCoupon(Struct, frozen=True):
    """What became of a cash coupon at WeChat Pay, as it last told: usable, used or expired.

    ``ends_at`` is null until WeChat Pay has told it.
    """

    state: PayCouponState
    ends_at: Moment | None
    used_at: Moment | None


class Redemption(Struct, frozen=True):
    """Points, and money, exchanged for a reward; or the coupon ``with_coupon`` instead of both.

    ``reserved``: it costs ``cash_fen``, too, and ``payment`` opens the payment sheet until
    ``expires_at``; not paid by then, the points go back. While it is ``issued`` staff hand it over
    against ``code``: 12 digits, typed as ``code_grouped`` or scanned as ``qr`` (an SVG data URI),
    until ``expires_at``; not fetched by then, points and money go back, the points with their old
    expiry, and so does the coupon, while it is good. A privilege may be used ``uses`` times, of
    which ``used`` are gone. Where the reward is a coupon there is no code: it is handed over at
    once, and ``coupon_uuid`` is the coupon. What is a cash coupon of WeChat Pay is ``sending``
    until WeChat Pay has sent or refused it; then ``cash_coupon`` is what became of it. What is sent
    goes from ``to_ship`` by ``shipped`` to ``received``, at the latest at ``expires_at``; a parcel
    that came back is ``returned``, and all is given back. Some time after its end the ``address``
    is deleted. ``why`` says why it ended early; ``refund`` how the money stands that goes back.
    Lists leave ``qr``, ``payment`` and ``address`` out.
    """

    uuid: UUID
    reward: str
    kind: str
    name: str
    points: int
    cash_fen: int
    with_coupon: UUID | None
    state: RedemptionState
    code: str | None
    code_grouped: str | None
    qr: str | None
    uses: int
    used: int
    coupon_uuid: UUID | None
    redeemed_at: Moment
    expires_at: Moment
    handed_over_at: Moment | None
    parcel: Parcel | None
    address: Address | None
    address_erased_at: Moment | None
    cash_coupon: CashCoupon | None
    why: str | None
    refund: Refund | None
    payment: PaymentRequest | None


class RedemptionList(Struct, frozen=True):
    """Newest first; ``next_before`` asks for the next page, and is null on the last."""

    redemptions: list[Redemption]
    next_before: UUID | None


async def redeem(
    shopper: Shopper, context: Context, desk: Desk, uuid: UUID, body: Wish
) -> Redemption:
    """Redeem my points for a reward.

    Name it by a UUID of your own and send the same again when in doubt: the same name and reward
    are answered as it stands, and nothing is taken twice. What costs money, too, is reserved for
    15 minutes: open the payment sheet with ``payment``, then read it until it is mine.

    Raises:
        NotFound: ``no_such_reward``, ``no_such_member``, ``no_such_coupon``.
        Conflict: ``key_reused``: this name stands for something else.
        Refused: ``not_enough_points``, ``reward_limit_reached``, ``reward_out_of_stock``,
            ``reward_unavailable``, ``tier_too_low``, ``not_in_segment``, ``address_missing``,
            ``reward_needs_coupon``, ``coupon_not_for_reward``, ``coupon_used``, ``coupon_expired``,
            ``coupon_given``, ``coupon_void``, ``coupon_locked``.
        Unavailable: ``payments_not_connected``.
    """
    takes_money = shopper.app_id in context.merchants
    try:
        redeemed = await desk.redeem(
            verbs.Wish(
                shopper.customer_id,
                uuid,
                slot=PREFIX + body.reward,
                payer=Payer(shopper.app_id, shopper.openid) if takes_money else None,
                destination=Destination(body.address, context.sealer) if body.address else None,
                coupon_uuid=body.coupon,
            )
        )
    except Refused as refused:
        if refused.code == "reward_in_miniprogram":
            raise Unavailable("payments_not_connected") from None
        raise
    return await _one(redeemed, context, shopper.language)


async def read_all(shopper: Shopper, query: RedemptionQuery, context: Context) -> RedemptionList:
    """Read my redemptions, or those that stand so."""
    found = await verbs.of(
        shopper.customer_id,
        states=STATES[query.standing] if query.standing else None,
        before=query.before,
        limit=query.limit + 1,
        at=context.clock(),
    )
    shown, next_before = cut(found, query.limit)
    return RedemptionList([_told(one, shopper.language) for one in shown], next_before)


async def read(shopper: Shopper, context: Context, uuid: UUID) -> Redemption:
    """Read one of my redemptions.

    Raises:
        NotFound: ``no_such_redemption``.
    """
    found = await verbs.find(uuid, member_id=shopper.customer_id, at=context.clock())
    return await _one(found, context, shopper.language, announces=False)


async def cancel(shopper: Shopper, context: Context, uuid: UUID) -> Redemption:
    """Cancel what I did not fetch yet; points and money go back to where they came from.

    The points keep their old expiry. Cancelling again changes nothing. One that awaits its payment
    and turns out to be paid stays mine; read its state.

    Raises:
        NotFound: ``no_such_redemption``.
        Refused: ``redemption_over``: it is handed over, or was not fetched in time.
            ``redemption_in_use``: it was used already. ``redemption_shipped``.
            ``coupon_being_sent``, ``early_access_locked``.
        Unavailable: ``payments_not_connected``.
    """
    at = context.clock()
    found = await verbs.find(uuid, member_id=shopper.customer_id, at=at)
    payment = await verbs.payment_of(uuid)
    if payment is not None:
        await settle(context, payment, at=at)
        found = await verbs.find(uuid, member_id=shopper.customer_id, at=at)
    else:
        found = await verbs.cancel(shopper.customer_id, uuid, at=at)
    return await _one(found, context, shopper.language)


async def receive(shopper: Shopper, context: Context, uuid: UUID) -> Redemption:
    """Say that what was sent to me has come. Saying it again changes nothing.

    Raises:
        NotFound: ``no_such_redemption``. Refused: ``not_shipped``.
    """
    found = await verbs.receive(shopper.customer_id, uuid, at=context.clock())
    return await _one(found, context, shopper.language)


async def _one(
    one: Redeemed, context: Context, language: Language, *, announces: bool = True
) -> Redemption:
    """Return one as it is told, with its code to scan and what opens its payment sheet.

    The payment is announced to WeChat Pay where it is not yet; the same again is the same payment.
    """
    address = await verbs.address_of(one.uuid, context.sealer) if one.kind in SENT else None
    told = replace(_told(one, language), qr=_qr(one), address=address)
    payment = await verbs.payment_of(one.uuid) if one.state is RedemptionState.RESERVED else None
    if payment is None:
        return told
    prepay_id = payment.prepay_id
    if prepay_id is None and announces:
        prepay_id = await _prepaid(context, payment)
    merchant = context.merchants.get(payment.app_id)
    if merchant is None or prepay_id is None:
        return told
    return replace(told, payment=merchant.client.request(payment.app_id, prepay_id))


async def _prepaid(context: Context, payment: Reserved) -> str:
    merchant = merchant_of(context, payment.app_id)
    prepay_id = await merchant.client.prepay(
        Prepay(
            app_id=payment.app_id,
            number=payment.number,
            description=payment.name,
            total_fen=payment.total_fen,
            openid=payment.openid,
            notify_url=merchant.connection.settings.notify_url,
        )
    )
    await verbs.keep_prepay(payment.number, prepay_id)
    return prepay_id


def _qr(one: Redeemed) -> str | None:
    return qr.image(one.code) if one.code and one.state is RedemptionState.ISSUED else None


def _parcel(one: Redeemed) -> Parcel | None:
    if not (one.carrier and one.tracking_number and one.shipped_at):
        return None
    return Parcel(one.carrier, one.tracking_number, one.shipped_at)


def _cash_coupon(one: Redeemed) -> CashCoupon | None:
    if one.pay_coupon_state is None:
        return None
    return CashCoupon(one.pay_coupon_state, one.pay_coupon_ends_at, one.pay_coupon_used_at)


def _told(one: Redeemed, language: Language) -> Redemption:
    return Redemption(
        uuid=one.uuid,
        reward=one.slot.removeprefix(PREFIX),
        kind=one.kind,
        name=one.name.spoken(language),
        points=one.points,
        cash_fen=one.cash_fen,
        with_coupon=one.with_coupon_uuid,
        state=one.state,
        code=one.code,
        code_grouped=one.code and codes.grouped(one.code),
        qr=None,
        uses=one.uses,
        used=one.used,
        coupon_uuid=one.coupon_uuid,
        redeemed_at=one.redeemed_at,
        expires_at=one.expires_at,
        handed_over_at=one.ended_at if one.state is RedemptionState.HANDED_OVER else None,
        parcel=_parcel(one),
        address=None,
        address_erased_at=one.address_erased_at,
        cash_coupon=_cash_coupon(one),
        why=text(one.ended_why, language, {}) if one.ended_why else None,
        refund=REFUNDS.get(one.payment_state) if one.payment_state else None,
        payment=None,
    )
