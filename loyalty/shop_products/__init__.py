"""What shops on platforms sell, by the SKUs of their orders, and what products take of it."""

from loyalty.shop_products.filling import OF_SHOPS, fill, lock
from loyalty.shop_products.reading import (
    MOST_UNREAD,
    Finished,
    Reading,
    SoldProduct,
    Unread,
    begin,
    finish,
    stop,
    take,
    was_read,
)

__all__ = [
    "MOST_UNREAD",
    "OF_SHOPS",
    "Finished",
    "Reading",
    "SoldProduct",
    "Unread",
    "begin",
    "fill",
    "finish",
    "lock",
    "stop",
    "take",
    "was_read",
]
