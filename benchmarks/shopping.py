"""Shoppers: what the mini-program asks, at a steady 200 requests a second, each kind by its p95.

Server, database and load share the machine's cores, as the goal has it. The requests come when
they are due, however long the ones before take: a server that falls behind shows it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from benchmarks import brand, processes, servers, steady
from benchmarks.measuring import quantile, spread
from benchmarks.messages import CallbackAccount
from benchmarks.reporting import Comparison, Goal, Row, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from benchmarks.steady import Kind
from loyalty import customers, programme, purchases, sessions, standing
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from loyalty.programme import BEGINNING
from loyalty.rewards.gift import Gift
from loyalty.sealing import Sealer, new_master_key
from models import IdentityKind, PurchaseState, ShopKind, db
from web.context import now

APP_ID = "wx-benchmark"
SHOPPERS = 500
ORDERS = 5  # a shopper has made
RATE = 200
P95 = Goal("at_most", 20, "ms")
CART = {"lines": [{"sku": "C-100", "quantity": 2}, {"sku": "B-330", "quantity": 1}], "coupon": None}


# (method, path, how often it comes among the others, body); the path as in ``steady.Kind``
KINDS: tuple[tuple[str, str, int, Mapping[str, object] | None], ...] = (
    ("GET", "/me", 4, None),
    ("GET", "/me/ledger", 2, None),
    ("GET", "/rewards", 2, None),
    ("GET", "/me/coupons", 2, None),
    ("GET", "/challenges", 2, None),
    ("GET", "/leaderboards/week", 2, None),
    ("GET", "/communities", 1, None),
    ("GET", "/products", 2, None),
    ("GET", "/me/redemptions", 1, None),
    ("GET", "/me/orders", 1, None),
    ("POST", "/quotes", 3, CART),
    ("PUT", "/me/check-ins/{today}", 1, None),
    ("PUT", "/me/redemptions/{uuid}", 2, {"reward": "cup"}),
)


def compare(setting: Setting) -> Comparison:
    """Ask one server for a while and tell the p95 of each kind of request.

    Raises:
        BenchmarkFailed: the server does not start, or an answer was wrong.
    """
    setting.tell(f"shopping: laying {SHOPPERS:,} shoppers with their sessions")
    master_key = new_master_key()
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        tokens = asyncio.run(lay(found, brand.new_account(), master_key))
        with processes.serving(found, master_key) as port:
            seconds = 3.0 if setting.is_short else 20.0
            kinds = [
                Kind(f"{method} {path}", method, path, share, tokens, body)
                for method, path, share, body in KINDS
            ]
            steady.ask(port, kinds, rate=RATE, seconds=1.0)
            setting.tell(f"shopping: {RATE} requests a second for {seconds:g} s")
            rounds = [steady.ask(port, kinds, rate=RATE, seconds=seconds) for _ in range(3)]
    return Comparison("shopping", _rows(rounds), {}, [f"{RATE} requests a second in all"])


async def lay(found: Database, account: CallbackAccount, master_key: str) -> list[str]:
    """Lay the demo's brand and shoppers who have bought; return the tokens of their sessions."""
    await brand.lay_rules(found, account, master_key)
    sealer = Sealer(master_key)
    async with db.opened(found.url, pool_size=4):
        rule = Gift(name_zh="杯子", name_en="Cup", points=10)
        await programme.publish("reward:cup", rule, starts_at=BEGINNING, by="bench", at=now())
        names = [IdentityRef(IdentityKind.OPENID, APP_ID, f"o{n}") for n in range(SHOPPERS)]
        async with db.transaction():
            ids = await customers.identify([(one,) for one in names], at=now(), through="bench")
        await _lay_history(names)
        opened = [
            await sessions.open_for(
                customer_id,
                app_id=APP_ID,
                openid=name.value,
                session_key="k",
                sealer=sealer,
                at=now(),
            )
            for customer_id, name in zip(ids, names, strict=True)
            if isinstance(customer_id, int)
        ]
    return [one.token for one in opened]


async def _lay_history(names: Sequence[IdentityRef]) -> None:
    """Let each shopper have bought, once a month, and come to points and a tier."""
    at = now()
    for month in range(1, ORDERS + 1):
        paid_at = at - timedelta(days=30 * month)
        orders = [order(f"B{month}{name.value}", name, paid_at) for name in names]
        for outcome in await purchases.record(orders, at=at):
            outcome.unwrap()
    while (derived := await standing.derive(at=at)).members:
        await standing.forget(derived.members)


def order(number: str, buyer: IdentityRef, paid_at: datetime) -> Order:
    """Return a completed order of one line, 300 yuan."""
    line = OrderLine(
        key="1", sku="C-100", title="冷萃咖啡液", quantity=1, goods_fen=300_00, paid_fen=300_00
    )
    return Order(
        shop=ShopRef(ShopKind.TMALL, "benchmark"),
        number=number,
        state=PurchaseState.COMPLETED,
        ordered_at=paid_at,
        paid_at=paid_at,
        completed_at=paid_at,
        goods_fen=line.goods_fen,
        paid_fen=line.paid_fen,
        lines=(line,),
        source="benchmark",
        buyer=(buyer,),
    )


def _rows(rounds: list[dict[str, list[float]]]) -> list[Row]:
    rows = []
    for name in rounds[0]:
        per_round = [quantile(one[name], 0.95) for one in rounds]
        rows.append(alone(f"{name}, p95", "ms", per_round, goal=P95))
        rows.append(
            Row(
                f"{name}, p50",
                "ms",
                spread([quantile(one[name], 0.5) for one in rounds]),
                spread(per_round),
            )
        )
    return rows
