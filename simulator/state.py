"""What outlives a restart: one JSON file, written whole and then moved into place."""

import asyncio
import os
from pathlib import Path

import msgspec

from simulator.agents import AgentsState
from simulator.authorizations import AuthorizationsState
from simulator.callback import MessageIdsState
from simulator.clock import ClockState
from simulator.consumers import ConsumersState
from simulator.mass_messages import MassMessagesState
from simulator.menus import MenusState
from simulator.miniprogram import LoginsState
from simulator.payments import PaymentsState
from simulator.qrcodes import QrCodesState
from simulator.quotas import QuotasState
from simulator.shops.board import ShopsState
from simulator.subscriptions import SubscriptionsState
from simulator.tags import TagsState
from simulator.templates import TemplatesState
from simulator.tokens import TokensState
from simulator.wecom import CorpState
from simulator.wire import WireState

SETTLE_SECONDS = 0.3


class State(msgspec.Struct):
    """Every part that outlives a restart, one a subject."""

    clock: ClockState = msgspec.field(default_factory=ClockState)
    message_ids: MessageIdsState = msgspec.field(default_factory=MessageIdsState)
    wire: WireState = msgspec.field(default_factory=WireState)
    consumers: ConsumersState = msgspec.field(default_factory=ConsumersState)
    tokens: TokensState = msgspec.field(default_factory=TokensState)
    quotas: QuotasState = msgspec.field(default_factory=QuotasState)
    menus: MenusState = msgspec.field(default_factory=MenusState)
    qrcodes: QrCodesState = msgspec.field(default_factory=QrCodesState)
    agents: AgentsState = msgspec.field(default_factory=AgentsState)
    tags: TagsState = msgspec.field(default_factory=TagsState)
    templates: TemplatesState = msgspec.field(default_factory=TemplatesState)
    mass_messages: MassMessagesState = msgspec.field(default_factory=MassMessagesState)
    subscriptions: SubscriptionsState = msgspec.field(default_factory=SubscriptionsState)
    logins: LoginsState = msgspec.field(default_factory=LoginsState)
    authorizations: AuthorizationsState = msgspec.field(default_factory=AuthorizationsState)
    corp: CorpState = msgspec.field(default_factory=CorpState)
    payments: PaymentsState = msgspec.field(default_factory=PaymentsState)
    shops: ShopsState = msgspec.field(default_factory=ShopsState)


class StateUnreadable(Exception):
    """The state file is there and is none of ours; it is left as it is."""


def load(path: Path | None) -> State:
    """The state in the file, or a new one where there is no file yet. Raises: StateUnreadable."""
    if path is None or not path.exists():
        return State()
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError) as error:
        raise StateUnreadable(f"{path}: {error}") from error


class StateFile:
    """Writes the state a moment after it changed, and at the end."""

    def __init__(self, path: Path | None, state: State) -> None:
        self._path = path
        self._state = state
        self._waiting: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()

    def touch(self) -> None:
        """Says that something changed."""
        if self._path is None or self._waiting is not None:
            return
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(SETTLE_SECONDS, self._begin)

    async def save(self) -> None:
        """Writes now."""
        if self._path is None:
            return
        async with self._lock:
            encoded = msgspec.json.encode(self._state)
            await asyncio.to_thread(_write, self._path, encoded)

    async def close(self) -> None:
        """Writes what is left and stops."""
        if self._waiting is not None:
            self._waiting.cancel()
        await self.save()

    def _begin(self) -> None:
        self._waiting = None
        task = asyncio.get_running_loop().create_task(self.save())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


def _write(path: Path, encoded: bytes) -> None:
    """Nobody ever sees half of it, and nobody else may read it: it holds tokens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encoded)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
