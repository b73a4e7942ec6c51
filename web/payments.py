"""How a payment stands at WeChat Pay becomes how its order or redemption stands here.

For edges and jobs alike; the payment's number says what it is for.
"""

from datetime import datetime
from typing import Protocol

from loyalty import checkout, redemptions
from loyalty.payments import Payment, PaymentFate
from models import RedemptionPaymentState, StoreRefundState
from web.context import Context, PayAccount
from web.logs import log
from web.refusals import Unavailable
from wechat.errors import TryAgain
from wechat.pay import PayRefused, Transaction


class Payable(Protocol):
    """What awaits a payment: a store order, or the payment of a redemption."""

    @property
    def number(self) -> str:
        """Return what WeChat Pay knows the payment by."""

    @property
    def app_id(self) -> str:
        """Return the mini-program that takes it."""


def merchant_of(context: Context, app_id: str) -> PayAccount:
    """Return the merchant that takes the payments of a mini-program.

    Raises:
        Unavailable: ``payments_not_connected``.
    """
    found = context.merchants.get(app_id)
    if found is None:
        raise Unavailable("payments_not_connected")
    return found


async def take(transaction: Transaction, *, at: datetime) -> PaymentFate:
    """Take a payment that the platform tells of.

    Raises:
        NotFound: ``no_such_order``. Refused: ``payment_differs``.
    """
    assert transaction.success_time is not None, "it is paid"
    payment = Payment(
        number=transaction.out_trade_no,
        payment_id=transaction.transaction_id,
        total_fen=transaction.amount.total,
        payer_fen=transaction.payer_fen,
        paid_at=transaction.success_time,
    )
    if redemptions.is_payment(payment.number):
        fate = await redemptions.paid(payment, at=at)
    else:
        fate = await checkout.paid(payment, at=at)
    log.info("payment_taken", number=payment.number, outcome=fate.value)
    return fate


async def settle(context: Context, order: Payable, *, at: datetime) -> None:
    """End the waiting for a payment: take it where there is one, else close it there and here.

    Raises:
        CallFailed: the platform does not answer; it still waits.
        Unavailable: ``payments_not_connected``.
    """
    pay = merchant_of(context, order.app_id).client
    found = await pay.find(order.number)
    if found is not None and found.can_be_paid:
        try:
            await pay.close(order.number)
            found = None
        except PayRefused:  # it was paid, or closed, since we asked
            found = await pay.find(order.number)
    if found is not None and found.is_paid:
        await take(found, at=at)
    elif found is None or not found.can_be_paid:
        await _close(order.number, at=at)
    else:
        raise TryAgain(f"{found.trade_state} and cannot be closed", endpoint="close")


async def _close(number: str, *, at: datetime) -> None:
    if redemptions.is_payment(number):
        await redemptions.close(number, at=at)
    else:
        await checkout.close(number, at=at)


async def end_refund(number: str, state: StoreRefundState, *, at: datetime) -> None:
    """Keep how a refund ended, of an order or of a redemption."""
    if redemptions.is_payment(number):
        is_done = state is StoreRefundState.DONE
        ended = RedemptionPaymentState.REFUNDED if is_done else RedemptionPaymentState.REFUND_FAILED
        await redemptions.end_refund(number, ended)
    else:
        await checkout.end_refund(number, state, at=at)
