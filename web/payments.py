"""How a payment stands at WeChat Pay becomes how an order stands here: for edges and jobs alike."""

from datetime import datetime

from loyalty import checkout
from loyalty.checkout import Payment, PaymentFate
from models import StoreOrder
from web.context import Context, PayAccount
from web.logs import log
from web.refusals import Unavailable
from wechat.errors import TryAgain
from wechat.pay import PayRefused, Transaction


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
    fate = await checkout.paid(payment, at=at)
    log.info("payment_taken", number=payment.number, outcome=fate.value)
    return fate


async def settle(context: Context, order: StoreOrder, *, at: datetime) -> None:
    """End an order's waiting: take its payment where there is one, else close it there and here.

    Raises:
        CallFailed: the platform does not answer; the order still waits.
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
        await checkout.close(order.number, at=at)
    else:
        raise TryAgain(f"{found.trade_state} and cannot be closed", endpoint="close")
