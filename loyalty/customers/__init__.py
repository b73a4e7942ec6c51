"""Who is who: find the customer that a platform names, know a new one, let her join.

A customer is one human we know by identities; whoever joined is a member.
"""

from loyalty.customers.contacts import know_contacts
from loyalty.customers.followers import (
    Told,
    follow,
    learn,
    not_looked_up,
    speak,
    talk_with_agent,
    unfollow,
)
from loyalty.customers.identifying import Buyer, find, identify, join, meet
from loyalty.customers.linking import link
from loyalty.customers.phones import PhoneNumber, bind_phone
from loyalty.customers.senders import Sender, senders

__all__ = [
    "Buyer",
    "PhoneNumber",
    "Sender",
    "Told",
    "bind_phone",
    "find",
    "follow",
    "identify",
    "join",
    "know_contacts",
    "learn",
    "link",
    "meet",
    "not_looked_up",
    "senders",
    "speak",
    "talk_with_agent",
    "unfollow",
]
