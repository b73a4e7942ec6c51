"""Words in both languages, where a rule itself says something to members."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Worded:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def spoken(self, language: str) -> str:
        """Return the words in one language: "zh", else English."""
        return self.zh if language == "zh" else self.en


def spaced(zh: str) -> str:
    """Return Chinese words as they follow others: behind a space where they begin with a figure."""
    return f" {zh}" if zh[:1].isdigit() else zh


def day_words(on: date, *, today: date) -> Worded:
    """Return a day as people write it: 11月22日, 22 Nov; with the year if not this one."""
    if on.year == today.year:
        return Worded(f"{on.month}月{on.day}日", f"{on.day} {on:%b}")
    return Worded(f"{on.year}年{on.month}月{on.day}日", f"{on.day} {on:%b %Y}")


def yuan(fen: int) -> str:
    """Return a sum as people write it in yuan: 10, 9.50."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}" if rest else f"{whole:,}"


def percent_off(percent: int) -> Worded:
    """Return so many percent off as people say it: 20 percent is 8 折, 15 is 8.5 折."""
    if percent == 100:
        return Worded("免费", "Free")
    return Worded(f"{(100 - percent) / 10:g} 折", f"{percent}% off")


def months(count: int) -> str:
    """Return so many months in English: 1 month, 12 months."""
    return "1 month" if count == 1 else f"{count} months"


_NTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def ordinal(number: int) -> str:
    """Return which one it is in English: first, 12th, 21st."""
    if 1 <= number <= len(_NTH):
        return _NTH[number - 1]
    is_teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def nth(number: int) -> Worded:
    """Return which order it is: 第 3 单, third order."""
    return Worded(f"第 {number} 单", f"{ordinal(number)} order")


def price(points: int, cash_fen: int) -> Worded:
    """Return what a reward costs: 200 积分, 200 积分 + ¥9.90, ¥9.90."""
    money = f"¥{yuan(cash_fen)}"
    if not points and cash_fen:
        return Worded(money, money)
    more = f" + {money}" if cash_fen else ""
    return Worded(f"{points:,} 积分{more}", f"{points:,} points{more}")
