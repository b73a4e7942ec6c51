"""The message templates that the demo's official account and mini-program registered."""

from simulator.settings import Template

POINTS_CHANGED = Template(
    template_id="Jf1qT0cVb7nZs4XyKe9uRmLw2PdHa6GoYiB3tWkC5Mx",
    title="积分变动通知",
    content="变动积分：{{character_string1.DATA}}\n变动原因：{{thing2.DATA}}\n"
    "可用积分：{{number3.DATA}}\n变动时间：{{time4.DATA}}",
)
POINTS_EXPIRE = Template(
    template_id="Jf2wE8sNd5vQk1UhLa7oXzRc4TmYb0GpJiF6yVtH9Bk",
    title="积分到期提醒",
    content="即将到期：{{number1.DATA}}\n可用积分：{{number2.DATA}}\n"
    "到期时间：{{time3.DATA}}\n温馨提示：{{thing4.DATA}}",
)
JOINED = Template(
    template_id="Jf3rY6mHc9xWe2ObSn8kDvQa5LuZi1TgPjX4fKsN7Eq",
    title="入会成功通知",
    content="会员店铺：{{thing1.DATA}}\n入会时间：{{time2.DATA}}\n可用积分：{{number3.DATA}}",
)
# A subscribe message of the mini-program; see `MiniProgramSettings.coupon_template_id`.
COUPON = Template(
    template_id="Jf4cP7nVd1kWs9XoEa6tLbRy3QmUz8HgTiC5fJxN2Sv",
    title="优惠券到账通知",
    content="优惠券：{{thing1.DATA}}\n赠送原因：{{thing2.DATA}}\n有效期至：{{date3.DATA}}",
)
TEMPLATES = (POINTS_CHANGED, POINTS_EXPIRE, JOINED)
