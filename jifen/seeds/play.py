"""The demo's challenges, boards, visits and invitations."""

from datetime import datetime, timedelta

from jifen.seeds.laying import lay_rules
from loyalty.calendar import day_of, start_of
from loyalty.challenges import ChallengeStep
from loyalty.challenges.categories_tried import CategoriesTried
from loyalty.challenges.check_in_streak import CheckInStreak
from loyalty.challenges.orders import Orders
from loyalty.challenges.reviews import Reviews
from loyalty.challenges.spend import Spend
from loyalty.challenges.team_total import TeamTotal
from loyalty.challenges.visits import Visits
from loyalty.milestones.anniversary import Anniversary
from loyalty.milestones.annual_spend import AnnualSpend
from loyalty.milestones.birthday import Birthday
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.milestones.profile import Profile
from loyalty.milestones.purchases_within import PurchasesWithin
from loyalty.policies.article import Article
from loyalty.policies.board import Board, Prize
from loyalty.policies.event import BrandEvent
from loyalty.policies.live_visit import LiveVisitPolicy
from loyalty.policies.referral import ReferralPolicy
from loyalty.policies.seasons import Seasons
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.policies.survey import Question, Survey

TASTES = Survey(
    "咖啡口味小问卷",
    "Your taste in coffee",
    "几个小问题，帮我们烘出您喜欢的味道。",
    "A few questions, so that we roast what you like.",
    "谢谢！新豆上市时我们会记得您的口味。",
    "Thank you! We shall think of you when new beans come.",
    points=20,
    questions=(
        Question(
            "roast",
            "您喜欢哪种烘焙度？",
            "Which roast do you like?",
            "one",
            ("浅烘", "中烘", "深烘"),
            ("Light", "Medium", "Dark"),
        ),
        Question(
            "when",
            "您什么时候喝咖啡？（最多两项）",
            "When do you drink coffee? (two at most)",
            "several",
            ("早上", "午后", "晚上", "周末"),
            ("Mornings", "Afternoons", "Evenings", "Weekends"),
            most_options=2,
        ),
        Question(
            "recommend",
            "您有多愿意向朋友推荐我们？",
            "How likely are you to recommend us?",
            "scale",
        ),
        Question("wish", "还想喝到什么？", "What else would you like?", "text", answer="optional"),
    ),
)
BEANS = Article(
    "豆子从哪来",
    "Where our beans come from",
    "云南保山，海拔一千六百米。每年十一月，咖农一颗一颗摘下全红的果子。\n日晒二十天，每天翻动，再慢慢烘。\n"
    "所以您杯里的这一口，有成熟水果的甜。",
    "Baoshan in Yunnan, 1,600 metres up. Every November growers pick the cherries that are red all"
    " over, one by one.\nTwenty days in the sun, turned every day, then roasted slowly.\n"
    "That is why your cup is sweet like ripe fruit.",
)
RULES = (
    (
        "challenge:check_in",
        CheckInStreak("每日签到", "Daily check-in", "daily", reward_points=5, comes_by_itself=True),
    ),
    (
        "challenge:seven_days",
        CheckInStreak("连续签到 7 天", "Seven days in a row", "monthly", 7, reward_points=50),
    ),
    (
        "challenge:two_orders",
        Orders("本周两单", "Two orders this week", "weekly", 2, reward_points=100),
    ),
    (
        "challenge:ladder",
        Orders(
            "本月三五八单",
            "Three, five, eight orders",
            "monthly",
            3,
            reward_points=30,
            more_steps=(
                ChallengeStep(5, 60, "coupon:free_tote"),
                ChallengeStep(8, boost_percent=200, boost_days=7),
            ),
        ),
    ),
    (
        "challenge:try_three",
        CategoriesTried("尝遍三个品类", "Try three kinds", "monthly", 3, reward_points=50),
    ),
    (
        "challenge:review",
        Reviews("写两条评价", "Two reviews", "monthly", 2, reward_points=20),
    ),
    (
        "challenge:double_12",
        Spend(
            "双十二消费有礼",
            "Double 12",
            "double12",
            200,
            reward_points=100,
            more_steps=(ChallengeStep(500, 300),),
        ),
    ),
    (
        "challenge:new_year",
        Spend("新春有礼", "New Year", "cny", 300, reward_points=188),
    ),
    (
        "challenge:together",
        TeamTotal("全群冲刺 2,000 元", "¥2,000 together", "monthly", 2000, reward_points=100),
    ),
    (
        "challenge:in_shops",
        Visits("本月到店两天", "Two days in our shops", "monthly", 2, 30, where="shops"),
    ),
    (
        "shop_visit:all",
        ShopVisitPolicy(
            from_time="08:00", until_time="22:00", most_points_a_day=20, most_points_a_month=100
        ),
    ),
    ("live_visit", LiveVisitPolicy()),
    ("survey:tastes", TASTES),
    ("article:beans", BEANS),
    ("seasons", Seasons()),
    (
        "referral",
        ReferralPolicy(
            inviter_points=200, friend_points=100, new_for_days=7, least_order_fen=10_00
        ),
    ),
)
MILESTONES = (
    (
        "milestone:third_order",
        PurchasesWithin(
            "半年内第三次购买", "Third order in six months", reward_coupon_slot="coupon:vip_20"
        ),
    ),
    (
        "milestone:every_fifth",
        NthPurchase(
            "每满五单", "Every fifth order", reward_coupon_slot="coupon:ten_off", n=5, repeats=True
        ),
    ),
    (
        "milestone:spent_2000",
        AnnualSpend("年度消费满 2,000 元", "¥2,000 spent this year", reward_points=500),
    ),
    ("milestone:year", Anniversary("入会周年", "A year with us", reward_points=88)),
    ("milestone:profile", Profile("完善资料", "Tell us about you", reward_points=20)),
    (
        "milestone:birthday",
        Birthday("生日礼", "Your birthday", reward_points=66, reward_coupon_slot="coupon:ten_off"),
    ),
)
WEEK_PRIZES = (
    Prize(1, 1, 500, "coupon:ten_off"),
    Prize(2, 3, 200),
    Prize(4, 10, 50),
)
MONTH_PRIZES = (Prize(1, 1, 1_000, boost_percent=200, boost_days=7), Prize(2, 10, 200))
BOARDS = (
    ("board:week", Board(prizes=WEEK_PRIZES)),
    (
        "board:month",
        Board("本月消费榜", "Spent this month", "monthly", "spend", prizes=MONTH_PRIZES),
    ),
    (
        "board:vip",
        Board("群内打卡榜", "Check-ins of the group", "monthly", "check_ins", "community:vip"),
    ),
)
BOARDS_SINCE = timedelta(days=35)
A_DAY = timedelta(days=1)


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing.

    Milestones begin now: what the crowd bought before gives nothing. Boards began some weeks ago,
    so that lists wait for staff.
    """
    await lay_rules(RULES, at=at)
    await lay_rules(MILESTONES, at=at, starts_at=at)
    await lay_rules(BOARDS, at=at, starts_at=at - BOARDS_SINCE)
    await lay_rules([("event:tasting", _tasting(at))], at=at)


def _tasting(at: datetime) -> BrandEvent:
    """Return an event three days from now, from morning to night, so that it can be come to."""
    day = day_of(at) + 3 * A_DAY
    return BrandEvent(
        "新豆品鉴日",
        "New beans, tasted",
        "三支新豆，随到随喝，烘焙师在场。到场扫工作人员手机上的码签到。",
        "Three new beans, whenever you come; the roaster is there. Scan the code on a staff"
        " member's phone.",
        "静安店二楼",
        "Jing'an shop, upstairs",
        held_from=start_of(day) + timedelta(hours=8),
        held_until=start_of(day) + timedelta(hours=22),
        places=12,
    )
