"""What platform or law forbid to promise is not published; what they allow is."""

import pytest

from loyalty import linting, publishing
from loyalty.challenges.orders import Orders
from loyalty.conditions import Conditions
from loyalty.conditions.in_segment import InSegment
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts.percent import Percent
from loyalty.errors import Refused
from loyalty.policies.card import Card
from loyalty.policies.tiers import Tier, Tiers
from models import RuleVersion
from tests.cast import JUNE_1
from tests.loyalty.play_scene import publish

SHARING = [
    "分享到朋友圈得 50 积分",
    "转发海报即送优惠券",
    "集赞 38 个领红包",
    "送券啦！快来分享给好友",
    "好友助力，积分翻倍领",
    "Share this with friends and get 50 points",
    "Earn 10 points by sharing our page",
    "Free tote for reposting it",
]
FOLLOWING = [
    "关注公众号送 100 积分",
    "关注即领新人券",
    "送好礼：关注我们",
    "Follow us and get a coupon",
    "100 points if you subscribe to our account",
]
DRAWS = [
    "下单抽奖，好礼不停",
    "幸运大转盘",
    "满百有机会获得咖啡机",
    "Lucky draw for every order",
    "A mystery gift",
    "Every member has the chance to win a machine",
]
ALLOWED = [
    "邀请好友，好友首单后双方各得 100 积分",
    "Invite a friend: both get points after her first order, share this link",
    "家庭分享装买一送一",
    "关注健康，积分翻倍",
    "关注后可查询积分余额",
    "分享你的冲煮心得",
    "抽奖：一等奖中奖概率 1%，共 10 份",
    "Raffle: the odds are 1 in 100",
    "每周两单，送手冲壶",
    "Two orders a week get a coupon",
    "Follow your taste: 10% off",
    "A share of every order goes to the farmers; earn double points",
]


@pytest.mark.parametrize(
    ("code", "told"),
    [("rewards_sharing", told) for told in SHARING]
    + [("rewards_following", told) for told in FOLLOWING]
    + [("hides_odds", told) for told in DRAWS],
)
def test_a_forbidden_promise_is_found_with_its_words(code: str, told: str) -> None:
    with pytest.raises(Refused, match=code) as refused:
        linting.check_text("name_zh", told)
    assert refused.value.figures["name"] == "name_zh"
    assert str(refused.value.figures["words"]) in told


@pytest.mark.parametrize("told", ALLOWED)
def test_what_is_allowed_is_let_through(told: str) -> None:
    linting.check_text("name_zh", told)


def test_every_text_of_a_rule_is_looked_through_wherever_it_stands() -> None:
    for rule, field in (
        (Orders("转发得积分", "Two"), "name_zh"),
        (Card("生日", "Birthday", greeting_en="Follow us to get a gift"), "greeting_en"),
        (
            Tiers((Tier("member", "会员", "Member", 0, benefits_zh=("优先", "分享就送券")),)),
            "tiers[0].benefits_zh[1]",
        ),
    ):
        with pytest.raises(Refused) as refused:
            linting.check(rule)
        assert refused.value.figures["name"] == field


def test_a_price_for_some_says_in_both_languages_what_it_is_for() -> None:
    chosen = Conditions([InSegment()])
    with pytest.raises(Refused, match="prices_in_secret") as refused:
        linting.check(Percent(percent=10, conditions=chosen))
    assert refused.value.figures["name"] == "name_zh"
    with pytest.raises(Refused, match="prices_in_secret") as refused:
        linting.check(Percent("常客价", percent=10, conditions=chosen))
    assert refused.value.figures["name"] == "name_en"
    linting.check(Percent("常客价", "For regulars", percent=10, conditions=chosen))
    linting.check(Percent(percent=10, conditions=Conditions([TierAtLeast(rank=1)])))


def test_a_long_text_takes_no_long_look() -> None:
    told = "送" * 20_000 + "分享"[:1] * 20_000 + "share " * 5_000
    linting.check_text("about_zh", told)


async def test_what_is_refused_is_not_published(database: None) -> None:
    await publish()
    rule = publishing.read("challenge:new", {"kind": "orders", "name_zh": "分享送积分"})
    with pytest.raises(Refused, match="rewards_sharing"):
        await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1)
    assert not await RuleVersion.exists(slot="challenge:new")
