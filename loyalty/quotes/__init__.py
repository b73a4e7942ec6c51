"""What a cart costs a member now: line by line, with reasons, signed and good for a while."""

from loyalty.quotes.arithmetic import Proposal
from loyalty.quotes.quoting import CartItem, Quote, Worth, quote
from loyalty.quotes.signing import Shown, ShownLine, check_good, read, signed
from loyalty.quotes.unlocking import Unlock

__all__ = [
    "CartItem",
    "Proposal",
    "Quote",
    "Shown",
    "ShownLine",
    "Unlock",
    "Worth",
    "check_good",
    "quote",
    "read",
    "signed",
]
