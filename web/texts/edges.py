"""What people read where a request, a session, a form or a platform was not right."""

EDGE_TEXTS: dict[str, tuple[str, str]] = {
    # the request itself
    "bad_request": ("请求格式不正确", "The request is not well-formed"),
    "bad_field": ("字段 {field} 不正确：{wanted}", "The field {field} is wrong: {wanted}"),
    "body_broken": ("请求体不完整或已损坏", "The body is cut off or damaged"),
    "body_too_large": ("请求体过大，最多 {most_bytes} 字节", "The body exceeds {most_bytes} bytes"),
    "body_too_slow": (
        "请求体未在 {seconds} 秒内发完",
        "The body did not arrive within {seconds} seconds",
    ),
    "wrong_content_type": ("请求体必须是 {wanted}", "The body must be {wanted}"),
    "no_such_address": ("地址不存在", "There is nothing at this address"),
    "method_not_allowed": ("该地址不支持此方法", "This address does not take this method"),
    "too_many_requests": ("操作太频繁，请稍后再试", "Too many requests, please try again later"),
    "unavailable": ("服务暂时不可用，请稍后再试", "Not available right now, please try again"),
    "internal": ("服务出现错误，请稍后再试", "Something went wrong on our side"),
    # sessions and logins
    "session_missing": ("请先登录", "Please sign in first"),
    "session_unknown": (
        "登录已失效，请重新登录",
        "This session is not valid, please sign in again",
    ),
    "session_expired": ("登录已过期，请重新登录", "The session has ended, please sign in again"),
    "forbidden": ("没有权限", "This is not allowed"),
    "account_blocked": ("该微信账号暂时无法登录", "This WeChat account cannot sign in"),
    "login_code_invalid": (
        "登录凭证无效或已过期，请重试",
        "The login code is wrong or too old, please try again",
    ),
    "login_code_used": (
        "登录凭证已被使用，请重试",
        "The login code was used already, please try again",
    ),
    "no_such_miniprogram": ("小程序未接入", "This mini-program is not connected"),
    # the platform
    "platform_unavailable": ("微信暂时没有响应，请稍后再试", "WeChat does not answer right now"),
    "platform_refused": ("微信拒绝了请求", "WeChat refused the request"),
    "platform_quota_spent": ("微信接口调用次数已用完", "WeChat allows no more calls for now"),
    "content_not_allowed": (
        "内容含有不适宜的信息，请修改后再试",
        "WeChat does not allow this text, please write it differently",
    ),
    "content_doubtful": (
        "内容可能不适宜，请换一种说法",
        "WeChat is not sure about this text, please write it differently",
    ),
    "content_check_away": (
        "暂时无法检查您写的内容，没有保存，请稍后再试",
        "Your words cannot be checked right now and were not kept, please try again",
    ),
    # families
    "loyalty_error": ("暂时无法完成", "This cannot be done"),
    "not_found": ("没有找到", "Not found"),
    "refused": ("不符合规则", "The rules do not allow this"),
    "key_reused": ("同一编号已用于其他内容", "The same key stands for something else already"),
    # staff
    "wrong_password": ("账号或密码不对", "Wrong account or password"),
    "no_such_connection": ("没有这个平台连接", "No such connection"),
    "wrong_code": ("验证码不对或已用过", "This code is wrong, or was used before"),
    "second_step_is_on": ("两步验证已开启", "The second step is on already"),
    "staff_account_taken": ("这个账号已有人使用", "This account is taken"),
    "last_owner_stays": (
        "至少要留一位所有者",
        "One owner must stay",
    ),
    "own_account_stays": (
        "不能停用自己的账号，也不能去掉自己的所有者角色",
        "You cannot sign yourself out for good, nor stop being an owner",
    ),
    "password_out_of_range": (
        "密码应为 {least} 到 {most} 位",
        "A password has {least} to {most} characters",
    ),
    "wecom_user_of_another": (
        "企业微信成员 {wecom_user_id} 已用于账号 {account}",
        "The WeCom user {wecom_user_id} signs in as {account} already",
    ),
    "no_such_staff_member": ("没有这位员工", "No such staff member"),
    "not_for_your_role": ("您的角色不能查看此页", "Your role may not see this page"),
    "no_such_task": ("没有这项待办", "There is no such task"),
    "community_rule_missing": ("请选择入群规则", "Choose the rule of who may join"),
    "community_capacity_wrong": (
        "人数上限应为 2 到 {most}",
        "A group holds 2 to {most} people",
    ),
    "wecom_not_answering": (
        "企业微信暂时没有响应，请稍后重试",
        "WeCom does not answer: try again later",
    ),
    "no_such_occasion": (
        "未来两个月内没有这次安排",
        "Nothing like it is planned within two months",
    ),
    "no_such_send": ("没有这次群发", "There is no such mass send"),
    "send_is_over": ("这次群发已经结束", "This mass send is over"),
    "send_name_missing": (
        "请填写名称，最多 {most} 个字",
        "Name it, with {most} characters at most",
    ),
    "send_text_missing": ("请填写正文", "Write the text"),
    "send_text_too_long": ("正文最多 {most} 个字", "A text has {most} characters at most"),
    "send_time_wrong": (
        "发送时间应在现在之后、一年之内",
        "It is sent between now and a year from now",
    ),
    "send_audience_missing": ("请选择发给谁", "Choose to whom it goes"),
    "send_groups_not_invited": (
        "发到群里时不能邀请入群",
        "Who is in a group is not invited by what is sent into it",
    ),
    "audience_is_no_groups": (
        "群发到群时请选择社群",
        "What is sent into groups is for a community",
    ),
    "no_such_audience": ("没有这个受众：{audience}", "There is no such audience: {audience}"),
    "send_picture_wrong": (
        "图片应为 PNG 或 JPG，最大 1 MB",
        "A picture is a PNG or JPEG of 1 MB at most",
    ),
    "send_picture_not_taken": (
        "企业微信没有收下图片，请稍后重试",
        "WeCom did not take the picture: try again later",
    ),
    "no_corp": ("尚未连接企业微信", "No WeCom corp is connected"),
    "scan_not_ours": ("登录已过期，请重新扫码", "This scan is over: please scan again"),
    "scan_code_invalid": ("扫码无效，请重新扫码", "The scan is not valid: please scan again"),
    "rule_is_over": ("规则已经结束", "This rule is over already"),
    "rule_always_holds": (
        "这条规则不能结束，只能修改",
        "This rule cannot be ended, only changed",
    ),
    "rule_is_named": (
        "{by} 仍在使用这条规则，请先修改或结束它",
        "{by} still names this rule: change or end that one first",
    ),
    "reward_has_coupons": (
        "会员手中还有这份奖励的兑换券，请等用完或过期后再结束",
        "Members still hold coupons for this reward: end it when they are used or over",
    ),
    "tag_name_taken": (
        "标签“{tag}”已属于规则 {slot}",
        "The tag “{tag}” is that of the rule {slot}",
    ),
    "reward_is_exchange": (
        "{slot} 给出的 {coupon} 是兑换券，奖励不能再是兑换券",
        "{slot} gives {coupon}, which is exchanged for a reward: a reward cannot be such a coupon",
    ),
    "rule_too_old": (
        "第 {version} 版的字段已不再适用，请重新填写",
        "The fields of version {version} are no longer those of today: fill in a new one",
    ),
    "no_such_rule": ("没有这条规则", "There is no such rule"),
    "form_not_ours": ("页面已过期，请刷新重试", "This form is too old: reload the page"),
}
