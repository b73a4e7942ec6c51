"""How an event of the brand's own reads: its day and hours by the Shanghai clock."""

from datetime import datetime
from typing import Literal

from loyalty.calendar import SHANGHAI, day_of
from loyalty.policies.event import BrandEvent
from loyalty.wording import Worded, day_words

SignUp = Literal["coming", "open", "line", "full", "over"]


def sign_up(event: BrandEvent, left: int | None, *, at: datetime) -> SignUp:
    """Return how signing up stands; ``left`` is how many places are, None where all may come."""
    if at >= event.sign_up_ends_at:
        return "over"
    if event.sign_up_from is not None and at < event.sign_up_from:
        return "coming"
    if left == 0:
        return "line" if event.has_waiting_list and at < event.held_from else "full"
    return "open"


def hours(event: BrandEvent, *, at: datetime) -> Worded:
    """Return when an event is: 11月28日 14:00–16:00; both days where it goes on."""
    first, last = day_of(event.held_from), day_of(event.held_until)
    begins = day_words(first, today=day_of(at))
    starts, ends = (
        f"{moment.astimezone(SHANGHAI):%H:%M}" for moment in (event.held_from, event.held_until)
    )
    if first == last:
        return Worded(f"{begins.zh} {starts}–{ends}", f"{begins.en}, {starts}–{ends}")
    until = day_words(last, today=day_of(at))
    return Worded(
        f"{begins.zh} {starts} – {until.zh} {ends}", f"{begins.en}, {starts} – {until.en}, {ends}"
    )
