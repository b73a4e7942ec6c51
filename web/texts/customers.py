"""What people read of customers: who they are, their names, and what they may join."""

CUSTOMER_TEXTS: dict[str, tuple[str, str]] = {
    # customers
    "identities_of_two_customers": (
        "这些身份属于两位顾客，需要先合并",
        "These identities belong to two customers, who must be merged first",
    ),
    "known_identity_unknown": (
        "没有这样的顾客：{kind}:{scope}:{value}",
        "There is no such customer: {kind}:{scope}:{value}",
    ),
    "other_identity_unknown": (
        "还不认识 {scope}:{value}：请先关注公众号",
        "{scope}:{value} is not known yet: she must follow the account first",
    ),
    "already_linked": (
        "两位顾客是同一公众号的不同粉丝，或手机号、unionid 不同，或合并后被员工撤销过",
        "They follow the same account as two, have different phone numbers or unionids, or were"
        " merged before and staff undid it",
    ),
    "no_such_member": ("没有这位会员", "No such member"),
    "same_customer": ("两边是同一位顾客", "Both are the same customer"),
    "several_members": (
        "找到多位会员，请用卡号（No.）指明",
        "Several members are found by this, please give the number (No.)",
    ),
    "reason_missing": ("请填写原因", "Please give the reason"),
    "no_such_merge": ("没有这次合并", "No such merge"),
    "member_was_merged": (
        "该会员已并入另一位会员，请重试",
        "This member was merged into another, please try again",
    ),
    "member_was_deleted": (
        "该会员的账号已注销，不能再变动",
        "This member's account was deleted: nothing of it changes any more",
    ),
    "deletion_hindered": (
        "还有未办完的事项，暂时不能注销：{hindrances}",
        "The account cannot be deleted yet, something is to be settled first: {hindrances}",
    ),
    "deletion_changed": (
        "将放弃的积分或优惠券刚刚有变化，请重新查看后再确认",
        "What would be given up has changed meanwhile: please look again and confirm",
    ),
    "deletion_way_unknown": ("请选择会员提出注销的方式", "Please choose how the member asked"),
    "deletion_not_confirmed": (
        "请勾选确认：注销不能撤销",
        "Please tick that you know it cannot be undone",
    ),
    "no_such_customer": ("没有这位顾客", "No such customer"),
    "email_not_usable": ("邮箱地址不正确", "This is not a usable e-mail address"),
    # phone numbers
    "phone_code_invalid": (
        "手机号授权已失效，请重试",
        "The phone number's code is wrong or too old, please try again",
    ),
    "phone_not_usable": ("手机号不正确", "This is not a usable phone number"),
    "phone_of_another_customer": (
        "该手机号已绑定其他会员，请联系客服合并",
        "This number belongs to another member; please ask customer service to merge the two",
    ),
    # membership shown by shops on WeChat
    "pass_not_connected": ("暂未开通店铺会员", "Membership in shops is not connected yet"),
    "shop_session_invalid": (
        "入会链接已失效，请回到店铺重新进入",
        "This link to join has ended, please come from the shop once more",
    ),
    # consents
    "purpose_without_channel": (
        "该用途没有这个渠道，请更新小程序后再试",
        "There is no such channel for this purpose",
    ),
    # member codes
    "no_such_member_code": (
        "会员码不正确，请让会员刷新后再试",
        "This is no member's code, ask her to show it anew",
    ),
    "member_code_over": (
        "会员码已过期，请让会员刷新后再试",
        "This code is over, ask her to show the one of now",
    ),
    "member_code_not_usable": (
        "会员码与付款时间不符，或已用于另一笔订单",
        "The member code was not shown when this was paid, or it named another order",
    ),
    # communities
    "no_such_community": ("没有这个会员群", "There is no such VIP group"),
    "community_full": ("会员群已满（{capacity} 人）", "The VIP group is full ({capacity} people)"),
    "join_way_missing": (
        "进群二维码尚未生成，请稍后再试",
        "There is no QR code yet, try again soon",
    ),
}
