"""Following, leaving, and scanning a shop's QR code."""

from bot.intents.points import chinese, english
from bot.router import intent
from bot.turn import Reply, Silence, Turn
from loyalty import customers, referrals
from loyalty.errors import LoyaltyError
from loyalty.wording import Worded
from models import ReferralWay, Shop
from web.languages import Language
from web.referrals import ACCEPTED
from web.texts import text

LANGUAGES: tuple[Language, Language] = ("zh", "en")


@intent(events=("subscribe",))
async def welcome(turn: Turn) -> Reply:
    # who follows from a payment's page comes with that payment's key, which is no scene
    scene = turn.inbound.event_key if turn.inbound.key_is_scene else None
    await customers.follow(turn.app_id, turn.openid, scene=scene, at=turn.inbound.created_at)
    zh = ["欢迎！您已成为会员，购物即可累积积分。"]
    en = ["Welcome! You are now a member: every purchase earns points."]
    shop = await _shop_of(scene)
    invited = await _invited_by(turn, scene)
    if shop:
        zh = [f"欢迎光临{shop.name}！您已成为会员，购物即可累积积分。"]
        en = [f"Welcome to {shop.name}! You are now a member: every purchase earns points."]
    if turn.balance.available or turn.balance.pending:
        zh += chinese(turn.balance, at=turn.at)
        en += english(turn.balance, at=turn.at)
    if invited:
        zh.append(invited.zh)
        en.append(invited.en)
    zh.append("发送“积分”随时查询，发送“帮助”查看更多。")
    en.append("Send “points” at any time, or “help” for more.")
    if turn.is_new:
        # Her language is not known yet: she reads hers in one of the two.
        return turn.say(zh="\n".join([*zh, "", *en]), en="\n".join([*en, "", *zh]))
    return turn.say(zh="\n".join(zh), en="\n".join(en))


@intent(events=("unsubscribe",))
async def goodbye(turn: Turn) -> Reply:
    await customers.unfollow(turn.app_id, turn.openid, at=turn.inbound.created_at)
    return Silence()


@intent(events=("scan",))
async def scanned(turn: Turn) -> Reply:
    invited = await _invited_by(turn, turn.inbound.event_key)
    if invited:
        return turn.say(zh=invited.zh, en=invited.en)
    shop = await _shop_of(turn.inbound.event_key)
    if shop is None:
        return Silence()
    return turn.say(
        zh="\n".join([f"欢迎光临{shop.name}！", *chinese(turn.balance, at=turn.at)]),
        en="\n".join([f"Welcome to {shop.name}!", *english(turn.balance, at=turn.at)]),
    )


async def _shop_of(scene: str | None) -> Shop | None:
    return await Shop.filter(code=scene).first() if scene else None


async def _invited_by(turn: Turn, scene: str | None) -> Worded | None:
    """Note that she came by a friend's QR code, and return what she is told of it."""
    code = referrals.code_in(scene)
    if code is None:
        return None
    try:
        await referrals.accept(code, turn.customer_id, way=ReferralWay.QR, at=turn.at)
    except LoyaltyError as refusal:
        zh, en = (text(refusal.code, language, refusal.figures) for language in LANGUAGES)
        return Worded(f"{zh}。", f"{en}.")
    return ACCEPTED
