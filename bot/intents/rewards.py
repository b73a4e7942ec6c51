"""兑换: what her points can be redeemed for; 兑换 1 or 兑换 帆布袋 redeems it."""

import re
from collections.abc import Sequence

from bot.hearing import AFTER, plain
from bot.router import intent
from bot.turn import Language, Reply, Say, Turn
from bot.wording import last_day
from loyalty import codes, redemptions
from loyalty.errors import LoyaltyError, NotFound
from loyalty.redemptions import CatalogueLine, Redeemed
from loyalty.wording import Worded, price
from web.texts import text

SHOWN = 10
FOR_A_COUPON = Worded("免费（用您的兑换券）", "free with your coupon")
POINTS_BACK = Worded("积分退回，有效期不变", "the points go back with their old expiry")
COUPON_BACK = Worded(
    "兑换券退回，有效期不变", "the exchange coupon is yours again, with its old expiry"
)
WITH_A_COUPON = Worded("使用 1 张兑换券", "with one exchange coupon")
NUMERALS = "一二三四五六七八九十"
_NUMBER = re.compile(f"(?:第([0-9]{{1,2}}|[{NUMERALS}])[个件项]?|([0-9]{{1,2}}|[{NUMERALS}])号?)")


@intent(
    "兑换",
    "积分兑换",
    "兑换礼品",
    "积分商城",
    "礼品",
    "rewards",
    "reward",
    "redeem",
    key="rewards",
    takes_more=True,
)
async def show_rewards(turn: Turn) -> Reply:
    lines = (await redemptions.catalogue(turn.customer_id, at=turn.at))[:SHOWN]
    if not turn.more:
        return await _list(turn, lines)
    if known := await _redeemed_before(turn):
        return _told(turn, known)
    chosen = _chosen(turn.more, lines)
    if chosen is None:
        why = text("no_such_reward", turn.language, {})
        return await _list(turn, lines, first=turn.say(zh=f"{why}。", en=f"{why}.").text)
    try:
        redeemed = await redemptions.redeem(
            turn.customer_id,
            turn.key,
            slot=chosen.slot,
            at=turn.at,
            coupon_uuid=chosen.coupon.uuid if chosen.coupon else None,
        )
    except LoyaltyError as refusal:
        elsewhere = refusal.code == "address_missing"
        code = "reward_in_miniprogram" if elsewhere else refusal.code
        why = text(code, turn.language, refusal.figures)
        name = _name(chosen).spoken(turn.language)
        return turn.say(zh=f"未能兑换{name}。{why}。", en=f"{name} was not redeemed. {why}.")
    return _told(turn, redeemed)


async def _redeemed_before(turn: Turn) -> Redeemed | None:
    """Return what this message redeemed when it was worked before: the list is another by now."""
    try:
        return await redemptions.find(turn.key, member_id=turn.customer_id, at=turn.at)
    except NotFound:
        return None


def _chosen(more: str, lines: Sequence[CatalogueLine]) -> CatalogueLine | None:
    """Return the reward that is named, by its name or by its number in the list."""
    for line in lines:
        name = _name(line)
        for known in (name.zh, name.en, line.slot.rpartition(":")[2]):
            wanted = f"[一1]?[个件只张份]?{re.escape(plain(known))}(?:{AFTER})*"
            if re.fullmatch(wanted, more):
                return line
    found = _NUMBER.fullmatch(more)
    if found is None:
        return None
    number = found[1] or found[2]
    place = NUMERALS.index(number) + 1 if number in NUMERALS else int(number)
    return lines[place - 1] if 1 <= place <= len(lines) else None


def _name(line: CatalogueLine) -> Worded:
    return Worded(line.reward.name_zh, line.reward.name_en)


async def _list(turn: Turn, lines: Sequence[CatalogueLine], *, first: str = "") -> Reply:
    if not lines:
        return turn.say(zh="目前没有可以兑换的奖励。", en="There is nothing to redeem right now.")
    available = turn.balance.available
    told = [first] if first else []
    told += [turn.say(zh=f"您有 {available:,} 积分，可以兑换：", en=_heading(available)).text]
    told += [_line(place, line, turn.language) for place, line in enumerate(lines, 1)]
    open_to_her = [
        place
        for place, line in enumerate(lines, 1)
        if line.refusal is None and not _needs_miniprogram(line)
    ]
    if open_to_her:
        place = open_to_her[0]
        name = _name(lines[place - 1])
        how = turn.say(
            zh=f"发送“兑换 {place}”或“兑换 {name.zh}”即可兑换。",
            en=f"Send “redeem {place}” or “redeem {name.en}”.",
        )
        told.append(how.text)
    return Say("\n".join(told))


def _needs_miniprogram(line: CatalogueLine) -> bool:
    """Say whether words are not enough: with a coupon there is nothing to pay."""
    reward = line.reward
    if line.coupon:
        return reward.wants_address or reward.wants_wechat
    return reward.needs_miniprogram


def _cost(line: CatalogueLine) -> Worded:
    if line.coupon:
        return FOR_A_COUPON
    return price(line.reward.points, line.reward.cash_fen)


def _heading(available: int) -> str:
    return f"You have {available:,} points. Rewards:"


def _line(place: int, line: CatalogueLine, language: Language) -> str:
    name = _name(line).spoken(language)
    left = line.stock_left
    if language == "zh":
        told = f"{place}. {name}：{_cost(line).zh}"
        told += f"，剩 {left:,} 件" if left is not None and not line.refusal else ""
    else:
        told = f"{place}. {name}: {_cost(line).en}"
        told += f", {left:,} left" if left is not None and not line.refusal else ""
    if line.refusal is None:
        return told
    why = text(line.refusal.code, language, line.refusal.figures)
    return f"{told}（{why}）" if language == "zh" else f"{told} ({why})"


def _told(turn: Turn, one: Redeemed) -> Reply:
    until = last_day(one.expires_at, turn.language, at=turn.at)
    cost = price(one.points, one.cash_fen)
    if one.with_coupon_uuid:
        cost = WITH_A_COUPON
    done = turn.say(
        zh=f"兑换成功：{one.name.zh}，{cost.zh}。",
        en=f"Redeemed: {one.name.en}, {cost.en}.",
    ).text
    back = COUPON_BACK if one.with_coupon_uuid else POINTS_BACK
    if one.kind == "early_access":
        return turn.say(
            zh=f"{done}\n您可以在开售前到小程序商店下单一次，到时未使用，{back.zh}。",
            en=f"{done}\nOrder once in the mini-program's store before it opens for everybody. "
            f"If you do not, {back.en}.",
        )
    if one.code is None:
        return turn.say(
            zh=f"{done}\n优惠券已放入您的券包，{until}前（含当日）有效。发送“优惠券”查看。",
            en=f"{done}\nThe coupon is yours, good through {until}. Send “coupons” to see it.",
        )
    code = codes.grouped(one.code)
    if one.kind == "privilege":
        return turn.say(
            zh=f"{done}\n权益码：{code}\n{until}前（含当日）可使用 {one.uses} 次，"
            "使用时请向店员出示。",
            en=f"{done}\nCode: {code}\nGood for {one.uses} uses through {until}; "
            "show it each time.",
        )
    return turn.say(
        zh=f"{done}\n兑换码：{code}\n请在{until}前（含当日）到门店出示。逾期未领，{back.zh}。",
        en=f"{done}\nCode: {code}\nShow it in a shop, {until} at the latest. "
        f"If you do not, {back.en}.",
    )
