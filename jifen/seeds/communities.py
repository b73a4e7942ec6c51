"""The demo's VIP group: its rule, and the simulated group that it is."""

from datetime import datetime

from jifen.seeds.laying import lay_rules
from loyalty import communities, connections
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.connections import WeComSettings
from loyalty.policies.calendar import CalendarEntry, GroupCalendar
from loyalty.policies.community import CommunityPolicy
from loyalty.policies.contact_tag import ContactTagPolicy
from loyalty.policies.contact_way import ContactWayPolicy
from loyalty.policies.welcome import Welcome
from loyalty.sealing import Sealer

SLOT = "community:vip"
CHAT_ID = "wrDemoVipGroup0000000000000000001"
NAME = "积分演示店 VIP 会员群"
OWNER = "chen"
CAPACITY = 200
RULE = CommunityPolicy(
    name_zh="VIP 会员群",
    name_en="VIP group",
    about_zh="银卡及以上会员的专属群：新品先尝、群内专享价、店长在线答疑。",
    about_en="For Silver members and above: first tastes, prices of its own, and our shop manager.",
    conditions=Conditions([TierAtLeast(rank=1)]),
)


WELCOME = Welcome(
    member_text_zh="您好，{tier}！我是店长陈晨，您现有 {points} 积分。"
    "有任何想喝的、想问的，随时找我。",
    member_text_en="Hello, {tier}! I am Chen, your shop manager. You have {points} points. Ask me"
    " anything, any time.",
    guest_text_zh="您好！我是店长陈晨。在小程序里加入会员，消费 1 元得 1 积分。",
    guest_text_en="Hello! I am Chen, your shop manager. Join in the mini-program: a point a yuan.",
    community_slot=SLOT,
)


WAY_SLOT = "contact_way:jingan"
WAY = ContactWayPolicy(users=(OWNER,), name_zh="静安店店长", name_en="Jing'an shop")
CALENDAR = GroupCalendar(
    SLOT,
    "VIP 群日历",
    "Calendar of the VIP group",
    (
        CalendarEntry(
            "new",
            "周三上新",
            "各位老朋友，本周的新豆已经上架，群友今天到店可以先试饮一杯。",
            weekday=3,
            clock="10:00",
        ),
        CalendarEntry(
            "second_day",
            "入群次日问候",
            "您好，我是店长陈晨。入群第二天了，有什么想喝的、想问的，直接告诉我就好。",
            "after_joining",
            days=1,
            clock="11:00",
        ),
    ),
)


async def seed(wecom: WeComSettings | None, *, brand: str, sealer: Sealer, at: datetime) -> None:
    """Lay the rule, and where there is a corp, its connection and the group."""
    rules = [
        (SLOT, RULE),
        ("welcome:default", WELCOME),
        ("calendar:vip", CALENDAR),
        (WAY_SLOT, WAY),
        ("contact_tag:gold", ContactTagPolicy("金卡会员", "会员", "tier:gold")),
    ]
    await lay_rules(rules, at=at)
    if wecom is None:
        return
    await connections.save(wecom, name=brand, sealer=sealer, at=at)
    await communities.connect(
        SLOT,
        corp_id=wecom.corp_id,
        chat_id=CHAT_ID,
        name=NAME,
        owner=OWNER,
        capacity=CAPACITY,
    )
