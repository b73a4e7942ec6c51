"""What platform and law forbid a brand to promise, found before it is published.

The texts that people read are looked through, whatever rule they stand in, and the shape of what is
offered to some and not to others. Each refusal names the field and the words, tells the rule that
forbids it, and the form that is allowed.
"""

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from loyalty.conditions import Personal
from loyalty.discounts import Discount
from loyalty.errors import Refused

_IN_A_LANGUAGE = re.compile(r"_(zh|en)(\[\d+\])?$")

_GAIN = r"((?<!心)得|领|送|奖|赚|返|免费|翻倍|红包|\d ?(积分|元))"
_GAIN_EN = (
    r"\b(get|gets|earn|earns|win|receive|points?|coupons?|rewards?|gifts?|free|\d+ ?% ?off)\b"
)
_SHARE = r"(分享(?!装)|转发|朋友圈|集赞|点赞|助力|拉人|砍一刀)"
_SHARE_EN = (
    r"\b(shar(e|es|ing)|forward(ing)?|repost(ing)?|retweet(ing)?|likes?)\b"
    r"(?= (it|this|us|our|the|with|on|to|in|a (link|post|card)|\d))"
)
_FOLLOW = r"(关注|订阅)(后|即|就|可|并|领|送|得|有|公众号|服务号|我们|账号|微信|店铺)"
_FOLLOW_EN = r"\b(follow(ing)?|subscrib(e|ing))\b(?= (us|our|the|to|this|and))"

# Who looks at what a friend bought rewards the purchase, not that something was sent to her.
_QUALIFIED = re.compile(
    r"下单|首单|购买|消费|成交|\b(orders?|buys?|bought|purchas\w*)\b", re.IGNORECASE
)
_PUBLISHED = re.compile(
    r"概率|\d+(\.\d+)? ?%.{0,6}(中|奖)|\b(odds|chance of|\d+ in \d+)\b", re.IGNORECASE
)
_DRAW = re.compile(
    r"抽奖|抽取|开奖|大转盘|刮刮|盲盒|摇一摇|幸运儿|锦鲤|手气|有机会(获|得|赢)|随机(送|赠|获|得|发)"
    r"|\b(lucky draws?|lotter(y|ies)|raffles?|sweepstakes?|mystery (gift|box)|scratch cards?"
    r"|chance to win|random (gift|reward|coupon))\b",
    re.IGNORECASE,
)


def _promised(deed: str, deed_en: str) -> re.Pattern[str]:
    """Return what finds a deed that something is promised for, before or after it."""
    apart = r"[^。；;.?？\n]{0,40}?"
    either = [(deed, _GAIN), (deed_en, _GAIN_EN)]
    found = [f"{one}{apart}{gain}|{gain}{apart}{one}" for one, gain in either]
    return re.compile("|".join(found), re.IGNORECASE)


_SHARING = _promised(_SHARE, _SHARE_EN)
_FOLLOWING = _promised(_FOLLOW, _FOLLOW_EN)
_FOR_THE_ACT = (("rewards_sharing", _SHARING), ("rewards_following", _FOLLOWING))


def check(rule: Struct) -> None:
    """Let a rule through that promises nothing forbidden.

    Raises:
        Refused: ``rewards_sharing``, ``rewards_following``: what is promised for the act alone, by
            the rules of WeChat's mini-programs, 5.1. ``hides_odds``: a draw without its odds, by
            article 13 of the provisional rules on promotions (规范促销行为暂行规定).
            ``prices_in_secret``: an offer by what she did, without a name that tells of it, by
            article 24 of the law on personal information. With the field's ``name``
            and ``words``.
    """
    for field, told in _texts(rule):
        check_text(field, told)
    if isinstance(rule, Discount):
        _check_name(rule)


def _texts(told: object, field: str = "") -> Iterator[tuple[str, str]]:
    """Return all texts in which people read of a rule, with their fields: those in a language."""
    if isinstance(told, str):
        if _IN_A_LANGUAGE.search(field):
            yield field, told
    elif isinstance(told, tuple | list):
        for place, one in enumerate(told):
            yield from _texts(one, f"{field}[{place}]")
    elif isinstance(told, Struct):
        for name in told.__struct_fields__:
            yield from _texts(getattr(told, name), f"{field}.{name}" if field else name)


def check_text(field: str, told: str) -> None:
    """Let a text through that promises nothing forbidden.

    Raises:
        Refused: ``rewards_sharing``, ``rewards_following``, ``hides_odds``, as `check`.
    """
    if not _QUALIFIED.search(told):
        for code, forbidden in _FOR_THE_ACT:
            if found := forbidden.search(told):
                raise Refused(code, name=field, words=found[0])
    if (found := _DRAW.search(told)) and not _PUBLISHED.search(told):
        raise Refused("hides_odds", name=field, words=found[0])


def _check_name(rule: Discount) -> None:
    """Let a discount through that is for anybody, or has a name of its own in both languages."""
    if not any(isinstance(one, Personal) for one in rule.conditions.all_of):
        return
    usual = {one.name: one.default for one in msgspec.structs.fields(Discount)}
    for field in ("name_zh", "name_en"):
        if getattr(rule, field) == usual[field]:
            raise Refused("prices_in_secret", name=field, words=getattr(rule, field))
