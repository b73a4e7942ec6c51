"""What a text comes to: its letters without dress, its one word that matters, its sound."""

import os
import re
from collections.abc import Collection
from unicodedata import normalize

from bot.turn import Language

# What may stand around the word that matters. Anything else beside it makes it another matter:
# 微积分 is no question about points, nor is 谢谢你的帮助 one for help.
BEFORE = (
    "请问|请|麻烦|帮我|帮忙|帮|给我|给|我要|我想|我们|我|想要|想|需要|要|你们|你|您好|你好|亲|能不能|"
    "可以|能|怎么|如何|怎样|哪里|在哪|查询|查看|查一查|查一下|查查|查|看一下|看看|看|一下|知道|现在|"
    "目前|还剩下|还剩|剩下|剩|还有|有没有|有|多少|转接|转|找|联系|呼叫|叫|接|最近|会员|账户|购物|这个|的"
)
AFTER = (
    "查询|查看|查一下|查|看看|看|一下|还剩下|还剩|剩下|剩|还有|有|是|多少|几个|几|个|呢|吗|嘛|吧|"
    "啊|呀|哦|了|的|谢谢|服务|在线|在吗|在哪里|在哪|哪里|怎么样|怎么|可以|能|用|什么|情况"
)
AROUND = (
    "a about an any can check connect could do does for get give have hello hey hi how i is it let "
    "many me much my need now of our please pls see show some speak talk tell the there to view "
    "want what whats with would you your"
)
LONGEST_SENTENCE = 20
LONGEST_ENGLISH_SENTENCE = 80

_BEFORE = re.compile(f"(?:{BEFORE})*")
_AFTER = re.compile(f"(?:{AFTER})*")
_AROUND = frozenset(AROUND.split())
_APOSTROPHES = str.maketrans("", "", "'’")
# The platform's own emoticons come as text: [Smile], /:rose
_EMOTICON = re.compile(r"\[\w{1,20}\]|/:[\w@<>()~!&*|+\-]{1,10}")
_CHINESE = re.compile("[\u3400-\u9fff]")
_ENGLISH = re.compile("[A-Za-z]{4}")


def plain(text: str) -> str:
    """Return text without width, case, spaces and punctuation, as words are compared."""
    folded = normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def word_of(sentence: str, known: Collection[str]) -> str | None:
    """Return the known word that a short sentence is about: what else it says adds nothing."""
    written = plain(sentence)
    if written.isascii():
        folded = normalize("NFKC", sentence).casefold().translate(_APOSTROPHES)
        gist = "".join(one for one in re.findall("[a-z0-9]+", folded) if one not in _AROUND)
        return gist if len(sentence) <= LONGEST_ENGLISH_SENTENCE and gist in known else None
    if len(written) > LONGEST_SENTENCE:
        return None
    about = (word for word in known if word in written and _adds_nothing(*_around(written, word)))
    return max(about, key=len, default=None)


def more_of(sentence: str, known: Collection[str]) -> tuple[str, str] | None:
    """Return the known word that a short sentence begins with, and what it is said of.

    兑换帆布袋 and "redeem the tote bag" are 兑换 and redeem with 帆布袋 and totebag. In English the
    word stands by itself: "rewarding" is no "reward" of something.
    """
    written = plain(sentence)
    if written.isascii():
        if len(sentence) > LONGEST_ENGLISH_SENTENCE:
            return None
        folded = normalize("NFKC", sentence).casefold().translate(_APOSTROPHES)
        said = [one for one in re.findall("[a-z]+|[0-9]+", folded) if one not in _AROUND]
        first, rest = "".join(said[:1]), "".join(said[1:])
        return (first, rest) if first in known and rest else None
    if len(written) > LONGEST_SENTENCE:
        return None
    begins = (word for word in known if word in written and _begins(written, word))
    word = max(begins, key=len, default="")
    return (word, _around(written, word)[1]) if word else None


def _begins(written: str, word: str) -> bool:
    before, rest = _around(written, word)
    return bool(rest and _BEFORE.fullmatch(before) and not _AFTER.fullmatch(rest))


def _around(written: str, word: str) -> tuple[str, str]:
    before, _, after = written.partition(word)
    return before, after


def _adds_nothing(before: str, after: str) -> bool:
    return bool(_BEFORE.fullmatch(before) and _AFTER.fullmatch(after))


def sound(word: str) -> tuple[str, ...]:
    """Return the syllables of a Chinese word, without tones."""
    # Single characters are enough for a word's sound; the phrases cost a second at the start.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(word))


def language_of(text: str, *, otherwise: Language) -> Language:
    """Return the language a text is written in, as far as its letters tell: "ok" tells nothing."""
    said = _EMOTICON.sub("", normalize("NFKC", text))
    if _CHINESE.search(said):
        return "zh"
    return "en" if _ENGLISH.search(said) else otherwise
