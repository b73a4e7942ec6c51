"""The brand's own store: a quote becomes an order, payment makes it a purchase that earns points.

Nothing here talks to WeChat Pay: edges and jobs do, before or after, and tell what they learned.
"""

from loyalty.checkout.auditing import Audit, Difference, audit, keep_audit
from loyalty.checkout.completing import complete, uncompleted
from loyalty.checkout.paying import close, lapsed, paid
from loyalty.checkout.placing import keep_prepay, order
from loyalty.checkout.refunding import due_refunds, end_refund, refund
from loyalty.payments import Payer, Payment, PaymentFate, ToRefund

__all__ = [
    "Audit",
    "Difference",
    "Payer",
    "Payment",
    "PaymentFate",
    "ToRefund",
    "audit",
    "close",
    "complete",
    "due_refunds",
    "end_refund",
    "keep_audit",
    "keep_prepay",
    "lapsed",
    "order",
    "paid",
    "refund",
    "uncompleted",
]
