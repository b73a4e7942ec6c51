"""Redemptions: points, and money, exchanged for a reward, once a name; handed over by staff.

The name (uuid) is given by whoever asks: a retry is answered as before. What is cancelled, or not
fetched in time, gives its points back to the lots they came from, with their old expiry, and its
piece back to the stock.
"""

from loyalty.redemptions.catalogue import CatalogueLine, catalogue
from loyalty.redemptions.deciding import Wish
from loyalty.redemptions.ending import cancel, expire, hand_over
from loyalty.redemptions.erasing import erase_addresses, erase_addresses_of
from loyalty.redemptions.outside import CouponFate, SentCoupon, coupons_to_read, tell_coupons
from loyalty.redemptions.paying import (
    Reserved,
    close,
    due_refunds,
    end_refund,
    is_payment,
    keep_prepay,
    lapsed,
    paid,
    payment_of,
)
from loyalty.redemptions.reading import Redeemed, by_code, find, of
from loyalty.redemptions.redeeming import redeem, redeem_all
from loyalty.redemptions.sending import ToSend, coupon_refused, coupon_sent, due_coupons
from loyalty.redemptions.shipping import (
    Address,
    Destination,
    Sent,
    ToShip,
    address_of,
    receive,
    receive_by_time,
    ship,
    take_back,
    to_ship,
)

__all__ = [
    "Address",
    "CatalogueLine",
    "CouponFate",
    "Destination",
    "Redeemed",
    "Reserved",
    "Sent",
    "SentCoupon",
    "ToSend",
    "ToShip",
    "Wish",
    "address_of",
    "by_code",
    "cancel",
    "catalogue",
    "close",
    "coupon_refused",
    "coupon_sent",
    "coupons_to_read",
    "due_coupons",
    "due_refunds",
    "end_refund",
    "erase_addresses",
    "erase_addresses_of",
    "expire",
    "find",
    "hand_over",
    "is_payment",
    "keep_prepay",
    "lapsed",
    "of",
    "paid",
    "payment_of",
    "receive",
    "receive_by_time",
    "redeem",
    "redeem_all",
    "ship",
    "take_back",
    "tell_coupons",
    "to_ship",
]
