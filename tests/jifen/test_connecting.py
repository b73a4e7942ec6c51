"""An operator connects the brand's accounts: the platform is asked, and secrets stay sealed."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import asdict, replace

from jifen import connecting, grouping
from jifen.seeds.communities import RULE
from loyalty import connections, programme
from loyalty.connections import (
    MiniProgramSettings,
    OfficialAccountSettings,
    OwnStoreSettings,
    WeChatPaySettings,
    WeComSettings,
)
from loyalty.sealing import Sealer
from models import Community, Connection
from simulator.app import create_app
from simulator.settings import Group, WeCom
from tests import pay_keys as merchants
from tests.cast import JUNE_1
from tests.loyalty.store import SEALER
from tests.miniprogram_api.conftest import APP_ID, CHINA, SECRET

pytestmark = pytest.mark.usefixtures("database")

CORP = WeCom(
    "ww1234567890abcdef",
    "corp-secret",
    "corptoken",
    "a" * 43,
    "http://127.0.0.1:1/",
    staff=("chen",),
    groups=(Group("wrVIP", "VIP 会员群", "chen"),),
)
Told = Callable[[], tuple[str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """What was printed since: out and errors."""
    return lambda: tuple(capsys.readouterr())  # type: ignore[return-value]


@pytest.fixture
async def china() -> AsyncIterator[str]:
    server = TestServer(create_app(replace(CHINA, wecom=CORP)))
    await server.start_server(shutdown_timeout=0.2)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "connection.toml"


def account(china: str, **changed: str) -> dict[str, str]:
    wechat = CHINA.official_account
    return {
        "kind": "official_account",
        "name": "积分演示店",
        "app_id": wechat.app_id,
        "app_secret": wechat.app_secret,
        "original_id": wechat.original_id,
        "token": wechat.token,
        "encoding_aes_key": wechat.encoding_aes_key,
        "api_base": china,
        **changed,
    }


def write(file: Path, fields: dict[str, str]) -> None:
    lines = [f"{name} = '''{value}'''\n" for name, value in fields.items()]
    file.write_text("".join(lines))


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def connect(file: Path, fields: dict[str, str], *, is_checked: bool = True) -> int:
    write(file, fields)
    return await connecting.run(file, sealer=SEALER, is_checked=is_checked)


async def test_an_official_account_is_asked_for_a_token_and_kept_sealed(
    china: str, file: Path, told: Told
) -> None:
    assert await connect(file, account(china)) == 0
    out, _ = told()
    assert f"https://YOUR-ADDRESS/wechat/{CHINA.official_account.app_id}" in out
    (kept,) = await connections.load(OfficialAccountSettings, sealer=SEALER)
    assert (kept.name, kept.settings.original_id) == ("积分演示店", "gh_0123456789ab")
    assert CHINA.official_account.app_secret.encode() not in (await Connection.get()).sealed_body
    assert await connecting.show() == 0
    out, _ = told()
    assert "official_account" in out
    assert CHINA.official_account.app_secret not in out


async def test_connecting_again_replaces_what_was_known(china: str, file: Path) -> None:
    await connect(file, account(china))
    assert await connect(file, account(china, name="新名", token="another")) == 0
    (kept,) = await connections.load(OfficialAccountSettings, sealer=SEALER)
    assert (kept.name, kept.settings.token) == ("新名", "another")


async def test_a_secret_that_the_platform_refuses_is_not_kept(
    china: str, file: Path, told: Told
) -> None:
    wrong = account(china, app_secret="0" * 32)
    assert await connect(file, wrong) == 1
    error = told()[1]
    assert "nothing was kept" in error
    assert "40001" in error or "40125" in error
    assert "0" * 32 not in error
    assert not await Connection.exists()
    assert await connect(file, wrong, is_checked=False) == 0
    assert await Connection.exists()


async def test_every_kind_can_be_connected(china: str, file: Path) -> None:
    mini = {"kind": "miniprogram", "app_id": APP_ID, "app_secret": SECRET, "api_base": china}
    assert await connect(file, mini) == 0
    (program,) = await connections.load(MiniProgramSettings, sealer=SEALER)
    assert program.name == APP_ID, "what has no name is called by its id"
    corp = {
        "kind": "wecom",
        "corp_id": CORP.corp_id,
        "secret": CORP.secret,
        "token": CORP.token,
        "encoding_aes_key": CORP.encoding_aes_key,
        "api_base": f"{china}/qyapi",
    }
    assert await connect(file, corp) == 0
    pay = asdict(merchants.settings(APP_ID, api_base=china, notify_url="https://a.cn/n"))
    assert await connect(file, {"kind": "wechat_pay", **pay}) == 0
    (merchant,) = await connections.load(WeChatPaySettings, sealer=SEALER)
    assert merchant.settings.private_key.startswith("-----BEGIN")
    till = {"kind": "own_store", "code": "huaihai-road", "secret": "s" * 16, "shop_kind": "pos"}
    assert await connect(file, till) == 0
    (store,) = await connections.load(OwnStoreSettings, sealer=SEALER)
    assert (store.scope, store.settings.max_age_seconds) == ("huaihai-road", 300)


async def test_a_store_is_told_its_address_and_a_short_secret_is_refused(
    file: Path, told: Told
) -> None:
    till = {"kind": "own_store", "name": "淮海路店", "code": "huaihai-road", "secret": "s" * 16}
    assert await connect(file, till) == 0
    assert "https://YOUR-ADDRESS/ingest/huaihai-road/orders" in told()[0]
    for wrong in ({"secret": "short"}, {"code": "淮海路"}, {"shop_kind": "tmall"}):
        assert await connect(file, {**till, **wrong}) == 1
        assert f"The field {next(iter(wrong))} is wrong" in told()[1]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "telephone"}, "the field kind is one of official_account"),
        ({"token": ""}, "the field token is empty"),
        ({"encoding_aes_key": "short"}, "The field encoding_aes_key is wrong"),
        ({"encoding_aes_key": "a" * 43 + "\n"}, "The field encoding_aes_key is wrong"),
        ({"previous_encoding_aes_key": "x"}, "The field previous_encoding_aes_key is wrong"),
        ({"app_id": "wx{all}"}, "The field app_id is wrong"),
        ({"secret": "x"}, "The field secret is wrong: there is no such field"),
        ({"mode": "loud"}, "The field mode is wrong"),
    ],
)
async def test_a_field_that_is_wrong_is_named(
    china: str, file: Path, told: Told, fields: dict[str, str], said: str
) -> None:
    assert await connect(file, account(china, **fields)) == 1
    assert said in told()[1]
    assert not await Connection.exists()


async def test_a_file_that_says_nothing_is_refused(china: str, file: Path, told: Told) -> None:
    incomplete = account(china)
    del incomplete["token"]
    assert await connect(file, incomplete) == 1
    assert "The field token is wrong: it is missing" in told()[1]
    for content in (b"not = toml = at all", b"\xff", b"#" * 70_000, b"kind = ["):
        put(file, content)
        assert await connecting.run(file, sealer=SEALER, is_checked=False) == 1
        assert str(file) in told()[1]
    pay = asdict(merchants.settings(APP_ID, api_base=china, notify_url="https://a.cn/n"))
    for name in ("private_key", "public_key", "api_v3_key"):
        assert await connect(file, {"kind": "wechat_pay", **pay, name: "none"}) == 1
        assert name in told()[1]
    assert not await Connection.exists()


async def test_a_group_of_the_corp_becomes_the_vip_group(china: str, told: Told) -> None:
    known = WeComSettings(
        CORP.corp_id, CORP.secret, CORP.token, CORP.encoding_aes_key, api_base=f"{china}/qyapi"
    )

    async def group(code: str = "vip", chat: str = "wrVIP", *, capacity: int = 200) -> int:
        return await grouping.run(code, CORP.corp_id, chat, capacity=capacity, sealer=SEALER)

    assert await group() == 1
    assert "publish it first" in told()[1]
    await programme.publish("community:vip", RULE, starts_at=JUNE_1, by="test", at=JUNE_1)
    assert await group() == 1
    assert "is not connected" in told()[1]
    await connections.save(known, name="积分", sealer=SEALER, at=JUNE_1)
    assert await group(chat="wrNone") == 1
    assert await group(capacity=501) == 1
    assert not await Community.exists()
    assert await group() == 0
    kept = await Community.get()
    assert (kept.slot, kept.name, kept.owner) == ("community:vip", "VIP 会员群", "chen")


async def test_another_master_key_does_not_open_what_was_kept(china: str, file: Path) -> None:
    await connect(file, account(china))
    other = Sealer("b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q")
    with pytest.raises(Exception, match="key"):
        await connections.load(OfficialAccountSettings, sealer=other)


SHOPS = {
    "jd": {
        "vender_id": "10622317",
        "app_key": "JDKEY",
        "app_secret": "jd-secret",
        "access_token": "access",
        "seller_coupon_types": ["30", "100"],
    },
    "shopify": {
        "shop_domain": "example-coffee.myshopify.com",
        "access_token": "shpat_demo",
        "app_secret": "shpss_demo",
        "completed_when": "paid",
    },
}


def write_all(file: Path, fields: dict[str, object]) -> None:
    file.write_text("".join(f"{name} = {value!r}\n" for name, value in fields.items()))


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("jd", {"vender_id": "shop"}),
        ("jd", {"seller_coupon_types": ["30-x"]}),
        ("jd", {"api_base": "ftp://x"}),
        ("jd", {"access_token": ""}),
        ("shopify", {"shop_domain": "www.example.com"}),
        ("shopify", {"completed_when": "sent"}),
        ("shopify", {"api_version": "latest"}),
        ("shopify", {"password": "x"}),
    ],
)
async def test_a_shop_on_a_platform_is_kept_or_its_wrong_field_named(
    file: Path, told: Told, kind: str, wrong: dict[str, object]
) -> None:
    right = {"kind": kind, "name": "旗舰店"} | SHOPS[kind]
    write_all(file, right | wrong)
    assert await connecting.run(file, sealer=SEALER, is_checked=False) == 1
    assert next(iter(wrong)) in told()[1]
    write_all(file, right)
    assert await connecting.run(file, sealer=SEALER, is_checked=False) == 0
    assert ("/ingest/shopify" in told()[0]) == (kind == "shopify")
    (kept,) = await connections.load(connecting.KINDS[kind], sealer=SEALER)
    assert kept.name == "旗舰店"
    assert "secret" not in repr(kept.settings)
