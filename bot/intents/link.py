"""绑定: by what we know her, where her orders come from, and how more of them become hers."""

from bot.router import intent
from bot.turn import Language, Reply, Turn
from loyalty import customers
from loyalty.customers import Linked, LinkedShop
from loyalty.wording import Worded
from models import IdentityKind, ShopKind
from web.movements import SHOPS

KNOWN_BY: dict[IdentityKind, Worded] = {
    IdentityKind.OPENID: Worded("微信", "WeChat"),
    IdentityKind.MOBILE: Worded("手机号", "your phone number"),
    IdentityKind.EMAIL: Worded("邮箱", "your e-mail address"),
    IdentityKind.WECOM_CONTACT: Worded("企业微信", "WeCom"),
    IdentityKind.CUSTOMER_KEY: Worded("会员卡", "a member card"),
}


@intent(
    "绑定",
    "关联",
    "绑定手机",
    "绑定手机号",
    "绑定订单",
    "绑定账号",
    "关联订单",
    "link",
    "link account",
    "link orders",
    key="link",
)
async def show_links(turn: Turn) -> Reply:
    found = await customers.linked(turn.customer_id)
    return turn.say(zh=_chinese(found), en=_english(found))


def _chinese(found: Linked) -> str:
    told = [f"您的会员已绑定：{'、'.join(_known_by(found, 'zh'))}。"]
    if found.shops:
        told.append(f"订单来自：{'、'.join(_shops(found, 'zh'))}。")
    if IdentityKind.MOBILE not in found.kinds:
        told.append(
            "在小程序「我的」→「设置」里绑定手机号，留有同一号码的门店、商城订单和积分会合并进来。"
        )
    if ShopKind.WECHAT_SHOP in found.connected:
        told.append("微信小店的订单按您的微信自动合并。")
    if found.joined_on:
        places = "、".join(SHOPS[kind][0] for kind in sorted(found.joined_on))
        told.append(f"用同一手机号在{places}店铺的会员页入会，那里的订单也会合并进来。")
    return "\n".join(told)


def _english(found: Linked) -> str:
    told = [f"We know you by {', '.join(_known_by(found, 'en'))}."]
    if found.shops:
        told.append(f"Your orders came from {', '.join(_shops(found, 'en'))}.")
    if IdentityKind.MOBILE not in found.kinds:
        told.append(
            "Give your phone number in our mini-program (Me, Settings): orders and points of our"
            " shops with the same number become yours."
        )
    if ShopKind.WECHAT_SHOP in found.connected:
        told.append("Orders in our WeChat Shop become yours by your WeChat account.")
    if found.joined_on:
        places = " and ".join(SHOPS[kind][1] for kind in sorted(found.joined_on))
        told.append(
            f"Join on the member page of our shops on {places} with the same phone number, and"
            " your orders there become yours here, too."
        )
    return "\n".join(told)


def _known_by(found: Linked, language: Language) -> list[str]:
    return [words.spoken(language) for kind, words in KNOWN_BY.items() if kind in found.kinds]


def _shops(found: Linked, language: Language) -> list[str]:
    if language == "zh":
        return [f"{_in_chinese(one)}（{one.orders} 单）" for one in found.shops]
    return [
        f"{SHOPS[one.kind][1]}{f' {one.name}' if one.name else ''}"
        f" ({one.orders} order{'s' if one.orders > 1 else ''})"
        for one in found.shops
    ]


def _in_chinese(shop: LinkedShop) -> str:
    """Return a shop's name with its platform's, which most names hold already."""
    platform = SHOPS[shop.kind][0]
    return shop.name if platform in shop.name else platform + shop.name
