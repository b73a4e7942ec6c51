"""What a cart costs a member now: line by line, with reasons, signed and good for a while."""

from loyalty.quotes.arithmetic import Proposal
from loyalty.quotes.grounds import Grounds, case_of, packed, priced_again, proposals_of, unpacked
from loyalty.quotes.quoting import CartItem, Quote, Worth, quote, shown_of
from loyalty.quotes.signing import Shown, ShownLine, check_good, grounds_in, read, signed
from loyalty.quotes.unlocking import Unlock

__all__ = [
    "CartItem",
    "Grounds",
    "Proposal",
    "Quote",
    "Shown",
    "ShownLine",
    "Unlock",
    "Worth",
    "case_of",
    "check_good",
    "grounds_in",
    "packed",
    "priced_again",
    "proposals_of",
    "quote",
    "read",
    "shown_of",
    "signed",
    "unpacked",
]
