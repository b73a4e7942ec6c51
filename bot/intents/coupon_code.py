"""券码: a text that is a coupon code, or follows the word 券码, becomes her coupon."""

from bot.router import intent
from bot.turn import Reply, Turn
from bot.wording import last_day
from loyalty import coupon_codes, programme
from loyalty.errors import LoyaltyError
from web.coupons import described
from web.texts import text


@intent(
    "券码",
    "兑换码",
    "优惠码",
    "口令",
    "code",
    "coupon code",
    key="coupon_code",
    takes_more=True,
    looks=coupon_codes.is_code,
    resembles=coupon_codes.is_word,
)
async def take_code(turn: Turn) -> Reply:
    if not turn.more:
        return turn.say(
            zh="发送“券码”加上您的券码，例如：券码 ABCD-EFGH-JKLM-NPQR。",
            en="Send “code” with your coupon code, such as: code ABCD-EFGH-JKLM-NPQR.",
        )
    assert turn.sealer is not None, "whoever runs intents that act gives it"
    try:
        held = await coupon_codes.claim(turn.customer_id, turn.more, sealer=turn.sealer, at=turn.at)
    except LoyaltyError as refusal:
        why = text(refusal.code, turn.language, refusal.figures)
        return turn.say(zh=f"{why}。", en=f"{why}.")
    rules = await programme.recent(knowing=[held.rule_version_id])
    words = described(held, rules, at=turn.at, language=turn.language)
    until = last_day(held.expires_at, turn.language, at=turn.at)
    return turn.say(
        zh=f"领取成功：{words.name}，{until}前（含当日）有效。发送“优惠券”查看。",
        en=f"Yours now: {words.name}, good through {until}. Send “coupons” to see it.",
    )
