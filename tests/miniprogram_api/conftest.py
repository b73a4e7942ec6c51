"""The shopper's edge on a real port, and WeChat played by the simulator."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

import miniprogram_api
from jifen.clients import pay_keys
from loyalty import customers
from loyalty.connections import Connected, MiniProgramSettings
from loyalty.orders import IdentityRef
from models import IdentityKind
from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.settings import ConsumerSeed, MiniProgram, OfficialAccount, Settings
from tests import pay_keys as merchants
from tests.cast import NOVEMBER_22
from tests.web.conftest import Asked, Caller, Json, Serve, away, context, http, lines, redis, serve
from web.context import Context, MiniProgramAccount, PayAccount
from wechat import miniprogram
from wechat.exchange import Limits
from wechat.pay import Pay
from wechat.tokens import MemoryTokens

__all__ = ["away", "context", "http", "lines", "redis", "serve"]

APP_ID = "wxfedcba0987654321"
SECRET = "fedcba9876543210fedcba9876543210"
ACCOUNT_APP_ID = "wx0123456789abcdef"
PREFIX = "/miniprogram/v1"
SOURCE = Path(__file__).parents[2] / "miniprogram"
PATIENT = Limits(total_seconds=10, backoff_seconds=(0.0, 0.0))
IMPATIENT = Limits(total_seconds=1.0, backoff_seconds=(0.0, 0.0))

CHINA = Settings(
    official_account=OfficialAccount(
        ACCOUNT_APP_ID,
        "s" * 32,
        "gh_0123456789ab",
        "积分",
        "token",
        "http://127.0.0.1:1/",
        "a" * 43,
    ),
    miniprogram=MiniProgram(APP_ID, SECRET, folder=str(SOURCE)),
    consumers=(ConsumerSeed("林小满"), ConsumerSeed("Emma", "en")),
    merchant=merchants.merchant(),
    assumed=Assumed(pay_notice_pauses_seconds=(0.05,)),
)


@dataclass
class Phone:
    """What the mini-program on one consumer's phone does."""

    server: Caller
    china: str
    consumer: Json
    token: str = ""

    @property
    def unionid(self) -> IdentityRef:
        return IdentityRef(IdentityKind.UNIONID, "", self.consumer["unionid"])

    @property
    def openid(self) -> IdentityRef:
        return IdentityRef(IdentityKind.OPENID, APP_ID, self.consumer["miniprogram_openid"])

    async def code(self, *, blocked: bool = False) -> str:
        path = f"{self.china}/play/consumers/{self.consumer['id']}/miniprogram/login"
        async with self.server.session.post(path, json={"blocked": blocked}) as response:
            return str((await response.json())["code"])

    async def sign_in(self, code: str | None = None, **more: Any) -> Asked:
        body = {"code": await self.code() if code is None else code, **more}
        answer = await self.server.ask("POST", f"{PREFIX}/session", json=body)
        if answer.http_status == 201:
            self.token = answer.told["token"]
        return answer

    async def ask(self, method: str, path: str, **how: Any) -> Asked:
        headers = {"Authorization": f"Bearer {self.token}", **how.pop("headers", {})}
        return await self.server.ask(method, PREFIX + path, headers=headers, **how)

    async def get(self, path: str, **how: Any) -> Asked:
        return await self.ask("GET", path, **how)

    async def phone_code(self, number: str = "13800138000") -> str:
        path = f"{self.china}/play/consumers/{self.consumer['id']}/miniprogram/phone"
        async with self.server.session.post(path, json={"phone": number}) as response:
            return str((await response.json())["code"])

    async def pay(self, payment: Json, **wish: Any) -> Json:
        """Open the payment sheet and confirm it, or not; then the server has been told."""
        path = f"{self.china}/play/consumers/{self.consumer['id']}/miniprogram/pay?wait=1"
        async with self.server.session.post(path, json={**payment, **wish}) as response:
            return dict(await response.json())

    async def play(self, path: str, body: Json) -> Json:
        """Do something with her hands."""
        url = f"{self.china}/play/consumers/{self.consumer['id']}/{path}"
        async with self.server.session.post(url, json=body) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    async def china_clock(self, offset_seconds: int) -> None:
        told = {"offset_seconds": offset_seconds}
        async with self.server.session.post(f"{self.china}/play/clock", json=told) as response:
            assert response.status == 200

    async def china_faults(self, **faults: object) -> None:
        async with self.server.session.post(f"{self.china}/play/faults", json=faults) as response:
            assert response.status == 200

    async def faults(self, **fault: object) -> None:
        faults = {"endpoints": {"/sns/jscode2session": fault}}
        async with self.server.session.post(f"{self.china}/play/faults", json=faults) as response:
            assert response.status == 200

    async def known(self, *identities: IdentityRef) -> int:
        """Let us know her already by these identities, and return the customer id."""
        return await customers.meet(identities, at=NOVEMBER_22, through="test")


@pytest.fixture
async def china() -> AsyncIterator[str]:
    """The address of a running simulator."""
    server = TestServer(create_app(CHINA))
    await server.start_server(shutdown_timeout=0.2)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def limits() -> Limits:
    """How long WeChat is waited for: longer than a busy machine stands still."""
    return PATIENT


@pytest.fixture
def connected(context: Context, http: aiohttp.ClientSession, china: str, limits: Limits) -> Context:
    """A process that is connected to one mini-program."""
    client = miniprogram.MiniProgram(
        http, MemoryTokens(), app_id=APP_ID, app_secret=SECRET, api_base=china, limits=limits
    )
    settings = MiniProgramSettings(APP_ID, SECRET, api_base=china)
    account = MiniProgramAccount(Connected(1, APP_ID, "积分", settings), client)
    return Context(
        redis=context.redis,
        http=http,
        sealer=context.sealer,
        accounts={},
        miniprograms={APP_ID: account},
        merchants={},
    )


@pytest.fixture
async def server(serve: Serve, connected: Context, database: None) -> Caller:
    return await serve(connected, miniprogram_api.add_to)


@pytest.fixture
def merchant(server: Caller, connected: Context, china: str) -> PayAccount:
    """Connect the server to a merchant whose notices it hears."""
    notify_url = f"{server.origin}/wechat-pay/{merchants.MCH_ID}/notices"
    settings = merchants.settings(APP_ID, api_base=china, notify_url=notify_url)
    client = Pay(connected.http, pay_keys(settings), api_base=china, limits=PATIENT)
    account = PayAccount(Connected(2, merchants.MCH_ID, "积分", settings), client)
    assert isinstance(connected.merchants, dict)
    connected.merchants[APP_ID] = account
    return account


async def phone_of(server: Caller, china: str, nickname: str) -> Phone:
    async with server.session.get(f"{china}/play/state") as response:
        consumers = (await response.json())["consumers"]
    return Phone(server, china, next(one for one in consumers if one["nickname"] == nickname))


@pytest.fixture
async def lin(server: Caller, china: str) -> Phone:
    return await phone_of(server, china, "林小满")


@pytest.fixture
async def emma(server: Caller, china: str) -> Phone:
    return await phone_of(server, china, "Emma")
