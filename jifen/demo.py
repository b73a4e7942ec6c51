"""`jifen demo`: everything on this machine, for trying: servers, simulator, web and worker process.

The parent owns the embedded PostgreSQL and Valkey, starts the rest as children and starts again
what dies. Nothing outlives it.
"""

import asyncio
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

import simulator.__main__ as simulator_program
from jifen import app, demo_corp, demo_menu, demo_pay, embedded, running, seed
from jifen.credentials import FILE, Credentials, keep
from jifen.family import Family
from jifen.seeds import staff
from jifen.settings import Settings, sealer
from jifen.templates import COUPON, TEMPLATES
from loyalty.connections import MiniProgramSettings, OfficialAccountSettings
from models import db
from simulator import settings as simulator_settings
from simulator.consumers import derived_openid
from web import logs
from web.context import now

FIRST_PORT = 8080
PORTS_TRIED = 50
READY_SECONDS = 60.0
SIMULATOR_STATE = "simulator.json"
RUNNING = "running.json"
LOGS = "logs"
MINIPROGRAM = Path(__file__).resolve().parents[1] / "miniprogram"
REGULAR = "王金"
CONSUMERS = (("林小满", "zh_CN"), (REGULAR, "zh_CN"), ("Emma", "en"))


class DemoRefused(Exception):
    """The demo cannot start; the text says why and what to do."""


class Ports(Struct, frozen=True):
    """Where the page (and the simulated WeChat) and the server listen on 127.0.0.1."""

    page: int
    server: int


def run(settings: Settings, *, port: int | None, fresh: bool, as_json: bool) -> int:
    """Run the demo until Ctrl-C or SIGTERM.

    Raises:
        DemoRefused, embedded.EmbeddedError, BadSettings: it cannot start.
    """
    logs.configure()  # to standard error: standard output is kept for --json
    tell = partial(print, file=sys.stderr, flush=True)
    data = settings.data
    _refuse_second(settings)
    ports = _ports(port)
    if fresh:
        _forget(settings, tell)
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        servers = _servers(settings, tell)
        if isinstance(servers, embedded.Embedded):
            ending.callback(servers.stop)
        demo = _Demo(settings, servers.addresses, keep(data), ports)
        asyncio.run(demo.prepare(tell))
        family = Family()
        ending.callback(family.stop)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: family.ask_to_stop())
        demo.start(family)
        if not demo.wait_until_ready(family):
            return 0
        (data / RUNNING).write_bytes(msgspec.json.encode(demo.addresses()))
        ending.callback((data / RUNNING).unlink, missing_ok=True)
        demo.announce(as_json=as_json, tell=tell)
        family.watch(also=_keeping_alive(servers, tell))
        tell("jifen: stopping")
    return 0


def _refuse_second(settings: Settings) -> None:
    """Raises: DemoRefused, with where the demo is, when these servers run already."""
    if not settings.database_url and embedded.attach(settings.data):
        raise DemoRefused(
            f"{settings.data} is in use; stop what uses it, or choose another folder with --data."
            f"{_where(settings.data)}"
        )


def _forget(settings: Settings, tell: Callable[[str], None]) -> None:
    """Begin with nothing: the databases, the simulator's memory, the secrets."""
    if settings.database_url:
        raise DemoRefused("--fresh empties our own servers only: empty your database yourself")
    data = settings.data
    embedded.erase(data)
    for name in (SIMULATOR_STATE, FILE, RUNNING):
        (data / name).unlink(missing_ok=True)
    shutil.rmtree(data / LOGS, ignore_errors=True)
    tell(f"jifen: {data} is empty again")


class _External(Struct, frozen=True):
    """Servers of others."""

    addresses: embedded.Addresses


def _servers(settings: Settings, tell: Callable[[str], None]) -> "embedded.Embedded | _External":
    if settings.database_url:
        return _External(embedded.Addresses(settings.database_url, settings.redis_url))
    try:
        return embedded.start(settings.data, report=tell)
    except embedded.AlreadyRunning as refused:
        raise DemoRefused(f"{refused}{_where(settings.data)}") from None


