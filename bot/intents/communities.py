"""会员群: what she lacks to join, or how to join."""

from bot.router import intent
from bot.turn import Language, Reply, Say, Turn
from loyalty import communities
from loyalty.communities import Membership, MembershipState
from loyalty.errors import Refused
from web.texts import text

JOIN_WAY_MISSING = "join_way_missing"


@intent(
    "会员群",
    "VIP群",
    "粉丝群",
    "加群",
    "进群",
    "入群",
    "vip group",
    "member group",
    "join group",
    key="community",
)
async def show_communities(turn: Turn) -> Reply:
    found = await communities.memberships(turn.customer_id, at=turn.at)
    if not found:
        return turn.say(zh="目前还没有会员群。", en="There is no VIP group yet.")
    return Say("\n\n".join([await _told(turn, one) for one in found]))


async def _told(turn: Turn, found: Membership) -> str:
    if found.state in (MembershipState.ELIGIBLE, MembershipState.INVITED):
        return await _invited(turn, found)
    return (chinese if turn.language == "zh" else english)(found)


async def _invited(turn: Turn, found: Membership) -> str:
    """Invite her; while there is no QR code yet, the mini-program makes one for her."""
    try:
        invited = await communities.invite(turn.customer_id, found.code, at=turn.at)
    except Refused as refusal:
        if refusal.code == JOIN_WAY_MISSING:
            return _how(found, turn.language)
        raise
    return _how(invited, turn.language)


def _how(found: Membership, language: Language) -> str:
    link = found.qr_code
    if language == "zh":
        told = f"您可以加入「{found.policy.name_zh}」（{found.members}/{found.capacity} 人）。"
        where = "打开小程序的「会员群」页，长按二维码进群。"
        return told + (f'<a href="{link}">点此查看进群二维码</a>，或' if link else "请") + where
    told = f"You may join “{found.policy.name_en}” ({found.members}/{found.capacity}). "
    where = "open the VIP group page of our mini-program and press the QR code."
    seen = f'<a href="{link}">See the QR code here</a>, or ' if link else "Please "
    return told + seen + where


def chinese(found: Membership) -> str:
    """Return how she stands to a group into which she cannot be invited now."""
    name = found.policy.name_zh
    if found.state is MembershipState.JOINED:
        return f"您已在「{name}」中，共 {found.members} 人。"
    if found.state is MembershipState.FULL:
        return f"「{name}」已满员（{found.capacity} 人），有空位时请再来。"
    lacking = "；".join(text(one.code, "zh", one.figures) for one in found.refusals)
    return f"「{name}」暂时还不能加入：{lacking}。"


def english(found: Membership) -> str:
    """Return the same in English."""
    name = found.policy.name_en
    if found.state is MembershipState.JOINED:
        return f"You are in “{name}”, {found.members} people in all."
    if found.state is MembershipState.FULL:
        return f"“{name}” is full ({found.capacity} people). Please ask again later."
    lacking = "; ".join(text(one.code, "en", one.figures) for one in found.refusals)
    return f"You cannot join “{name}” yet: {lacking}."
