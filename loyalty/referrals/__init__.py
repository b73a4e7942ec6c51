"""Members invite friends: who came by whom, whether it counts, and what both get for it.

A member has one code. Whoever opens it is her friend once for ever; whether she counts is derived
again, with the friend, from all that happened: her orders, refunds, merges and the days that pass.
"""

from loyalty.referrals.codes import (
    CodeQr,
    code_in,
    code_of,
    keep_qr,
    policy_in_force,
    qr_of,
    scene_of,
)
from loyalty.referrals.following import due, follow
from loyalty.referrals.moderating import allow, bar
from loyalty.referrals.opening import accept
from loyalty.referrals.reading import Friend, FullReferral, Inviting, friends, inviting, newest

__all__ = [
    "CodeQr",
    "Friend",
    "FullReferral",
    "Inviting",
    "accept",
    "allow",
    "bar",
    "code_in",
    "code_of",
    "due",
    "follow",
    "friends",
    "inviting",
    "keep_qr",
    "newest",
    "policy_in_force",
    "qr_of",
    "scene_of",
]
