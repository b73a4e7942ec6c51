"""Passes: what Tmall asks of the member pass while orders flow, and Tmall itself never answers.

Server, worker, database and load share the machine's cores. Each question is sent when it is due,
however long the ones before take. The shop's own API accepts calls and hangs.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from urllib.parse import urlencode

import aiohttp
import msgspec

from benchmarks import processes, servers, stores
from benchmarks.measuring import BenchmarkFailed, free_port, quantile
from benchmarks.reporting import Comparison, Goal, Row, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from connectors.tmall_pass.signature import mix_mobile, signature
from loyalty import connections, customers, member_pass
from loyalty.calendar import SHANGHAI
from loyalty.connections import TmallPassSettings, TmallSettings
from loyalty.customers import PhoneNumber
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer, new_master_key
from models import IdentityKind, db
from web.context import now

SHOP, KEY, SECRET, MIX_KEY = "benchmark", "12345678", "a secret of the app", "a mix key"
MEMBERS = 1_000
QUESTIONS_A_SECOND = 100
ORDERS_A_SECOND = 1_000
SECONDS, SHORT_SECONDS = 30.0, 3.0
WARMING, SETTLING_SECONDS = 32, 0.5
MOST_MS = Goal("at_most", 100, "ms")
# It may, or Tmall is to ask again, which comes after a second and is counted as that.
ANSWERS = ("SUC", "E05")
MAY_BIND = "tmall.mei.crm.member.bind.query"


def compare(setting: Setting) -> Comparison:
    """Ask whether members may bind, and tell how long the answers took.

    Raises:
        BenchmarkFailed: an answer was wrong, or an order was refused.
    """
    seconds = SHORT_SECONDS if setting.is_short else SECONDS
    rounds = [_round(setting, seconds) for _ in range(1 if setting.is_short else 3)]
    rows = [_row(rounds, part, name) for part, name in ((0.5, "p50"), (0.99, "p99"))]
    rows.append(_row(rounds, 0.999, "p99.9", goal=MOST_MS))
    told = f"{QUESTIONS_A_SECOND} questions and {ORDERS_A_SECOND:,} orders a second, Tmall hangs"
    return Comparison("passes", rows, {}, [told])


def _row(rounds: list[list[float]], part: float, name: str, *, goal: Goal | None = None) -> Row:
    per_round = [quantile(one, part) for one in rounds]
    return alone(f"bind query, {name}", "ms", per_round, goal=goal)


def _round(setting: Setting, seconds: float) -> list[float]:
    """Return how many milliseconds each question took."""
    master_key, hanging = new_master_key(), free_port()
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        setting.tell(f"passes: laying {MEMBERS:,} members with phone numbers")
        asyncio.run(_lay(found, master_key, hanging))
        with processes.serving(found, master_key) as port, processes.working(found, master_key):
            first = stores.bodies(stores.A_CALL, named="first")
            asyncio.run(stores.told_and_worked(found, port, first, stores.A_CALL))
            setting.tell(f"passes: {seconds:g} s")
            return asyncio.run(_measure(port, hanging, seconds))


async def _lay(found: Database, master_key: str, hanging: int) -> None:
    await stores.lay(found, master_key)
    sealer, at = Sealer(master_key), now()
    shop = TmallSettings(
        seller_nick="旗舰店",
        app_key=KEY,
        app_secret=SECRET,
        session="a session",
        shop_code=SHOP,
        api_base=f"http://127.0.0.1:{hanging}/router/rest",
        messages_base=f"ws://127.0.0.1:{hanging}/",
    )
    known = TmallPassSettings(SHOP, "旗舰店", KEY, SECRET, MIX_KEY)
    async with db.opened(found.url, pool_size=4):
        await connections.save(shop, name="Benchmark", sealer=sealer, at=at)
        pass_id = await connections.save(known, name="Benchmark", sealer=sealer, at=at)
        names = [IdentityRef(IdentityKind.OPENID, "wx1", f"o{n}") for n in range(MEMBERS)]
        async with db.transaction():
            ids = await customers.identify([(one,) for one in names], at=at, through="benchmark")
        for number, customer_id in enumerate(ids):
            assert isinstance(customer_id, int)
            phone = PhoneNumber(_mobile(number), "86")
            await customers.bind_phone(customer_id, phone, sealer=sealer, at=at)
        hashing = partial(mix_mobile, mix_key=MIX_KEY)
        while await member_pass.mix(pass_id, hashing, sealer=sealer, at=at):
            pass


def _mobile(number: int) -> str:
    return str(13_800_000_000 + number)


async def _measure(port: int, hanging: int, seconds: float) -> list[float]:
    calls = stores.bodies(int(seconds * ORDERS_A_SECOND), named="B")
    async with (
        _hangs(hanging),
        aiohttp.ClientSession(
            f"http://127.0.0.1:{port}", connector=aiohttp.TCPConnector(limit=0)
        ) as http,
    ):
        await asyncio.gather(*(_ask(http, number) for number in range(WARMING)))
        began_at = perf_counter() + SETTLING_SECONDS
        took: list[float] = []

        async def ask(number: int) -> None:
            due_at = began_at + number / QUESTIONS_A_SECOND
            await asyncio.sleep(max(0.0, due_at - perf_counter()))
            await _ask(http, number % MEMBERS)
            took.append((perf_counter() - due_at) * 1000)

        async def tell(number: int, call: bytes) -> None:
            due_at = began_at + number * stores.A_CALL / ORDERS_A_SECOND
            await asyncio.sleep(max(0.0, due_at - perf_counter()))
            await stores.tell(http, call)

        await asyncio.gather(
            *(ask(number) for number in range(int(seconds * QUESTIONS_A_SECOND))),
            *(tell(number, call) for number, call in enumerate(calls)),
        )
    return took


@asynccontextmanager
async def _hangs(port: int) -> AsyncIterator[None]:
    """Take every call and answer none, as a platform in trouble does."""
    held: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for one in held:
            one.close()


async def _ask(http: aiohttp.ClientSession, number: int) -> None:
    body = msgspec.json.encode(
        {
            "seller_name": "旗舰店",
            "ouid": f"ouid-{number}",
            "mix_mobile": mix_mobile(f"+86{_mobile(number)}", MIX_KEY),
        }
    )
    query = {
        "app_key": KEY,
        "method": MAY_BIND,
        "timestamp": f"{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "v": "2.0",
    }
    query["sign"] = signature(SECRET, query, body)
    headers = {"Content-Type": "application/json"}
    path = f"/tmall/members/{SHOP}?{urlencode(query)}"
    async with http.post(path, data=body, headers=headers) as answer:
        told = await answer.json(content_type=None)
        if told.get("bind_code") not in ANSWERS:
            raise BenchmarkFailed(f"{answer.status} {told}")
