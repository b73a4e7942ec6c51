"""帮助: what she can ask."""

from bot.router import intent
from bot.turn import Reply, Turn


@intent("帮助", "菜单", "怎么用", "功能", "help", "menu", key="help")
def show_help(turn: Turn) -> Reply:
    return turn.say(
        zh="您可以发送：\n积分 - 查看可用、待到账和即将过期的积分\n明细 - 最近的积分变动\n"
        "等级 - 您的等级，以及如何升级和保级\n"
        "兑换 - 用积分换礼品和优惠券\n优惠券 - 可用的优惠券\n"
        "领券 - 可以领取的优惠券\n券码 - 用券码领券\n礼物 - 送出后等待领取的礼物\n"
        "会员码 - 到店出示，积分自动到账\n"
        "到店 - 在门店扫码打卡得积分\n直播 - 直播间暗号签到得积分\n"
        "签到 - 每日签到领积分\n任务 - 进行中的任务和奖励\n"
        "问卷 - 回答问卷得积分\n活动 - 近期活动和您的报名\n"
        "排行榜 - 本周积分榜\n邀请 - 您的邀请码，朋友首单后双方得奖励\n"
        "绑定 - 已关联的账号和订单\n会员群 - 加入会员专属群\n"
        "人工 - 转接人工客服\n帮助 - 显示本说明",
        en="You can send:\npoints - what you can spend, what is pending or expires soon\n"
        "history - the latest movements\n"
        "tier - yours, and how to rise and to keep it\nrewards - what you can redeem points for\n"
        "coupons - those you can use\ngrab - coupons to claim\n"
        "code - a coupon by its code\ngifts - those that wait for a friend\n"
        "member code - to show at a till\nvisit - points for a visit to a shop\n"
        "live - points for the word of a live room\ncheck in - points for today\n"
        "challenges - what is on, and your rewards\n"
        "survey - points for your answers\nevents - what is planned, and your place\n"
        "leaderboard - the points of the week\n"
        "invite - your code for friends, and rewards for both\n"
        "link - the accounts and orders that are yours\n"
        "vip group - the group for members\nagent - talk to a person\nhelp - this list",
    )
