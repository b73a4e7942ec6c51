"""What people read for each code, in both languages: the only place that says it.

A text may show what it names and nothing else: the figures of a refusal that stand in its text go
outside, the others (ids, keys, platform names) stay in.
"""

from collections.abc import Mapping
from datetime import datetime
from string import Formatter

from loyalty.calendar import SHANGHAI
from loyalty.wording import Worded, yuan
from web.languages import Language
from web.texts.boards import BOARD_TEXTS
from web.texts.conditions import CONDITION_TEXTS
from web.texts.customers import CUSTOMER_TEXTS
from web.texts.edges import EDGE_TEXTS
from web.texts.events import EVENT_TEXTS
from web.texts.gifts import GIFT_TEXTS
from web.texts.ladders import LADDER_TEXTS
from web.texts.points import POINT_TEXTS
from web.texts.purchases import PURCHASE_TEXTS
from web.texts.referrals import REFERRAL_TEXTS
from web.texts.reviews import REVIEW_TEXTS
from web.texts.settings import SETTING_TEXTS
from web.texts.store import STORE_TEXTS
from web.texts.surveys import SURVEY_TEXTS
from web.texts.visits import VISIT_TEXTS

PARTS = (
    EDGE_TEXTS,
    CUSTOMER_TEXTS,
    POINT_TEXTS,
    CONDITION_TEXTS,
    GIFT_TEXTS,
    PURCHASE_TEXTS,
    STORE_TEXTS,
    LADDER_TEXTS,
    REFERRAL_TEXTS,
    BOARD_TEXTS,
    REVIEW_TEXTS,
    SETTING_TEXTS,
    VISIT_TEXTS,
    SURVEY_TEXTS,
    EVENT_TEXTS,
)
TEXTS = {code: told for part in PARTS for code, told in part.items()}


def text(code: str, language: Language, figures: Mapping[str, object]) -> str:
    """Return what a person reads for a code; a code without a text reads as its family would."""
    zh, en = TEXTS.get(code, TEXTS["loyalty_error"])
    shown = shown_figures(code, language, figures)
    return (zh if language == "zh" else en).format_map(
        _Shown({name: _read(name, figure) for name, figure in shown.items()})
    )


def _read(name: str, figure: object) -> object:
    """Return a figure as people read it: fen as yuan, a moment by the Shanghai clock."""
    if name.endswith("_fen") and isinstance(figure, int):
        return yuan(figure)
    if isinstance(figure, datetime):
        return f"{figure.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return figure


def shown_figures(
    code: str, language: Language, figures: Mapping[str, object]
) -> dict[str, object]:
    """Return the figures that the text of a code shows; the others are not for the outside."""
    shown = {name: figures[name] for name in sorted(figures_of(code)) if name in figures}
    return {
        name: figure.spoken(language) if isinstance(figure, Worded) else figure
        for name, figure in shown.items()
    }


def figures_of(code: str) -> set[str]:
    """Return the names of the figures in the text of a code."""
    zh, en = TEXTS.get(code, TEXTS["loyalty_error"])
    return {name for template in (zh, en) for _, name, _, _ in Formatter().parse(template) if name}


class _Shown(dict[str, object]):
    """Figures of a text; one that is not there shows as such, since a text must never fail."""

    def __missing__(self, name: str) -> str:
        return "?"
