"""From what was said or done to the one intent that answers it.

An intent that only tells is a plain function: its answer is stored with the event, at once. One
that does something, or asks the database for more, is an ``async`` one and worked under a claim.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from inspect import iscoroutinefunction
from pkgutil import iter_modules
from typing import TypeGuard, TypeVar

from rapidfuzz import process as closest
from rapidfuzz.distance import OSA

from bot import hearing
from bot.hearing import more_of, plain, sound, word_of
from bot.turn import Language, Reply, Turn
from wechat.inbound import Inbound

Teller = Callable[[Turn], Reply]
Actor = Callable[[Turn], Awaitable[Reply]]
Handler = Teller | Actor
H = TypeVar("H", bound=Handler)

# A typo is one wrong, missing, added or swapped letter in a word of four letters or more.
SHORTEST_WITH_TYPO = 4
# In Chinese it is a word of the same sound (几分 for 积分); some write the sound itself (jifen).

_words: dict[str, Handler] = {}
_openings: dict[str, Handler] = {}
_sounds: dict[tuple[str, ...], Handler] = {}
_pinyin: dict[str, Handler] = {}
_keys: dict[str, Handler] = {}
_events: dict[str, Handler] = {}
_looks: list[tuple[Callable[[str], bool], Handler]] = []
_resembles: list[tuple[Callable[[str], bool], Handler]] = []
_fallback: list[Handler] = []
_actors: set[Handler] = set()


@dataclass(frozen=True, slots=True)
class Understood:
    """Who answers, and what followed the word that was understood."""

    handler: Handler
    more: str = ""


def intent(
    *words: str,
    key: str = "",
    events: tuple[str, ...] = (),
    takes_more: bool = False,
    looks: Callable[[str], bool] | None = None,
    resembles: Callable[[str], bool] | None = None,
) -> Callable[[H], H]:
    """Answer these words (any width, case, punctuation), a menu key, or kinds of event.

    Where the intent takes more, its words may begin a sentence: the rest is ``turn.more``. A text
    that ``looks`` like something of its own, such as a code, is the whole of ``turn.more``; so is
    one that only ``resembles`` it, where nothing else is understood.
    """

    def register(handler: H) -> H:
        _note(handler)
        _add(_words, [plain(word) for word in words], handler)
        _add(_openings, [plain(word) for word in words if takes_more], handler)
        _add(_keys, [key] if key else [], handler)
        _add(_events, list(events), handler)
        if looks is not None:
            _looks.append((looks, handler))
        if resembles is not None:
            _resembles.append((resembles, handler))
        return handler

    return register


def otherwise(handler: H) -> H:
    """Answer what no other intent understands."""
    if _fallback:
        raise ValueError("two intents answer what nobody understands")
    _note(handler)
    _fallback.append(handler)
    return handler


def _note(handler: Handler) -> None:
    if iscoroutinefunction(handler):
        _actors.add(handler)


def only_tells(handler: Handler) -> TypeGuard[Teller]:
    """Say whether an intent is a plain function of its turn."""
    return handler not in _actors


def _add(table: dict[str, Handler], names: list[str], handler: Handler) -> None:
    for name in names:
        if name in table:
            raise ValueError(f"two intents answer {name!r}")
        table[name] = handler


def load() -> None:
    """Import every file of ``bot.intents``, so that each adds itself."""
    package = import_module("bot.intents")
    for module in iter_modules(package.__path__, "bot.intents."):
        import_module(module.name)
    for word, handler in _words.items():
        if not word.isascii():
            _sounds.setdefault(sound(word), handler)
            _pinyin.setdefault("".join(sound(word)), handler)


def find(inbound: Inbound) -> Understood | None:
    """Return who answers a message or event; None where it is met with silence."""
    if inbound.kind == "event":
        if inbound.event in ("click", "scancode_waitmsg"):
            handler = _keys.get(inbound.event_key)
            return Understood(handler) if handler else _of_text(inbound.event_key)
        handler = _events.get(inbound.event)
        return Understood(handler) if handler else None
    if inbound.kind in ("text", "voice"):
        return _of_text(said(inbound))
    if inbound.kind in ("image", "video", "shortvideo", "location", "link"):
        return Understood(_fallback[0])
    return None


def _of_text(text: str) -> Understood:
    return understood(text) or Understood(_fallback[0])


def said(inbound: Inbound) -> str:
    """Return the words of a message: its text, or what the platform heard in a voice message."""
    heard = inbound.fields.get("Recognition", "")
    return inbound.content or (heard if isinstance(heard, str) else "")


def understood(text: str) -> Understood | None:
    """Return the intent whose word this is, a small typo forgiven, or begins with."""
    word = plain(text)
    if word in _words:
        return Understood(_words[word])
    for looks, handler in _looks:
        if looks(text):
            return Understood(handler, word)
    opening = more_of(text, _openings)
    if opening:
        return Understood(_openings[opening[0]], opening[1])
    if word.isascii():
        alike = _written_as_sound(word) or _misspelt(word)
    else:
        alike = _sounds.get(sound(word)) if len(word) <= hearing.LONGEST_SENTENCE else None
    if alike is not None:
        return Understood(alike)
    about = word_of(text, _words)
    if about:
        return Understood(_words[about])
    return next((Understood(one, word) for resembles, one in _resembles if resembles(text)), None)


def _written_as_sound(word: str) -> Handler | None:
    return _pinyin.get(word) if len(word) >= SHORTEST_WITH_TYPO else None


def _misspelt(word: str) -> Handler | None:
    known = [word for word in _words if word.isascii() and len(word) >= SHORTEST_WITH_TYPO]
    near = closest.extractOne(word, known, scorer=OSA.distance, score_cutoff=1)
    return _words[near[0]] if near else None


def language_of(text: str, *, otherwise: Language) -> Language:
    """Return the language a text is written in; Chinese words in Latin letters are Chinese."""
    if _written_as_sound(plain(text)):
        return "zh"
    if any(looks(text) for looks, _ in (*_looks, *_resembles)):  # a code is of no language
        return otherwise
    return hearing.language_of(text, otherwise=otherwise)
