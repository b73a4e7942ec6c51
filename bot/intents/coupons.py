"""优惠券: the coupons she can use."""

from collections.abc import Sequence
from datetime import datetime

from bot.router import intent
from bot.turn import Language, Reply, Say, Turn
from bot.wording import last_day
from loyalty import coupons, ladders, programme
from loyalty.coupons import Held
from loyalty.wording import Worded
from models import CouponState
from web.coupons import Described, described
from web.ladders import summary
from web.texts import text

SHOWN = 8


@intent(
    "优惠券",
    "优惠卷",
    "我的优惠券",
    "卡券",
    "券包",
    "coupons",
    "coupon",
    "my coupons",
    "discounts",
    key="coupons",
)
async def show_coupons(turn: Turn) -> Reply:
    usable = (CouponState.ISSUED, CouponState.LOCKED)
    found = await coupons.of(turn.customer_id, at=turn.at)
    at_shops = await _at_shops(turn)
    held = [one for one in found if one.state in usable]
    if not held:
        none = turn.say(
            zh="您还没有可用的优惠券。发送“兑换”，可以用积分换取。",
            en="You have no coupons to use. Send “rewards” to redeem points for one.",
        )
        return Say("\n".join([none.text, *at_shops])) if at_shops else none
    rules = await programme.recent(knowing=(one.rule_version_id for one in held))
    shown = [
        (one, described(one, rules, at=turn.at, language=turn.language)) for one in held[:SHOWN]
    ]
    lines = [_line(one, words, turn) for one, words in shown]
    how = _how([words for _, words in shown])
    return turn.say(
        zh="\n".join([f"您有 {len(held)} 张可用的优惠券：", *lines, how.zh, *at_shops]),
        en="\n".join([f"Coupons you can use: {len(held)}", *lines, how.en, *at_shops]),
    )


def _how(shown: Sequence[Described]) -> Worded:
    """Return where they are used: at checkout, or for a reward."""
    if all(words.reward for words in shown):
        return Worded("发送“兑换”使用兑换券。", "Send “rewards” to use them.")
    if any(words.reward for words in shown):
        return Worded(
            "在小程序下单时使用；兑换券请发送“兑换”使用。",
            "Use them in the mini-program; send “rewards” for what is free.",
        )
    return Worded("在小程序下单时使用。", "Use them in the mini-program.")


async def _at_shops(turn: Turn) -> list[str]:
    """Return a line for each ladder whose coupons a shop on a platform keeps."""
    found = await ladders.progress(turn.customer_id, at=turn.at)
    told = [summary(one, at=turn.at).spoken(turn.language) for one in found]
    return [line for line in told if line]


def _line(held: Held, words: Described, turn: Turn) -> str:
    language = turn.language
    name = words.name if words.worth in words.name else f"{words.name} {words.worth}"
    told = [name, *words.conditions, _until(held.expires_at, language, at=turn.at)]
    if held.state is CouponState.LOCKED:
        told.append(text("coupon_locked", language, {}))
    if language == "zh":
        return f"· {'，'.join(told)}（{words.reason}）"
    return f"· {', '.join(told)} ({words.reason})"


def _until(expires_at: datetime, language: Language, *, at: datetime) -> str:
    day = last_day(expires_at, language, at=at)
    return f"有效期至{day}" if language == "zh" else f"good through {day}"
