"""What people read of points, rewards, coupons, and what is played for."""

POINT_TEXTS: dict[str, tuple[str, str]] = {
    # points
    "no_such_entry": ("没有这笔积分流水", "No such entry of points"),
    "points_out_of_range": (
        "积分数量应在 1 到 {most} 之间",
        "Points must be between 1 and {most}",
    ),
    "not_enough_points": (
        "积分不足：需要 {wanted}，可用 {available}",
        "Not enough points: {wanted} needed, {available} available",
    ),
    "not_enough_pending": (
        "待到账积分不足：需要 {wanted}，待到账 {pending}",
        "Not enough pending points: {wanted} needed, {pending} pending",
    ),
    "already_settled": ("这笔积分已经到账", "These points are available already"),
    "already_cancelled": ("这笔积分已经取消", "These points were cancelled already"),
    "more_than_spent": (
        "退回的积分超过已消耗的：想退 {wanted}，可退 {left}",
        "More than was spent: {wanted} to return, {left} left",
    ),
    "more_than_earned": (
        "扣回的积分超过已获得的：想扣 {wanted}，可扣 {left}",
        "More than was earned: {wanted} to take back, {left} left",
    ),
    "nothing_due": ("没有到期的积分", "No points are due to expire"),
    "same_member": ("不能转给自己", "Points cannot be moved to the same member"),
    "key_out_of_range": ("编号格式不正确", "This key cannot be used"),
    "cause_out_of_range": ("原因含有无法保存的字符", "The cause holds characters we cannot keep"),
    # conditions
    "not_invited_by_staff": ("仅限受邀会员", "By invitation only"),
    "not_in_community": ("仅限会员群成员", "For members of the VIP group only"),
    "not_in_segment": ("仅限受邀会员", "For invited members only"),
    "personal_offers_off": (
        "您已关闭专属优惠，可在设置中打开",
        "You have switched personal offers off; the settings bring them back",
    ),
    "min_spend_not_met": ("还差 {short_fen} 元", "¥{short_fen} more is needed"),
    "tier_too_low": (
        "需要达到{tier}，还差{short}",
        "{tier} is needed, {short} to go",
    ),
    # rewards
    "no_such_reward": ("没有这个奖励", "There is no such reward"),
    "reward_unavailable": ("暂时不能兑换", "Cannot be redeemed right now"),
    "reward_out_of_stock": ("已兑完", "All gone"),
    "reward_needs_coupon": ("仅限用兑换券兑换", "Only for an exchange coupon"),
    "reward_taken_back": (
        "订单已退款，奖励已收回",
        "The order was given back, and the reward with it",
    ),
    "reward_limit_reached": ("每人限兑 {most} 次", "At most {most} for each member"),
    "no_such_redemption": ("没有这笔兑换", "There is no such redemption"),
    "reward_in_miniprogram": (
        "请在小程序的积分商城兑换",
        "Redeem this one in the mini-program's rewards",
    ),
    "redemption_awaits_payment": ("这笔兑换尚未付款", "This redemption is not paid yet"),
    "early_access_locked": (
        "已用于待付款订单，不能取消",
        "An unpaid order has it: too late to cancel",
    ),
    "coupon_being_sent": (
        "代金券正在发放，不能取消",
        "The coupon is on its way: too late to cancel",
    ),
    "pay_coupons_gone": ("代金券已发完，已全部退回", "None was left: all is given back"),
    "pay_coupon_limit": (
        "已达到微信支付的领取上限，已全部退回",
        "You have as many as WeChat Pay allows: all is given back",
    ),
    "pay_account_abnormal": (
        "微信支付账户暂不能领取，已全部退回",
        "Your WeChat Pay account cannot take it: all is given back",
    ),
    "pay_coupon_refused": (
        "微信支付未能发放，已全部退回",
        "WeChat Pay could not send it: all is given back",
    ),
    "address_missing": ("请选择收货地址", "Please choose the address that it is sent to"),
    "redemption_shipped": ("礼品已寄出，不能取消", "It is on its way: too late to cancel"),
    "no_such_shipment": ("没有这笔邮寄兑换", "There is no such redemption to ship"),
    "not_to_ship": (
        "这笔兑换未付款、已取消或已结束，不用寄出",
        "Not paid, cancelled or over: nothing to ship",
    ),
    "not_shipped": ("礼品还没有寄出", "It is not shipped yet"),
    "parcel_returned": ("包裹被退回，已全部退回", "The parcel came back: all is given back"),
    "redemption_in_use": (
        "已使用 {used} 次，不能取消",
        "Used {used} times already: too late to cancel",
    ),
    "privilege_over": ("已到期，共使用 {used} 次", "Its days are over: used {used} times"),
    "not_paid": ("未付款，已全部退回", "Not paid: all is given back"),
    "redemption_over": ("这笔兑换已结束，不能取消", "This redemption is over: too late to cancel"),
    "no_such_redemption_code": ("没有这个兑换码", "There is no such redemption code"),
    "already_handed_over": (
        "已由 {by} 于 {handed_over_at} 交付",
        "Handed over already by {by}, {handed_over_at} Shanghai time",
    ),
    "redemption_cancelled": ("会员已取消这笔兑换", "The member has cancelled this redemption"),
    "redemption_expired": (
        "已过领取期限，已退回会员",
        "Not fetched in time: what it cost went back",
    ),
    # coupons
    "no_such_coupon": ("没有这张优惠券", "There is no such coupon"),
    "no_such_coupon_batch": ("没有这个券批次", "There is no such coupon batch"),
    "coupon_given": ("优惠券已赠送", "The coupon is in a gift"),
    "coupon_locked": (
        "优惠券已用于待付款订单",
        "Another unpaid order holds the coupon",
    ),
    "coupon_used": ("优惠券已使用", "The coupon is used"),
    "coupon_void": ("优惠券已作废", "The coupon is void"),
    "coupon_for_reward": (
        "兑换券请在积分商城使用",
        "An exchange coupon is used in the rewards",
    ),
    "coupon_not_for_reward": ("这张券不能兑换这个奖励", "The coupon is not for this reward"),
    "coupon_expired": ("优惠券已过期", "The coupon has expired"),
    "coupon_limit_reached": ("每人限领 {most} 张", "At most {most} for each member"),
    "coupons_all_gone": ("已领完", "All gone"),
    "coupon_claims_not_open": ("{claims_from} 开始领取", "To be claimed from {claims_from} on"),
    "coupon_claims_over": ("领取已结束", "Claiming is over"),
    # codes of coupons
    "no_such_coupon_code": (
        "没有这个券码，请核对后再试",
        "There is no such coupon code; please look at it again",
    ),
    "coupon_code_used": ("这个券码已被领取", "This coupon code has been claimed already"),
    "coupon_code_void": ("这个券码已作废", "This coupon code is void"),
    "coupon_code_ended": ("这个券码已过领取期限", "This coupon code can be claimed no more"),
    "too_many_code_tries": (
        "尝试次数过多，请 {minutes} 分钟后再试",
        "Too many tries: try again in {minutes} minutes",
    ),
    "no_such_code_run": ("没有这批券码", "There are no such codes"),
    "codes_not_ready": ("还在生成：{made}/{wanted}", "Still being made: {made} of {wanted}"),
    "code_count_out_of_range": (
        "数量应在 1 到 {most} 之间",
        "Between 1 and {most} codes can be made at once",
    ),
    "code_end_unreadable": (
        "日期应为 2026-11-22 这样的格式",
        "The day must look like 2026-11-22",
    ),
    "code_end_is_past": ("截止日已过", "The end date is past"),
    "codes_beyond_stock": (
        "券批次最多 {stock} 张，还可生成 {left} 个券码",
        "The batch has at most {stock} coupons: {left} more codes can be made",
    ),
    "code_word_out_of_shape": (
        "口令应为 4 到 20 个字母和数字，并含字母",
        "A word has 4 to 20 letters and digits, and a letter among them",
    ),
    "code_word_taken": ("口令 {word} 已被使用", "The word {word} is taken"),
    # why she has a coupon
    "coupon_by_code": ("券码领取", "By a coupon code"),
    "coupon_given_by_staff": ("品牌赠送", "A present from the brand"),
    "coupon_claimed_by_her": ("在领券中心领取", "Claimed by yourself"),
    "coupon_for_points": ("{points} 积分兑换", "Redeemed for {points} points"),
    "coupon_redeemed": ("兑换所得", "Redeemed"),
    "coupon_as_gift": ("朋友赠送", "A gift of a friend's"),
    # play
    "no_such_challenge": ("没有这个任务", "No such challenge"),
    "challenge_not_reached": (
        "还没有完成：{done}/{target}",
        "Not reached yet: {done} of {target}",
    ),
    "no_such_step": (
        "没有第 {step} 档，共 {steps} 档",
        "There is no step {step}: it has {steps}",
    ),
    "challenge_gives_nothing": (
        "{name}：至少要有积分、券或加倍",
        "{name}: it must give points, a coupon or a boost",
    ),
    "challenge_never_runs": (
        "{name}：规则在本轮开始之前就结束了",
        "{name}: the rule ends before its round begins",
    ),
    "challenge_longer_than_season": (
        "{name}：该赛季只有 {days} 天",
        "{name}: the season has only {days} days",
    ),
    "round_is_over": ("这一轮已经结束", "This round is over"),
    "round_is_coming": ("活动还没有开始", "It has not begun yet"),
    "not_in_team": ("加入会员群后才能参加", "It is for members of the VIP group"),
    "team_share_too_small": (
        "自己至少贡献 {target}，现有 {done}",
        "Bring {target} of it yourself; so far it is {done}",
    ),
    "not_today": ("只能签到今天（{today}）", "Only today can be checked in ({today})"),
    "no_such_segment": ("没有这个人群", "No such segment"),
    "no_such_campaign": ("没有这个营销活动", "No such campaign"),
    "no_such_board": ("没有这个排行榜", "No such leaderboard"),
}
