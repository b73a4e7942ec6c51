"""Coupon codes: made by the thousand, kept so that nobody can read them, each claimed once.

A code is known by its digest under a key of the deployment, and the codes themselves stand sealed
on sheets: whoever has the database alone has no code that works. One public word for all is the
other shape of a code.
"""

from loyalty.coupon_codes.claiming import claim
from loyalty.coupon_codes.letters import is_code, is_word
from loyalty.coupon_codes.making import fill, make, make_word
from loyalty.coupon_codes.runs import MOST, Downloaded, download, end_on, of, void
from loyalty.coupon_codes.tries import forget

__all__ = [
    "MOST",
    "Downloaded",
    "claim",
    "download",
    "end_on",
    "fill",
    "forget",
    "is_code",
    "is_word",
    "make",
    "make_word",
    "of",
    "void",
]
