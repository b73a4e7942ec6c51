"""What columns of a table of members and points are called, in Chinese and English."""

from connectors.files.headings import Headings

SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (
        *("会员号", "会员编号", "会员卡号", "卡号", "会员ID", "客户编号", "用户ID"),
        *("member number", "member id", "card number", "customer id", "member"),
    ),
    "mobile": (
        *("手机号", "手机号码", "手机", "联系电话", "会员手机号", "注册手机号"),
        *("mobile", "mobile number", "phone", "phone number"),
    ),
    "unionid": ("unionid", "union id", "微信unionid"),
    "openid": ("openid", "open id", "微信openid", "小程序openid", "公众号openid"),
    "app_id": ("appid", "app id", "小程序appid", "公众号appid"),
    "points": (
        *("积分", "可用积分", "当前积分", "剩余积分", "积分余额", "积分数"),
        *("points", "balance", "points balance", "available points", "remaining"),
    ),
    "expires_on": (
        *("到期日", "到期日期", "有效期", "有效期至", "失效日期", "过期日期", "积分到期日"),
        *("expires on", "expires", "expiry", "expiry date", "valid until"),
    ),
    "joined_on": (
        *("入会日期", "入会时间", "注册日期", "注册时间", "开卡日期", "加入日期"),
        *("joined on", "joined", "join date", "registered on", "registration date"),
    ),
}
NAMES = ("name", "mobile", "unionid", "openid")
HEADINGS = Headings(SYNONYMS, needed=NAMES, lacking="no_name_column")
