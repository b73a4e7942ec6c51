"""`jifen read-products` reads what shops sell, and says what came of each."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from jifen import embedded, product_reading, running
from jifen.settings import Settings
from loyalty import connections
from loyalty.sealing import Sealer, new_master_key
from models import db
from simulator.app import create_app
from tests.connectors.douyin import conftest as douyin
from tests.connectors.shopify import conftest as shopify
from tests.miniprogram_api.conftest import CHINA
from web.context import now

GOODS = [{"sku": "C-100", "title": "豆", "price_fen": 100}, {"sku": "x" * 101, "title": "长"}]


@pytest.fixture
async def china() -> AsyncIterator[str]:
    shops = (douyin.pair("", "")[0], shopify.pair("", "")[0])
    server = TestServer(create_app(replace(CHINA, platform_shops=shops)))
    await server.start_server(shutdown_timeout=0.2)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
async def reached(servers: embedded.Addresses, database_url: str) -> embedded.Addresses:
    await running.prepare(database_url)
    return embedded.Addresses(database_url, servers.redis_url)


async def test_each_shop_is_read_and_said_with_what_stopped_it(
    china: str,
    reached: embedded.Addresses,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = new_master_key()
    settings = Settings(*("", "", key), data=tmp_path, host="", port=0, pool_size=2)
    assert await product_reading.run(None, settings, reached) == 1
    assert "no shop is connected" in capsys.readouterr().err
    async with db.opened(reached.database_url):
        for told in (douyin.pair("", china)[1], shopify.pair("", china)[1]):
            await connections.save(told, name="店", sealer=Sealer(key), at=now())
    async with aiohttp.ClientSession() as http:
        for path, body in (
            (f"shops/douyin/{douyin.SHOP_ID}/goods", {"goods": GOODS}),
            ("faults", {"endpoints": {"/shopify/products.json": {"status": 404}}}),
        ):
            async with http.post(f"{china}/play/{path}", json=body) as answer:
                assert answer.status == 200
    assert await product_reading.run(None, settings, reached) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == "douyin 4463798: 1 products, 0 no longer sold there, 1 could not be used"
    assert second.startswith(f"shopify {shopify.DOMAIN}: stopped: products.json: 404")
    assert await product_reading.run(douyin.SHOP_ID, settings, reached) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
