"""邀请: her code for friends, what is in it for both; a friend sends it with the word before it."""

from bot.hearing import plain
from bot.router import intent
from bot.turn import Reply, Turn
from loyalty import codes, referrals
from loyalty.errors import LoyaltyError
from models import ReferralWay
from web.referrals import ACCEPTED, lines
from web.texts import text


@intent(
    "邀请",
    "邀请好友",
    "邀请朋友",
    "邀请码",
    "推荐",
    "invite",
    "invite friends",
    "invitation",
    "referral",
    key="invite",
    takes_more=True,
)
async def invite(turn: Turn) -> Reply:
    try:
        return await (_accepted(turn) if turn.more else _inviting(turn))
    except LoyaltyError as refusal:
        why = text(refusal.code, turn.language, refusal.figures)
        return turn.say(zh=f"{why}。", en=f"{why}.")


async def _inviting(turn: Turn) -> Reply:
    found = await referrals.inviting(turn.customer_id, at=turn.at)
    code = codes.grouped(found.code).replace(" ", "-")
    spoken = lines(found.policy)
    counted = f"已计入 {found.friends} 位，{found.on_the_way} 位进行中。"
    counted_en = f"{found.friends} count, {found.on_the_way} on their way."
    return turn.say(
        zh="\n".join(
            [
                f"您的邀请码：{code}",
                f"朋友给本公众号发送“邀请 {code}”，或在小程序的邀请页打开您分享的链接即可。",
                *(f"· {one.zh}" for one in spoken),
                counted,
            ]
        ),
        en="\n".join(
            [
                f"Your invitation code: {code}",
                f"A friend sends “invite {code}” to this account, or opens what you share on the"
                " invitation page of the mini-program.",
                *(f"· {one.en}" for one in spoken),
                counted_en,
            ]
        ),
    )


async def _accepted(turn: Turn) -> Reply:
    # Of what was said, since an A between two digits of a code is no English article.
    code = plain(turn.inbound.content)[-codes.LETTERS :]
    await referrals.accept(code, turn.customer_id, way=ReferralWay.CHAT, at=turn.at)
    return turn.say(zh=ACCEPTED.zh, en=ACCEPTED.en)
