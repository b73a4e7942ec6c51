"""What a call and a batch ask of PostgreSQL: the same few statements, however many orders."""

from msgspec.json import encode

from connectors.own_store.webhook import _decode
from connectors.own_store.wire import arrivals
from connectors.own_store.working import StoreEvents
from loyalty import inbox
from tests.connectors.own_store.till import CODE, Json, Till, order, refund, stamps
from tests.loyalty.ledger.test_cost import statements_counted
from web.context import now


def told(name: str, count: int) -> tuple[list[Json], list[Json]]:
    """Return orders of as many buyers, and a refund of each."""
    orders = [
        order(
            f"{name}-{number}",
            buyer={"customer_key": f"{name}-{number}", "mobile": f"+86138{name}{number:05}"},
        )
        for number in range(count)
    ]
    return orders, [refund(one["number"], "R-1", line_1=100) for one in orders]


async def stored(till: Till, orders: list[Json], refunds: list[Json]) -> list[str]:
    body = encode({"orders": orders, "refunds": refunds})
    store = till.context.stores[CODE]
    events = arrivals(_decode(body), store.id, sealer=till.context.sealer)
    async with statements_counted() as sent:
        nonce = stamps(body)["X-Nonce"]
        await inbox.store_call(events, connection_id=store.id, nonce=nonce, at=now())
    return sent


async def worked(till: Till) -> list[str]:
    async with statements_counted() as sent:
        assert await StoreEvents(till.context).work(now())
    return sent


async def test_a_call_is_one_statement_however_many_orders(till: Till) -> None:
    assert [len(await stored(till, *told("100", count))) for count in (1, 200)] == [1, 1]


async def test_a_batch_of_any_size_takes_the_same_statements(till: Till) -> None:
    await till.tell([order()])  # the shop is new once
    await stored(till, *told("200", 2))
    few = await worked(till)
    await stored(till, *told("300", 150))
    many = await worked(till)
    assert [one.split()[0] for one in many] == [one.split()[0] for one in few]
    assert len(many) < 60
