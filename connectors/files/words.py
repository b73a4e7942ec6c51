"""A sentence in both languages, and the figures that go into it."""

import os
from collections.abc import Mapping
from typing import Any

Words = tuple[str, str]


def told(words: Words, figures: Mapping[str, Any], language: str) -> str:
    """Return the sentence in one language with its figures."""
    chosen = words[0] if language == "zh" else words[1]
    between = "、" if language == "zh" else ", "
    shown = {
        name: between.join(map(str, figure)) if isinstance(figure, list | tuple) else figure
        for name, figure in figures.items()
    }
    return chosen.format_map(_Forgiving(shown))


def of_locale() -> str:
    """Return the language of the locale: "zh", else "en"."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    told = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if told.startswith("zh") else "en"


class _Forgiving(dict[str, Any]):
    """Figures that a text names and a fault lacks are left open."""

    def __missing__(self, name: str) -> str:
        return "…"
