"""Gifts: points or a coupon that a member sends to a friend, claimed once by a link.

The phone names a gift by a uuid, so that a retry is free. What is sent is out of her hands: points
are drawn from their lots, a coupon is hers no more to use. It goes to whoever claims it first, or
comes back: the points to the lots that they came from, with their old expiry.

Locks: members in id order, then gifts, then coupons.
"""

from loyalty.gifts.cards import SeasonCard, in_season
from loyalty.gifts.claiming import claim, look
from loyalty.gifts.ending import return_unclaimed, take_back
from loyalty.gifts.limits import Allowance, allowance
from loyalty.gifts.links import Links
from loyalty.gifts.making import make_ready
from loyalty.gifts.reading import FullGift, claimed_by, find, given_by, newest
from loyalty.gifts.sending import GiftWish, send, sent_before
from loyalty.gifts.verification import GiftFinding, verify

__all__ = [
    "Allowance",
    "FullGift",
    "GiftFinding",
    "GiftWish",
    "Links",
    "SeasonCard",
    "allowance",
    "claim",
    "claimed_by",
    "find",
    "given_by",
    "in_season",
    "look",
    "make_ready",
    "newest",
    "return_unclaimed",
    "send",
    "sent_before",
    "take_back",
    "verify",
]
