"""Who works for the brand: accounts with one role each, and their sessions."""

from loyalty.staff.accounts import add, check, leave, of_wecom
from loyalty.staff.sessions import Opened, SignedInStaff, end, expire, find, open_for

__all__ = [
    "Opened",
    "SignedInStaff",
    "add",
    "check",
    "end",
    "expire",
    "find",
    "leave",
    "of_wecom",
    "open_for",
]
