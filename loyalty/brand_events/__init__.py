"""Events of the brand's own: members sign up, wait where it is full, and come."""

from loyalty.brand_events.codes import code_of
from loyalty.brand_events.coming import Came, come, let_in
from loyalty.brand_events.following import follow
from loyalty.brand_events.reading import (
    EventFigures,
    Guest,
    SeenEvent,
    events,
    figures,
    guests,
    how_many_to_come,
    pages,
    seen,
    upcoming,
)
from loyalty.brand_events.rules import Hers, HerState
from loyalty.brand_events.signing_up import leave, sign_up

__all__ = [
    "Came",
    "EventFigures",
    "Guest",
    "HerState",
    "Hers",
    "SeenEvent",
    "code_of",
    "come",
    "events",
    "figures",
    "follow",
    "guests",
    "how_many_to_come",
    "leave",
    "let_in",
    "pages",
    "seen",
    "sign_up",
    "upcoming",
]
