"""Who works for the brand: accounts with one role each, and their sessions."""

from loyalty.staff.accounts import LONGEST_PASSWORD, add, change, check, leave, of_wecom
from loyalty.staff.deeds import Deed, deeds, record
from loyalty.staff.deeds import forget as forget_deeds
from loyalty.staff.deeds import pages as deed_pages
from loyalty.staff.second_step import begin as begin_second_step
from loyalty.staff.second_step import check as check_code
from loyalty.staff.second_step import end as end_second_step
from loyalty.staff.second_step import propose as propose_second_step
from loyalty.staff.sessions import (
    Opened,
    SignedInStaff,
    end,
    expire,
    find,
    open_for,
    waits_for_code,
)

__all__ = [
    "LONGEST_PASSWORD",
    "Deed",
    "Opened",
    "SignedInStaff",
    "add",
    "begin_second_step",
    "change",
    "check",
    "check_code",
    "deed_pages",
    "deeds",
    "end",
    "end_second_step",
    "expire",
    "find",
    "forget_deeds",
    "leave",
    "of_wecom",
    "open_for",
    "propose_second_step",
    "record",
    "waits_for_code",
]
