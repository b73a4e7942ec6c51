"""The demo's gifts: a card for every time and some for holidays, and a coffee for a friend."""

from datetime import date, datetime

from msgspec import Struct

from jifen.seeds.laying import lay_rules
from loyalty import programme
from loyalty.calendar import start_of
from loyalty.discounts.fen_off import FenOff
from loyalty.policies.card import Card
from loyalty.policies.gifts import Gifts
from loyalty.rewards.friend_gift import FriendGift
from models import RuleVersion

RULES: tuple[tuple[str, Struct], ...] = (
    # nobody in a demo has been a member for a week
    ("gifts", Gifts(member_for_days=0, held_for_days=0)),
    (
        "card:thanks",
        Card(
            name_zh="谢谢你",
            name_en="Thank you",
            greeting_zh="一杯好咖啡，谢谢有你",
            greeting_en="A good coffee, with thanks",
            colour="#1d6b4f",
        ),
    ),
    (
        "coupon:treat",
        FenOff(
            name_zh="请你喝咖啡",
            name_en="A coffee on me",
            lane="coupon",
            fen=2000,
            valid_days=60,
            is_giftable=True,
        ),
    ),
    (
        "reward:treat",
        FriendGift(
            name_zh="请朋友喝咖啡",
            name_en="A coffee for a friend",
            about_zh="20 元咖啡券，配一张贺卡送给朋友。",
            about_en="¥20 off, sent to a friend with a card.",
            points=180,
            coupon_slot="coupon:treat",
        ),
    ),
)

WINTER = Card(
    name_zh="冬日暖意",
    name_en="Warm winter",
    greeting_zh="天冷了，愿你手里总有一杯热的",
    greeting_en="May there always be something warm in your hands",
    colour="#8c3b2f",
)
NEW_YEAR = Card(
    name_zh="新年快乐",
    name_en="Happy New Year",
    greeting_zh="新的一年，一起喝好咖啡",
    greeting_en="A new year of good coffee together",
    colour="#a3262a",
)
MID_AUTUMN = Card(
    name_zh="中秋快乐",
    name_en="Happy Mid-Autumn Festival",
    greeting_zh="月圆人圆，杯中有香",
    greeting_en="A full moon and a full cup",
    colour="#2f4b7c",
)


def seasons(at: datetime) -> tuple[tuple[str, Card, date, date], ...]:
    """Return the holiday cards with the first day of each and the day after its last.

    The seasons are those of the year in which the demo was laid.
    """
    year = at.year
    return (
        ("card:winter", WINTER, date(year, 11, 1), date(year + 1, 3, 1)),
        ("card:new_year", NEW_YEAR, date(year, 12, 20), date(year + 1, 2, 28)),
        ("card:mid_autumn", MID_AUTUMN, date(year, 9, 10), date(year, 10, 8)),
    )


async def lay(*, at: datetime) -> None:
    """Publish the rule, the cards and what can be redeemed for a friend; again changes nothing."""
    await lay_rules(RULES, at=at)
    for slot, card, first, after in seasons(at):
        if not await RuleVersion.exists(slot=slot):
            await programme.publish(
                slot, card, starts_at=start_of(first), ends_at=start_of(after), by="demo", at=at
            )
