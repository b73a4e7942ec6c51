"""领券: the coupons that she may claim; 领券 1 or 领券 春日券 claims it."""

from collections.abc import Sequence

from bot.hearing import plain
from bot.router import intent
from bot.turn import Reply, Say, Turn
from bot.wording import last_day
from loyalty import coupon_claims, programme
from loyalty.coupon_claims import Claimable, ClaimState
from loyalty.errors import LoyaltyError
from web.coupons import of_batch
from web.texts import text

SHOWN = 9


@intent(
    "领券",
    "领券中心",
    "领优惠券",
    "领取优惠券",
    "grab",
    "grab coupons",
    "coupons to claim",
    key="claims",
    takes_more=True,
)
async def show_claims(turn: Turn) -> Reply:
    found = (await coupon_claims.claimable(turn.customer_id, at=turn.at))[:SHOWN]
    chosen = _chosen(turn.more, found)
    if chosen is None:
        return await _list(turn, found)
    try:
        held = await coupon_claims.claim(turn.customer_id, turn.key, slot=chosen.slot, at=turn.at)
    except LoyaltyError as refusal:
        why = text(refusal.code, turn.language, refusal.figures)
        return turn.say(
            zh=f"未能领取{chosen.batch.name_zh}。{why}。",
            en=f"{chosen.batch.name_en} was not claimed. {why}.",
        )
    until = last_day(held.expires_at, turn.language, at=turn.at)
    return turn.say(
        zh=f"领取成功：{chosen.batch.name_zh}，{until}前（含当日）有效。发送“优惠券”查看。",
        en=f"Yours now: {chosen.batch.name_en}, good through {until}. Send “coupons” to see it.",
    )


def _chosen(more: str, found: Sequence[Claimable]) -> Claimable | None:
    """Return the batch that is named, by its number in the list or by its name."""
    for place, one in enumerate(found, 1):
        if more in (str(place), plain(one.batch.name_zh), plain(one.batch.name_en)):
            return one
    return None


async def _list(turn: Turn, found: Sequence[Claimable]) -> Reply:
    if not found:
        return turn.say(
            zh="现在没有可以领取的优惠券。", en="There are no coupons to claim right now."
        )
    tiers = (await programme.recent()).tiers(turn.at)
    told = [turn.say(zh="可以领取的优惠券：", en="Coupons to claim:").text]
    for place, one in enumerate(found, 1):
        words = of_batch(one.batch, tiers, turn.language)
        terms = [words.worth, *words.conditions]
        if one.refusal is not None:
            terms.append(_why(one, turn))
        told.append(
            turn.say(
                zh=f"{place}. {words.name}（{'，'.join(terms)}）",
                en=f"{place}. {words.name} ({', '.join(terms)})",
            ).text
        )
    if found[0].state is ClaimState.OPEN:
        told.append(turn.say(zh="发送“领券 1”即可领取。", en="Send “grab 1” for the first.").text)
    return Say("\n".join(told))


def _why(one: Claimable, turn: Turn) -> str:
    assert one.refusal is not None
    if one.state is ClaimState.CLAIMED:
        return turn.say(zh="已领取", en="claimed").text
    return text(one.refusal.code, turn.language, one.refusal.figures)
