"""Who works for the brand: accounts with one role each, and their sessions."""

from loyalty.staff.accounts import add, check, leave, of_wecom
from loyalty.staff.deeds import Deed, deeds, record
from loyalty.staff.deeds import forget as forget_deeds
from loyalty.staff.deeds import pages as deed_pages
from loyalty.staff.sessions import Opened, SignedInStaff, end, expire, find, open_for

__all__ = [
    "Deed",
    "Opened",
    "SignedInStaff",
    "add",
    "check",
    "deed_pages",
    "deeds",
    "end",
    "expire",
    "find",
    "forget_deeds",
    "leave",
    "of_wecom",
    "open_for",
    "record",
]
