"""Words in both languages, where a rule itself says something to members."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Worded:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def spoken(self, language: str) -> str:
        """Return the words in one language: "zh", else English."""
        return self.zh if language == "zh" else self.en


def yuan(fen: int) -> str:
    """Return a sum as people write it in yuan: 10, 9.50."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}" if rest else f"{whole:,}"
