"""The member pass (会员通): a platform shows our membership, and lets shoppers join, bind, leave.

What the platform tells a shopper by is its own name for her and a hash of her number; both lead to
the one customer. Whoever is known by both as two customers becomes one, unless they are two people.
"""

from loyalty.member_pass.asking import asked, to_ask
from loyalty.member_pass.binding import bind, register, unbind
from loyalty.member_pass.changing import CAUSE, NO_SUCH_MEMBER, change_points
from loyalty.member_pass.leaving import EndToTell, ends_to_tell, ends_told, leave
from loyalty.member_pass.looking import Found, PassMember, Shown, look, show
from loyalty.member_pass.mixing import mix, mixed_digest
from loyalty.member_pass.telling import ToTell, changed, changed_tier, told

__all__ = [
    "CAUSE",
    "NO_SUCH_MEMBER",
    "EndToTell",
    "Found",
    "PassMember",
    "Shown",
    "ToTell",
    "asked",
    "bind",
    "change_points",
    "changed",
    "changed_tier",
    "ends_to_tell",
    "ends_told",
    "leave",
    "look",
    "mix",
    "mixed_digest",
    "register",
    "show",
    "to_ask",
    "told",
    "unbind",
]
