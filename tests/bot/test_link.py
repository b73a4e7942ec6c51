"""绑定 in the chat: by what we know her, and where her orders come from."""

from datetime import UTC, datetime

from loyalty import connections, customers
from loyalty.connections import DouyinPassSettings, PlatformSettings, TmallPassSettings
from loyalty.customers import PhoneNumber
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import Identity, IdentityKind, db
from tests.bot.conftest import MASTER_KEY, Town
from tests.loyalty.play_scene import buys

OPENID = "oLinks"


async def test_she_learns_what_is_hers_and_how_more_becomes_hers(town: Town) -> None:
    told = (await town.platform.says("绑定", openid=OPENID)).said
    assert told.splitlines() == [
        "您的会员已绑定：微信。",
        "在小程序「我的」→「设置」里绑定手机号，留有同一号码的门店、商城订单和积分会合并进来。",
    ]
    hers = IdentityRef(IdentityKind.OPENID, next(iter(town.context.accounts)), OPENID)
    await buys("1", 30, paid_at=datetime.now(UTC), buyer=hers)
    identity = await Identity.get(value=OPENID)
    await customers.bind_phone(
        identity.customer_id,
        PhoneNumber("13800138000", "86"),
        sealer=Sealer(MASTER_KEY),
        at=datetime.now(UTC),
    )
    told = (await town.platform.says("绑定手机号", openid=OPENID)).said
    assert told.splitlines() == ["您的会员已绑定：微信、手机号。", "订单来自：天猫旗舰店（1 单）。"]
    assert (await town.platform.says("link", openid=OPENID)).said.splitlines() == [
        "We know you by WeChat, your phone number.",
        "Your orders came from Tmall 旗舰店 (1 order).",
    ]


async def test_a_shops_name_that_tells_its_platform_tells_it_once(town: Town) -> None:
    hers = IdentityRef(IdentityKind.OPENID, next(iter(town.context.accounts)), OPENID)
    await town.platform.says("帮助", openid=OPENID)
    await buys("1", 30, paid_at=datetime.now(UTC), buyer=hers)
    await db.fetch("UPDATE shop SET name = '天猫旗舰店'")
    told = (await town.platform.says("绑定", openid=OPENID)).said
    assert "订单来自：天猫旗舰店（1 单）" in told


async def test_she_learns_on_which_platforms_joining_brings_her_orders(town: Town) -> None:
    passes: list[PlatformSettings] = [
        TmallPassSettings("flagship", "旗舰店", "12345678", "secret", "mixkey"),
        DouyinPassSettings("4463798", app_id=1),
    ]
    for settings in passes:
        await connections.save(settings, name="x", sealer=Sealer(MASTER_KEY), at=datetime.now(UTC))
    told = (await town.platform.says("绑定", openid=OPENID)).said.splitlines()
    assert told[-1] == "用同一手机号在抖音、天猫店铺的会员页入会，那里的订单也会合并进来。"
    told = (await town.platform.says("link", openid=OPENID)).said.splitlines()
    assert told[-1] == (
        "Join on the member page of our shops on Douyin and Tmall with the same phone number, and"
        " your orders there become yours here, too."
    )


async def test_another_ones_orders_are_not_told(town: Town) -> None:
    app_id = next(iter(town.context.accounts))
    other = IdentityRef(IdentityKind.OPENID, app_id, "oOther")
    await town.platform.says("帮助", openid="oOther")
    await buys("1", 30, paid_at=datetime.now(UTC), buyer=other)
    assert "订单来自" not in (await town.platform.says("绑定", openid=OPENID)).said
