"""Our server with one member pass, and Tmall as the tests play it: it signs without our code."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from connectors.tmall_pass.mixing import mix_phones
from jifen import app
from loyalty import connections, customers
from loyalty.connections import Connected, TmallPassSettings
from loyalty.customers import PhoneNumber
from loyalty.orders import IdentityRef
from models import IdentityKind
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now

__all__ = ["brand", "context", "redis"]

SHOP, KEY, SECRET, MIX_KEY = "flagship", "12345678", "top-secret-0001", "mixkey"
SHANGHAI = timezone(timedelta(hours=8))
MOBILE = "13800138000"


def mixed(mobile: str = MOBILE) -> str:
    inner = hashlib.md5(f"tmall{mobile}{MIX_KEY}".encode()).hexdigest()
    return hashlib.md5(inner.encode()).hexdigest()


def signed(told: dict[str, str], body: bytes, secret: str = SECRET) -> str:
    flat = "".join(name + told[name] for name in sorted(told)).encode()
    return hashlib.md5(secret.encode() + flat + body + secret.encode()).hexdigest().upper()


@dataclass
class Tmall:
    """Tmall, which asks at our address."""

    http: aiohttp.ClientSession
    origin: str
    context: Context

    async def ask(
        self,
        method: str,
        *,
        shop: str = SHOP,
        secret: str = SECRET,
        at: datetime | None = None,
        sign: str | None = None,
        raw: bytes | None = None,
        **asked: Any,
    ) -> tuple[int, Any]:
        """Ask about a shopper; the body is JSON."""
        told = {"seller_name": "旗舰店", "ouid": "ouid-lin", **asked}
        body = msgspec.json.encode(told) if raw is None else raw
        how: dict[str, Any] = {"shop": shop, "secret": secret, "at": at, "sign": sign}
        status, answer = await self.ask_raw(method, body, **how)
        return status, msgspec.json.decode(answer)

    async def ask_raw(
        self,
        method: str,
        body: bytes,
        *,
        shop: str = SHOP,
        secret: str = SECRET,
        at: datetime | None = None,
        sign: str | None = None,
    ) -> tuple[int, bytes]:
        """Ask with this body."""
        moment = (at or datetime.now(UTC)).astimezone(SHANGHAI)
        query = {
            "app_key": KEY,
            "method": method,
            "timestamp": f"{moment:%Y-%m-%d %H:%M:%S}",
            "v": "2.0",
        }
        query["sign"] = signed(query, body, secret) if sign is None else sign
        url = f"{self.origin}/tmall/members/{shop}?{urlencode(query)}"
        headers = {"Content-Type": "application/json"}
        async with self.http.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.read()

    async def may_bind(self, **asked: Any) -> Any:
        return (await self.ask("tmall.mei.crm.member.bind.query", **asked))[1]

    async def bind(self, **asked: Any) -> Any:
        return (await self.ask("tmall.mei.crm.bind", **{"type": "1", **asked}))[1]

    async def register(self, **asked: Any) -> Any:
        return (await self.ask("tmall.mei.crm.member.register", **asked))[1]

    async def query(self, **asked: Any) -> Any:
        return (await self.ask("tmall.mei.crm.query", **asked))[1]

    async def follower(self, openid: str, mobile: str = MOBILE) -> int:
        """Let somebody be known by her openid and her number."""
        buyer = (IdentityRef(IdentityKind.OPENID, "wx1", openid),)
        customer_id = await customers.meet(buyer, at=now(), through="official_account")
        await customers.bind_phone(
            customer_id, PhoneNumber(mobile, "86"), sealer=self.context.sealer, at=now()
        )
        return customer_id

    async def mix(self) -> int:
        return await mix_phones(self.context, now())


@pytest.fixture
async def tmall(brand: None, context: Context) -> AsyncIterator[Tmall]:
    settings = TmallPassSettings(SHOP, "旗舰店", KEY, SECRET, MIX_KEY)
    connection_id = await connections.save(settings, name="旗舰店", sealer=context.sealer, at=now())
    known = Connected(connection_id, SHOP, "旗舰店", settings)
    connected = replace(context, passes={SHOP: known})
    server = TestServer(app.create(connected))
    await server.start_server(shutdown_timeout=0.2)
    async with aiohttp.ClientSession() as http:
        yield Tmall(http, str(server.make_url("")).rstrip("/"), connected)
    await server.close()
