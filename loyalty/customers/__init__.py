"""Who is who: find the customer that a platform names, know a new one, let her join.

A customer is one human we know by identities; whoever joined is a member.
"""

from loyalty.customers.contacts import know_contacts
from loyalty.customers.emails import (
    EMAIL_FORM,
    Alike,
    SealedEmail,
    alike,
    keep_emails,
    know_emails,
    named_by,
    refute,
    seal_email,
)
from loyalty.customers.followers import (
    Told,
    follow,
    learn,
    not_looked_up,
    speak,
    talk_with_agent,
    unfollow,
)
from loyalty.customers.identifying import (
    Buyer,
    add_names,
    find,
    identify,
    join,
    meet,
    recognise,
)
from loyalty.customers.linked import Linked, LinkedShop, linked
from loyalty.customers.linking import link
from loyalty.customers.merging import merge, unmerge
from loyalty.customers.phones import (
    PhoneNumber,
    SealedPhone,
    bind_phone,
    keep_phones,
    seal_phone,
)
from loyalty.customers.profiles import HerProfile, profile_of, tell_profile
from loyalty.customers.revoking import revoke
from loyalty.customers.searching import LONGEST_SEARCH, FoundMember, listed, search
from loyalty.customers.senders import Sender, senders

__all__ = [
    "EMAIL_FORM",
    "LONGEST_SEARCH",
    "Alike",
    "Buyer",
    "FoundMember",
    "HerProfile",
    "Linked",
    "LinkedShop",
    "PhoneNumber",
    "SealedEmail",
    "SealedPhone",
    "Sender",
    "Told",
    "add_names",
    "alike",
    "bind_phone",
    "find",
    "follow",
    "identify",
    "join",
    "keep_emails",
    "keep_phones",
    "know_contacts",
    "know_emails",
    "learn",
    "link",
    "linked",
    "listed",
    "meet",
    "merge",
    "named_by",
    "not_looked_up",
    "profile_of",
    "recognise",
    "refute",
    "revoke",
    "seal_email",
    "seal_phone",
    "search",
    "senders",
    "speak",
    "talk_with_agent",
    "tell_profile",
    "unfollow",
    "unmerge",
]
