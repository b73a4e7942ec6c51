"""Which words are understood, and which sentences only look like them."""

import pytest

from bot import router

router.load()

UNDERSTOOD = {
    "show_points": (
        "积分|查积分|我的积分|积分查询|余额|积 分|积分！|【积分】|積分|我的積分|积份|"
        "几分|机分|积fen|"
        "jifen|JiFen|ji fen|查一下积分|帮我查一下积分|我有多少积分|我还有多少积分可以用|"
        "请问我有多少积分？|积分是多少|积分呢|points|POINTS|Points!|ｐｏｉｎｔｓ|point|pionts|"
        "poinst|pointts|"
        "my points|balance|balnce|how many points do I have?|What's my balance|What’s my balance?|"
        "check my points please|points 😀"
    ),
    "show_history": (
        "明细|积分明细|积分记录|我的明细|明晰|mingxi|history|histroy|points history|statement"
    ),
    "show_help": (
        "帮助|帮助！|需要帮助|菜单|功能|怎么用|这个怎么用|bangzhu|help|HELP|hlep|help me|menu|"
        "I need help"
    ),
    "hand_over": (
        "人工|转人工|人工客服|客服|有人工吗|我要转人工客服|人工服务|找客服|rengong|kefu|agent|agnet|"
        "human|humann|customer service|talk to a human|I want to speak to an agent"
    ),
    "show_rewards": (
        "兑换|积分兑换|对换|duihuan|我要兑换|怎么兑换|兑换一下|兑换礼品|积分商城|rewards|Rewards!|"
        "redeem|redem|show me the rewards|what can I redeem"
    ),
    "show_gifts": (
        "礼物|我的礼物|送礼物|礼务|liwu|送朋友|gifts|gift|gifst|my gifts|show me my gifts"
    ),
    "show_member_code": (
        "会员码|我的会员码|会员马|huiyuanma|会员二维码|member code|membr code|my code|member card"
    ),
    "show_coupons": "优惠券|我的优惠券|有优惠券吗|优惠卷|youhuiquan|卡券|coupons|coupon|my coupons",
}
NOT_UNDERSTOOD = (
    "|？|😀|[Smile]|/:rose|ok|好的|谢谢|hello|hi|你好|今天天气不错|1234|约|月|鱼|yue|分|积|"
    "微积分|微积分怎么学|定积分是什么|面积分别是多少|累积分数|几分钟|还有几分钟到|有几分道理|我不要积分|"
    "人工智能|人工智能是什么|人工湖在哪|余额宝有多少|游客服务中心在哪|顾客服务|这个手机功能怎么样|"
    "谢谢你的帮助|帮助别人|我的订单明细|什么时候发货|我要退货|全|券商|退换货|没兑换成功|优惠政策|"
    "what's the point|appoint|disappoint|point of no return|thanks for your help|helpless|agency|"
    "urgent|rewarding|unrewarded|he got no reward|gift wrap my order|"
    "balanced diet|history of China|historical|humanity|hum|ints|the service was bad"
)


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_words_and_their_typos_are_understood(name: str) -> None:
    found = {said: router.understood(said) for said in UNDERSTOOD[name].split("|")}
    told = {said: one.handler.__name__ if one else "" for said, one in found.items()}
    assert told == dict.fromkeys(found, name)


def test_a_sentence_that_only_looks_like_it_is_not_taken_for_it() -> None:
    found = {said: router.understood(said) for said in NOT_UNDERSTOOD.split("|")}
    told = {said: one.handler.__name__ for said, one in found.items() if one}
    assert told == {}


@pytest.mark.parametrize(
    "said", ["积分" * 30_000, "points " * 9_000, "查" * 20_000 + "积分", "ﷺ" * 3000]
)
def test_a_long_text_costs_little_and_means_nothing(said: str) -> None:
    assert router.understood(said) is None


@pytest.mark.parametrize(
    ("said", "kept", "language"),
    [
        ("积分", "en", "zh"),
        ("my points积分", "en", "zh"),
        ("points", "zh", "en"),
        ("ｐｏｉｎｔｓ", "zh", "en"),
        ("jifen", "en", "zh"),
        ("ok", "zh", "zh"),
        ("ok", "en", "en"),
        ("666", "en", "en"),
        ("[Smile]", "zh", "zh"),
        ("/:rose", "zh", "zh"),
        ("😀", "en", "en"),
        ("", "en", "en"),
    ],
)
def test_the_language_is_told_by_letters_and_kept_where_they_do_not(
    said: str, kept: router.Language, language: str
) -> None:
    assert router.language_of(said, otherwise=kept) == language


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("兑换 1", "1"),
        ("兑换1", "1"),
        ("兑换１。", "1"),
        ("兑换 帆布袋", "帆布袋"),
        ("我要兑换帆布袋！", "帆布袋"),
        ("帮我兑换 Tote Bag", "totebag"),
        ("积分兑换帆布袋", "帆布袋"),
        ("兑换", ""),
        ("怎么兑换呢", ""),
        ("redeem 1", "1"),
        ("Redeem1", "1"),
        ("I want to redeem the Tote bag, please", "totebag"),
        ("rewards 2", "2"),
        ("redeem", ""),
        ("please show me rewards", ""),
    ],
)
def test_what_follows_the_word_goes_to_its_intent(said: str, more: str) -> None:
    found = router.understood(said)
    assert found
    assert (found.handler.__name__, found.more) == ("show_rewards", more)


@pytest.mark.parametrize("said", ["积分 1", "points 1", "帮助 1", "优惠券 3 折"])
def test_words_that_take_no_more_take_none(said: str) -> None:
    found = router.understood(said)
    assert not (found and found.more)
