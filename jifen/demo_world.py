"""What the demo shows: its brand in our database, its simulated China, and where both are found."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from jifen import demo_corp, demo_menu, demo_pay, demo_shops, embedded, running, seed
from jifen.credentials import Credentials
from jifen.demo_places import LOGS, SIMULATOR_STATE, Ports
from jifen.seeds import crowd, ladders, posters, sayings, staff
from jifen.settings import Settings, sealer
from jifen.templates import COUPON, TEMPLATES
from loyalty import brand_events, connections, shop_visits
from loyalty.connections import MiniProgramSettings, OfficialAccountSettings
from models import db
from simulator import settings as simulator_settings
from simulator.consumers import derived_openid
from web.context import now

MINIPROGRAM = Path(__file__).resolve().parents[1] / "miniprogram"
REGULAR = "王金"
STAFF_ACCOUNT = "chen"
CONSUMERS = (("林小满", "zh_CN"), (REGULAR, "zh_CN"), ("Emma", "en"))


class World:
    """One demo: its settings, its accounts, its addresses."""

    def __init__(
        self,
        settings: Settings,
        known: Credentials,
        ports: Ports,
        *,
        reached: embedded.Addresses,
    ) -> None:
        self._known = known
        self.page, self.server = _page(ports), _server(ports)
        self.settings = msgspec.structs.replace(
            settings,
            database_url=reached.database_url,
            redis_url=reached.redis_url,
            master_key=known.master_key,
            port=ports.server,
            trusted_proxies=0,
            public_url="",
            is_demo=True,
            framed_by=(self.page,),
        )

    async def prepare(self, tell: Callable[[str], None]) -> None:
        """Migrate and seed."""
        taken = await running.prepare(self.settings.database_url)
        if taken:
            tell(f"jifen: database brought up to date ({', '.join(taken)})")
        async with db.opened(self.settings.database_url, pool_size=2):
            await staff.lay(self._known.staff_password, at=now())
            await seed.seed(
                self._account(),
                MiniProgramSettings(
                    app_id=self._known.miniprogram_app_id,
                    app_secret=self._known.miniprogram_app_secret,
                    api_base=self.page,
                    coupon_template_id=COUPON.template_id,
                    token=self._known.miniprogram_push_token,
                    encoding_aes_key=self._known.miniprogram_push_key,
                ),
                regular_openid=derived_openid(self._known.app_id, REGULAR),
                sealer=sealer(self.settings),
                at=now(),
                wecom=demo_corp.connected(self._known, page=self.page),
                merchant=demo_pay.connection(self._known, page=self.page, server=self.server),
            )
            for name, entered in demo_shops.connected(self._known, page=self.page).items():
                for one in entered:
                    await connections.save(one, name=name, sealer=sealer(self.settings), at=now())
            await posters.lay(known_by=self._known.master_key, at=now())
            await ladders.lay(seed.TMALL.code, at=now())
            await crowd.lay(seed.TMALL, app_id=self._known.miniprogram_app_id, at=now())
            await sayings.lay(sealer=sealer(self.settings), at=now())

    def _account(self) -> OfficialAccountSettings:
        return OfficialAccountSettings(
            app_id=self._known.app_id,
            app_secret=self._known.app_secret,
            original_id=self._known.original_id,
            token=self._known.token,
            encoding_aes_key=self._known.encoding_aes_key,
            api_base=self.page,
        )

    async def lay_menu(self) -> None:
        """Lay the account's menu through WeChat's own API: the simulator must be there."""
        await demo_menu.lay(self._known, page=self.page)

    def addresses(self) -> dict[str, object]:
        """Return what other programs need to talk to this demo."""
        known = self._known
        return {
            "page": f"{self.page}/",
            "day": f"{self.page}/day",
            "server": self.server,
            "wechat_api": self.page,
            "callback": f"{self.server}/wechat/{known.app_id}",
            "docs": f"{self.server}/docs",
            "openapi": f"{self.server}/openapi.json",
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
                "page": f"{self.page}/mp",
            },
            "console": f"{self.server}/console",
            "staff": {
                "accounts": {account: role.value for account, _, role in staff.STAFF},
                "password": known.staff_password,
            },
            "wecom": demo_corp.told(known, page=self.page, server=self.server),
            "wechat_pay": demo_pay.told(self._known, server=self.server),
            "shops": demo_shops.told(known, page=self.page, server=self.server),
            "data": str(self.settings.data.resolve()),
            "pid": os.getpid(),
        }

    def announce(self, *, as_json: bool, tell: Callable[[str], None]) -> None:
        """Say where it is: one line of JSON on standard output, or a few words."""
        if as_json:
            print(msgspec.json.encode(self.addresses()).decode(), flush=True)
            return
        tell("")
        tell(f"  jifen is ready. Open  {self.page}/day")
        tell("  Choose 王金, follow the account in the chat and send 积分; then move the clock.")
        tell(f"  Phones and the wire: {self.page}/")
        tell(
            f"  Console: {self.server}/console   account: {STAFF_ACCOUNT}"
            f"   password: {self._known.staff_password}"
        )
        tell(f"  API docs: {self.server}/docs   Logs: {self.settings.data / LOGS}   Stop: Ctrl-C")
        tell("")


def simulated(known: Credentials, ports: Ports, *, data: Path) -> simulator_settings.Settings:
    """Return what the simulator plays."""
    server = _server(ports)
    return simulator_settings.Settings(
        port=ports.page,
        state_file=str(data / SIMULATOR_STATE),
        official_account=simulator_settings.OfficialAccount(
            app_id=known.app_id,
            app_secret=known.app_secret,
            original_id=known.original_id,
            name=seed.BRAND,
            token=known.token,
            encoding_aes_key=known.encoding_aes_key,
            callback_url=f"{server}/wechat/{known.app_id}",
        ),
        miniprogram=simulator_settings.MiniProgram(
            app_id=known.miniprogram_app_id,
            app_secret=known.miniprogram_app_secret,
            name=seed.BRAND,
            folder=str(MINIPROGRAM),
            server=server,
            templates=(COUPON,),
            push_url=f"{server}/wechat/{known.miniprogram_app_id}",
            push_token=known.miniprogram_push_token,
            push_key=known.miniprogram_push_key,
            links={
                f"{server}{shop_visits.codes.PAGE}": "pages/visit/visit",
                f"{server}{brand_events.codes.PAGE}": "pages/event/event",
            },
        ),
        wecom=demo_corp.simulated(known, server=server),
        merchant=demo_pay.merchant(known, name=seed.BRAND, server=server),
        shops=(
            simulator_settings.Shop("shop_jingan", "静安店", "Jing'an shop"),
            simulator_settings.Shop("shop_sanlitun", "三里屯店", "Sanlitun shop"),
        ),
        posters=posters.simulated(known.master_key, server=server),
        consumers=tuple(
            simulator_settings.ConsumerSeed(name, language)  # type: ignore[arg-type]
            for name, language in CONSUMERS
        ),
        templates=TEMPLATES,
        platform_shops=demo_shops.simulated(known, server=server),
        goods=demo_shops.goods(),
        live_rooms=demo_shops.live_rooms(),
        day=simulator_settings.Day(f"{server}/console", STAFF_ACCOUNT, known.staff_password),
    )


def _page(ports: Ports) -> str:
    return f"http://127.0.0.1:{ports.page}"


def _server(ports: Ports) -> str:
    return f"http://127.0.0.1:{ports.server}"
