"""What a cart costs a member now: line by line, with reasons, signed and good for a while."""

from loyalty.quotes.arithmetic import Proposal
from loyalty.quotes.quoting import CartItem, Quote, Worth, on_sale, quote
from loyalty.quotes.signing import Shown, ShownLine, check_good, read, signed

__all__ = [
    "CartItem",
    "Proposal",
    "Quote",
    "Shown",
    "ShownLine",
    "Worth",
    "check_good",
    "on_sale",
    "quote",
    "read",
    "signed",
]
