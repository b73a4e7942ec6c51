"""Deleting an account (注销账号): she is forgotten, and what the books need stays without her.

Orders, entries and redemptions stay under a number behind which nobody is known any more. What is
told of them later is booked there; whoever comes again is somebody new.
"""

from loyalty.deletions.deleting import delete, deleted
from loyalty.deletions.outlook import Hindrance, HindranceKind, Outlook, outlook

__all__ = ["Hindrance", "HindranceKind", "Outlook", "delete", "deleted", "outlook"]
