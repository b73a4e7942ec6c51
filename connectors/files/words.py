"""A sentence in both languages, and the figures that go into it."""

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


class _Forgiving(dict[str, Any]):
    """Figures that a text names and a fault lacks are left open."""

    def __missing__(self, name: str) -> str:
        return "…"