def _where(data: Path) -> str:
    try:
        running = msgspec.json.decode((data / RUNNING).read_bytes())
        return f" Process {running['pid']} runs the demo at {running['page']}"
    except (OSError, msgspec.MsgspecError, KeyError):
        return ""


def _ports(asked: int | None) -> Ports:
    """Return two free neighbours; those asked for, or the first from 8080 on.

    Raises:
        DemoRefused: what was asked for is taken, or nothing is free.
    """
    first = asked or FIRST_PORT
    if not 1 <= first <= 65534:
        raise DemoRefused(f"--port {first}: a port is a number from 1 to 65534")
    for page in range(first, first + (1 if asked else 2 * PORTS_TRIED), 2):
        if _is_free(page) and _is_free(page + 1):
            return Ports(page, page + 1)
    raise DemoRefused(
        f"port {first} or {first + 1} is in use; choose another with --port"
        if asked
        else f"no two free ports from {first} on; choose one with --port"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _keeping_alive(
    servers: "embedded.Embedded | _External", tell: Callable[[str], None]
) -> Callable[[], None]:
    """Return what starts our own database and Redis again when one of them died."""

    def look() -> None:
        if not isinstance(servers, embedded.Embedded) or not servers.dead():
            return
        try:
            tell(f"jifen: started again: {', '.join(servers.restart_dead())}")
        except embedded.EmbeddedError as failed:
            tell(f"jifen: {failed}")
            time.sleep(1)

    return look


class _Demo:
    """One run: its settings, its accounts, its addresses."""

    def __init__(
        self, settings: Settings, reached: embedded.Addresses, known: Credentials, ports: Ports
    ) -> None:
        self._reached = reached
        self._known = known
        self._page = f"http://127.0.0.1:{ports.page}"
        self._server = f"http://127.0.0.1:{ports.server}"
        self._ports = ports
        self._settings = msgspec.structs.replace(
            settings,
            database_url=reached.database_url,
            redis_url=reached.redis_url,
            master_key=known.master_key,
            port=ports.server,
            is_demo=True,
            framed_by=(self._page,),
        )

    def _account(self) -> OfficialAccountSettings:
        return OfficialAccountSettings(
            app_id=self._known.app_id,
            app_secret=self._known.app_secret,
            original_id=self._known.original_id,
            token=self._known.token,
            encoding_aes_key=self._known.encoding_aes_key,
            api_base=self._page,
        )

    async def prepare(self, tell: Callable[[str], None]) -> None:
        """Migrate and seed."""
        taken = await running.prepare(self._reached.database_url)
        if taken:
            tell(f"jifen: database brought up to date ({', '.join(taken)})")
        async with db.opened(self._reached.database_url, pool_size=2):
            await staff.lay(self._known.staff_password, at=now())
            await seed.seed(
                self._account(),
                MiniProgramSettings(
                    app_id=self._known.miniprogram_app_id,
                    app_secret=self._known.miniprogram_app_secret,
                    api_base=self._page,
                    coupon_template_id=COUPON.template_id,
                ),
                regular_openid=derived_openid(self._known.app_id, REGULAR),
                sealer=sealer(self._settings),
                at=now(),
                wecom=demo_corp.connected(self._known, page=self._page),
                merchant=demo_pay.connection(self._known, page=self._page, server=self._server),
            )

    def start(self, family: Family) -> None:
        """Start simulator, web process and worker."""
        logs = self._settings.data / LOGS
        logs.mkdir(exist_ok=True)
        for name, run in (
            ("simulator", partial(_simulate, self._simulator())),
            ("web", partial(app.serve, self._settings, self._reached)),
            ("worker", partial(app.work, self._settings, self._reached)),
        ):
            family.add(name, partial(_logging_to, logs / f"{name}.log", run))

    def _simulator(self) -> simulator_settings.Settings:
        return simulator_settings.Settings(
            port=self._ports.page,
            state_file=str(self._settings.data / SIMULATOR_STATE),
            official_account=simulator_settings.OfficialAccount(
                app_id=self._known.app_id,
                app_secret=self._known.app_secret,
                original_id=self._known.original_id,
                name=seed.BRAND,
                token=self._known.token,
                encoding_aes_key=self._known.encoding_aes_key,
                callback_url=f"{self._server}/wechat/{self._known.app_id}",
            ),
            miniprogram=simulator_settings.MiniProgram(
                app_id=self._known.miniprogram_app_id,
                app_secret=self._known.miniprogram_app_secret,
                name=seed.BRAND,
                folder=str(MINIPROGRAM),
                server=self._server,
                templates=(COUPON,),
            ),
            wecom=demo_corp.simulated(self._known, server=self._server),
            merchant=demo_pay.merchant(self._known, name=seed.BRAND),
            shops=(
                simulator_settings.Shop("shop_jingan", "静安店", "Jing'an shop"),
                simulator_settings.Shop("shop_sanlitun", "三里屯店", "Sanlitun shop"),
            ),
            consumers=tuple(
                simulator_settings.ConsumerSeed(name, language)  # type: ignore[arg-type]
                for name, language in CONSUMERS
            ),
            templates=TEMPLATES,
        )

    def wait_until_ready(self, family: Family) -> bool:
        """Wait for both addresses, then lay the account's menu through WeChat's own API.

        False where we are asked to stop meanwhile.

        Raises:
            DemoRefused: they did not come up in time.
        """
        ends_at = time.monotonic() + READY_SECONDS
        for address in (f"{self._page}/play/state", f"{self._server}/readyz"):
            while not _answers(address):
                if family.is_stopping:
                    return False
                family.look()
                if time.monotonic() > ends_at:
                    raise DemoRefused(f"{address} does not answer")
                time.sleep(0.03)
        asyncio.run(demo_menu.lay(self._known, page=self._page))
        return True

    def addresses(self) -> dict[str, object]:
        """Return what other programs need to talk to this demo."""
        known = self._known
        return {
            "page": f"{self._page}/",
            "server": self._server,
            "wechat_api": self._page,
            "callback": f"{self._server}/wechat/{known.app_id}",
            "docs": f"{self._server}/docs",
            "openapi": f"{self._server}/openapi.json",
            "official_account": {
                "app_id": known.app_id,
                "app_secret": known.app_secret,
                "original_id": known.original_id,
                "token": known.token,
                "encoding_aes_key": known.encoding_aes_key,
                "mode": "secure",
            },
            "miniprogram": {
                "app_id": known.miniprogram_app_id,
                "app_secret": known.miniprogram_app_secret,
                "page": f"{self._page}/mp",
            },
            "console": f"{self._server}/console",
            "staff": {
                "accounts": {account: role.value for account, _, role in staff.STAFF},
                "password": known.staff_password,
            },
            "wecom": demo_corp.told(known, page=self._page, server=self._server),
            "wechat_pay": demo_pay.told(self._known, server=self._server),
            "data": str(self._settings.data.resolve()),
            "pid": os.getpid(),
        }

    def announce(self, *, as_json: bool, tell: Callable[[str], None]) -> None:
        """Say where it is: one line of JSON on standard output, or a few words."""
        if as_json:
            print(msgspec.json.encode(self.addresses()).decode(), flush=True)
            return
        tell("")
        tell(f"  jifen is ready. Open  {self._page}/")
        tell("  Follow the account there, choose 王金 and send 积分.")
        tell(
            f"  Console: {self._server}/console   account: chen"
            f"   password: {self._known.staff_password}"
        )
        tell(f"  API docs: {self._server}/docs   Logs: {self._settings.data / LOGS}   Stop: Ctrl-C")
        tell("")


def _simulate(settings: simulator_settings.Settings) -> None:
    asyncio.run(simulator_program.serve(settings))


def _logging_to(file: Path, run: Callable[[], None]) -> None:
    """Run a child whose output goes to a file: standard output is kept for --json."""
    with file.open("ab") as written:
        os.dup2(written.fileno(), sys.stdout.fileno())
        os.dup2(written.fileno(), sys.stderr.fileno())
    run()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
