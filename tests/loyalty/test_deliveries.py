"""Messages are planned once, claimed by one worker, and kept to what the platform takes."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from loyalty import deliveries
from loyalty.deliveries import Claimed, Ending, Planned, Postponement, Text
from loyalty.outcomes import Fate
from models import Customer, Delivery, DeliveryState, db

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
LEASE = timedelta(seconds=60)
MOMENTARY = timedelta(milliseconds=1)
CHANNELS = ["official_account"]


@pytest.fixture
async def lin(database: None) -> int:
    rows = await db.fetch("INSERT INTO customer (created_at) VALUES ($1) RETURNING id", NOON)
    return int(rows[0]["id"])


def message_to(customer_id: int, key: str = "reply:1", text: str = "您有 120 积分") -> Planned:
    return Planned(
        key=key,
        customer_id=customer_id,
        channel="official_account",
        scope="wx1",
        address="o-lin",
        message=Text(text),
        not_before=NOON,
        lapses_at=NOON + timedelta(minutes=30),
    )


async def claimed(*, at: datetime = NOON, lease: timedelta = LEASE) -> list[Claimed]:
    return (await deliveries.claim(CHANNELS, limit=50, lease=lease, at=at)).claimed


async def state_of(key: str = "reply:1") -> DeliveryState:
    return (await Delivery.get(key=key)).state


async def test_a_message_planned_twice_is_one_delivery(lin: int) -> None:
    (first,) = await deliveries.plan([message_to(lin)], at=NOON)
    (second,) = await deliveries.plan([message_to(lin)], at=NOON + timedelta(hours=1))
    assert (first.fate, second.fate) == (Fate.DONE, Fate.ALREADY_DONE)
    assert first.value == second.value
    assert await Delivery.all().count() == 1


async def test_a_key_does_not_stand_for_another_message_or_another_person(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    other = await Customer.create(
        uuid="00000000-0000-0000-0000-000000000001", language="en", created_at=NOON
    )
    outcomes = await deliveries.plan([message_to(lin, text="别的"), message_to(other.id)], at=NOON)
    assert [outcome.refusal and outcome.refusal.code for outcome in outcomes] == ["key_reused"] * 2


async def test_a_refused_message_does_not_spoil_its_batch(lin: int) -> None:
    wanted = [
        message_to(lin, "a"),
        message_to(lin + 999, "b"),
        message_to(lin, ""),
        message_to(lin, "c", text="half \ud800 a letter"),
        message_to(lin, "d", text="nul\x00"),
        replace(message_to(lin, "e"), lapses_at=NOON),
        message_to(lin, "a"),
        message_to(lin, "a", text="else"),
        message_to(lin, "f"),
    ]
    outcomes = await deliveries.plan(wanted, at=NOON)
    assert [o.refusal.code if o.refusal else o.fate.value for o in outcomes] == [
        "done",
        "no_such_customer",
        "key_out_of_range",
        "text_not_writable",
        "text_not_writable",
        "lapses_before_it_starts",
        "already_done",
        "key_reused",
        "done",
    ]
    assert [one.key for one in await Delivery.all().order_by("key")] == ["a", "f"]


async def test_of_equal_keys_in_one_batch_the_first_counts(lin: int) -> None:
    outcomes = await deliveries.plan(
        [message_to(lin, "a", text="first"), message_to(lin, "a", text="second")], at=NOON
    )
    assert [outcome.fate for outcome in outcomes] == [Fate.DONE, Fate.REFUSED]
    assert (await Delivery.get(key="a")).message == {"kind": "text", "text": "first"}


async def test_batches_that_share_keys_in_another_order_do_not_deadlock(lin: int) -> None:
    wanted = [message_to(lin, f"k{i}") for i in range(50)]
    told = await asyncio.gather(
        deliveries.plan(wanted, at=NOON),
        deliveries.plan(wanted[::-1], at=NOON),
        deliveries.plan(wanted[25:] + wanted[:25], at=NOON),
    )
    fates = [outcome.fate for outcomes in told for outcome in outcomes]
    assert (fates.count(Fate.DONE), fates.count(Fate.ALREADY_DONE)) == (50, 100)


async def test_a_message_of_a_transaction_that_rolls_back_never_leaves(lin: int) -> None:
    async def redeem() -> None:
        async with db.transaction():
            await deliveries.plan([message_to(lin)], at=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await redeem()
    assert await claimed() == []


async def test_nothing_is_claimed_inside_a_transaction(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    with pytest.raises(AssertionError):
        async with db.transaction():
            await claimed()


async def test_workers_never_claim_the_same_delivery(lin: int) -> None:
    await deliveries.plan([message_to(lin, f"k{i}") for i in range(40)], at=NOON)
    batches = await asyncio.gather(
        *(deliveries.claim(CHANNELS, limit=15, lease=LEASE, at=NOON) for _ in range(4))
    )
    ids = [one.id for batch in batches for one in batch.claimed]
    assert len(ids) == len(set(ids)) == 40


async def test_what_is_claimed_says_what_to_send_and_to_whom(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    (one,) = await claimed()
    assert (one.channel, one.scope, one.address) == ("official_account", "wx1", "o-lin")
    assert (one.message, one.attempt) == (Text("您有 120 积分"), 1)
    assert await state_of() is DeliveryState.SENDING


async def test_a_message_waits_for_its_moment(lin: int) -> None:
    later = replace(message_to(lin), not_before=NOON + timedelta(minutes=5))
    await deliveries.plan([later], at=NOON)
    assert await claimed(at=NOON + timedelta(minutes=4)) == []
    assert len(await claimed(at=NOON + timedelta(minutes=5))) == 1


async def test_a_message_that_is_too_late_lapses_on_whatever_channel(lin: int) -> None:
    pigeon = replace(message_to(lin, "pigeon"), channel="pigeon")
    await deliveries.plan([message_to(lin), pigeon], at=NOON)
    batch = await deliveries.claim(CHANNELS, limit=50, lease=LEASE, at=NOON + timedelta(minutes=30))
    assert (batch.claimed, batch.lapsed) == ([], 2)
    assert [one.state for one in await Delivery.all()] == [DeliveryState.LAPSED] * 2


async def test_a_worker_leaves_channels_that_it_does_not_know_to_others(lin: int) -> None:
    await deliveries.plan([replace(message_to(lin), channel="pigeon")], at=NOON)
    assert await claimed() == []
    assert await state_of() is DeliveryState.PLANNED


async def test_a_worker_leaves_messages_that_it_cannot_read_to_others(lin: int) -> None:
    await deliveries.plan([message_to(lin, "new"), message_to(lin, "old")], at=NOON)
    card = '{"kind": "card", "card_id": "1"}'
    await db.fetch("UPDATE delivery SET message = $1 WHERE key = 'new'", card)
    assert [one.message for one in await claimed()] == [Text("您有 120 积分")]
    assert await state_of("new") is DeliveryState.PLANNED


async def test_what_a_dead_worker_was_sending_is_unknown_and_not_sent_again(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    (lost,) = await claimed(lease=MOMENTARY)
    await asyncio.sleep(0.01)
    batch = await deliveries.claim(CHANNELS, limit=50, lease=LEASE, at=NOON)
    assert (batch.claimed, batch.unknown) == ([], 1)
    delivery = await Delivery.get(key="reply:1")
    assert (delivery.state, delivery.error) == (DeliveryState.UNKNOWN, "worker_died")
    assert await deliveries.end([Ending(lost, DeliveryState.DELIVERED)], at=NOON) == [False]
    assert await state_of() is DeliveryState.UNKNOWN


async def test_a_delivery_ends_once(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    (one,) = await claimed()
    first = await deliveries.end([Ending(one, DeliveryState.DELIVERED)], at=NOON)
    second = await deliveries.end([Ending(one, DeliveryState.REFUSED, "45015")], at=NOON)
    third = await deliveries.postpone([Postponement(one, "-1", NOON)], at=NOON)
    assert (first, second, third) == ([True], [False], [False])
    assert await state_of() is DeliveryState.DELIVERED
    assert await claimed() == []


async def test_a_batch_ends_each_delivery_in_its_own_way(lin: int) -> None:
    await deliveries.plan([message_to(lin, f"k{i}") for i in range(3)], at=NOON)
    a, b, c = await claimed()
    endings = [
        Ending(a, DeliveryState.DELIVERED),
        Ending(b, DeliveryState.REFUSED, "45015"),
        Ending(c, DeliveryState.UNKNOWN, "unknown_\x00outcome"),
    ]
    assert await deliveries.end(endings, at=NOON) == [True, True, True]
    ended = await Delivery.all().order_by("key")
    assert [(one.state.value, one.error) for one in ended] == [
        ("delivered", None),
        ("refused", "45015"),
        ("unknown", "unknown_outcome"),
    ]
    assert {one.ended_at for one in ended} == {NOON}


async def test_a_postponed_message_is_sent_later_and_the_old_claim_is_void(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    (first,) = await claimed()
    soon = NOON + timedelta(minutes=1)
    assert await deliveries.postpone([Postponement(first, "-1", soon)], at=NOON) == [True]
    assert await claimed() == []
    (second,) = await claimed(at=soon)
    assert second.attempt == 2
    assert await deliveries.end([Ending(first, DeliveryState.REFUSED, "late")], at=soon) == [False]
    assert await deliveries.end([Ending(second, DeliveryState.DELIVERED)], at=soon) == [True]


async def test_a_message_postponed_past_its_end_lapses_at_its_end(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    (one,) = await claimed()
    await deliveries.postpone([Postponement(one, "-1", NOON + timedelta(days=9))], at=NOON)
    batch = await deliveries.claim(CHANNELS, limit=50, lease=LEASE, at=NOON + timedelta(minutes=30))
    assert (batch.lapsed, batch.claimed) == (1, [])


async def test_after_the_last_attempt_a_message_is_refused_with_its_code(lin: int) -> None:
    await deliveries.plan([message_to(lin)], at=NOON)
    for _ in range(deliveries.ATTEMPTS):
        (one,) = await claimed()
        await deliveries.postpone([Postponement(one, "-1", NOON)], at=NOON)
    assert await claimed() == []
    delivery = await Delivery.get(key="reply:1")
    assert (delivery.state, delivery.error) == (DeliveryState.REFUSED, "-1")
    assert delivery.attempts == deliveries.ATTEMPTS
    assert delivery.ended_at == NOON


# the window of customer messages


@pytest.fixture
async def account(database: None) -> int:
    rows = await db.fetch(
        "INSERT INTO connection (kind, scope, name, sealed_body, created_at)"
        " VALUES ('official_account', 'wx1', '积分', '', $1) RETURNING id",
        NOON,
    )
    return int(rows[0]["id"])


async def acts(
    account: int, kind: str, *, ago: timedelta = timedelta(), openid: str = "o-lin"
) -> None:
    await db.fetch(
        "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, state,"
        " received_at, worked_at)"
        " VALUES ($1, gen_random_uuid()::text, $2, $3, '', 'worked', $4, $4)",
        account,
        kind,
        openid,
        NOON - ago,
    )


async def left(delivery_id: int = 0, *, openid: str = "o-lin", at: datetime = NOON) -> int | None:
    """Return the messages that are left; None where no window is open."""
    quota = await deliveries.customer_message_quota("wx1", openid, delivery_id=delivery_id, at=at)
    return quota.left if quota.is_open else None


async def sent(lin: int, key: str, state: DeliveryState, *, ago: timedelta = timedelta()) -> None:
    await deliveries.plan([replace(message_to(lin, key), not_before=NOON - ago)], at=NOON - ago)
    (one,) = await claimed()
    if state is not DeliveryState.SENDING:
        await deliveries.end([Ending(one, state)], at=NOON - ago)


@pytest.mark.parametrize(
    ("kind", "messages", "window"),
    [
        ("text", 5, timedelta(hours=48)),
        ("image", 5, timedelta(hours=48)),
        ("event:click", 3, timedelta(minutes=1)),
        ("event:scancode_waitmsg", 3, timedelta(minutes=1)),
        ("event:subscribe", 3, timedelta(minutes=1)),
        ("event:scan", 3, timedelta(minutes=1)),
    ],
)
async def test_what_she_does_opens_a_window(
    account: int, kind: str, messages: int, window: timedelta
) -> None:
    await acts(account, kind)
    moment = timedelta(seconds=1)
    assert await left() == messages
    assert await left(at=NOON + window - moment) == messages
    assert await left(at=NOON + window) is None


@pytest.mark.parametrize("kind", ["event:view", "event:location", "event:templatesendjobfinish"])
async def test_what_opens_no_window(account: int, kind: str) -> None:
    await acts(account, kind)
    assert await left() is None


async def test_another_follower_or_another_account_opens_no_window(account: int) -> None:
    await acts(account, "text", openid="o-wang")
    await acts(account + 1, "text")
    assert await left() is None


async def test_the_rows_of_the_windows_do_not_add_up(account: int) -> None:
    await acts(account, "text")
    await acts(account, "event:click")
    assert await left() == 5


async def test_each_message_uses_the_window_up_whether_we_know_that_it_came_or_not(
    account: int, lin: int
) -> None:
    await acts(account, "text", ago=timedelta(hours=1))
    await sent(lin, "a", DeliveryState.DELIVERED)
    await sent(lin, "b", DeliveryState.UNKNOWN)
    await sent(lin, "c", DeliveryState.REFUSED)
    assert await left() == 3
    for key in "defg":
        await sent(lin, key, DeliveryState.DELIVERED)
    assert await left() == 0


async def test_acting_again_fills_the_window_to_its_most(account: int, lin: int) -> None:
    await acts(account, "text", ago=timedelta(hours=1))
    for key in "abcde":
        await sent(lin, key, DeliveryState.DELIVERED, ago=timedelta(minutes=30))
    assert await left() == 0
    await acts(account, "event:click")
    assert await left() == 3
    await acts(account, "text")
    assert await left() == 5


async def test_leaving_the_account_closes_its_windows(account: int) -> None:
    await acts(account, "text", ago=timedelta(minutes=2))
    await acts(account, "event:unsubscribe", ago=timedelta(minutes=1))
    assert await left() is None
    await acts(account, "event:subscribe")
    assert await left() == 3


async def test_of_messages_in_flight_the_first_claimed_have_the_window(
    account: int, lin: int
) -> None:
    await acts(account, "text")
    await deliveries.plan([message_to(lin, f"k{i}") for i in range(7)], at=NOON)
    found = [await left(one.id) for one in await claimed()]
    assert sorted(one or 0 for one in found) == [0, 0, 1, 2, 3, 4, 5]
