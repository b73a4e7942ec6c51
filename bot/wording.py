"""How points and days read in a chat, in both languages."""

from datetime import datetime, timedelta

from bot.turn import Language
from loyalty.calendar import day_of
from loyalty.wording import day_words
from models import EntryKind
from web.movements import KINDS


def day(moment: datetime, language: Language, *, at: datetime) -> str:
    """Return a Shanghai day as people write it: 11月22日, 22 Nov; with the year if not this one."""
    return day_words(day_of(moment), today=day_of(at)).spoken(language)


def last_day(ends_at: datetime, language: Language, *, at: datetime) -> str:
    """Return the last day on which something is good: what ends at midnight, the day before."""
    return day(ends_at - timedelta(seconds=1), language, at=at)


def movement(kind: EntryKind, language: Language) -> str:
    """Return the word for a kind of movement."""
    return KINDS[kind][0 if language == "zh" else 1]
