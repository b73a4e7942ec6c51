"""Redemptions: points exchanged for a reward, once a name; handed over by staff, once.

The name (uuid) is given by whoever asks: a retry is answered as before. What is cancelled, or not
fetched in time, gives its points back to the lots they came from, with their old expiry, and its
piece back to the stock.
"""

from loyalty.redemptions.catalogue import CatalogueLine, catalogue
from loyalty.redemptions.ending import cancel, expire, hand_over
from loyalty.redemptions.reading import Redeemed, by_code, find, of
from loyalty.redemptions.redeeming import redeem

__all__ = [
    "CatalogueLine",
    "Redeemed",
    "by_code",
    "cancel",
    "catalogue",
    "expire",
    "find",
    "hand_over",
    "of",
    "redeem",
]
