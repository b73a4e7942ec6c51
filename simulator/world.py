"""One small China: all of its parts, put together."""

import asyncio
from pathlib import Path

from simulator.actions import Actions
from simulator.agents import Agents
from simulator.authorizations import Authorizations
from simulator.callback import MessageIds
from simulator.callbacks import Callbacks
from simulator.clock import Clock
from simulator.consumers import Consumers
from simulator.content import ContentCheck
from simulator.courier import Courier, Reads, Writes
from simulator.crypto import Envelope
from simulator.faults import FaultBoard
from simulator.mass_messages import MassMessages
from simulator.media import Media
from simulator.menus import Menus
from simulator.mini_codes import CodeCount, pages_of
from simulator.miniprogram import Logins
from simulator.miniprogram_outgoing import MiniProgramReader, MiniProgramWriter
from simulator.outgoing import Writer
from simulator.pay_host import PayHost
from simulator.qrcodes import QrCodes
from simulator.quotas import Quotas, Rids
from simulator.relay import Relay
from simulator.replies import Reader
from simulator.settings import Settings, WeChatShop
from simulator.shops.board import Shops
from simulator.shops.platforms import opened
from simulator.shops.wechat_members import Memberships
from simulator.state import StateFile, load
from simulator.stream import Stream
from simulator.subscriptions import Subscriptions
from simulator.tags import Tags
from simulator.templates import Templates
from simulator.tokens import Tokens
from simulator.web_login import WebLogins
from simulator.wecom import Corp, CorpState
from simulator.wecom.outgoing import CorpReader, CorpWriter
from simulator.wire import Wire


class China:
    """The platform, its consumers and their phones. `paths` are the platform's known paths."""

    def __init__(self, settings: Settings, paths: frozenset[str]) -> None:
        account, assumed = settings.official_account, settings.assumed
        path = Path(settings.state_file) if settings.state_file else None
        state = load(path)
        self.settings = settings
        self.paths = paths
        self.secrets = {
            account.app_id: account.app_secret,
            settings.miniprogram.app_id: settings.miniprogram.app_secret,
            **_secrets_of_shops(settings),
        }
        self.stopping = asyncio.Event()
        self.typing_to: set[str] = set()
        self.state_file = StateFile(path, state)
        self.clock = clock = Clock(state.clock)
        self.stream = Stream()
        self.wire = Wire(state.wire, self.stream)
        self.faults = FaultBoard()
        self.tokens = Tokens(state.tokens, assumed, clock)
        self.quotas = Quotas(state.quotas, assumed, clock)
        self.rids = Rids(assumed, clock)
        self.consumers = Consumers(state.consumers, settings, clock=clock, stream=self.stream)
        self.menus = Menus(state.menus)
        self.qrcodes = QrCodes(state.qrcodes, assumed, clock)
        for shop in settings.shops:
            self.qrcodes.for_scene(shop.scene)
        self.tags = Tags(state.tags)
        self.agents = Agents(state.agents)
        self.templates = Templates(state.templates, settings.templates)
        self.subscriptions = Subscriptions(state.subscriptions, settings.miniprogram.templates)
        self.mass_messages = MassMessages(state.mass_messages)
        self.media = Media(assumed, clock)
        self.logins = Logins(state.logins, assumed, clock)
        self.content = ContentCheck(assumed, clock)
        self.mini_codes = CodeCount()
        self.mini_pages = pages_of(settings.miniprogram.folder)
        self.web_logins = WebLogins()
        self.relay = Relay(settings.miniprogram.server, self.wire)
        self.pay = PayHost(settings, state.payments, clock, faults=self.faults, wire=self.wire)
        self.shops_state = state.shops
        self.shops = Shops(
            opened(settings, state.shops, clock=clock, faults=self.faults, wire=self.wire)
        )
        self.memberships = Memberships(settings.miniprogram, clock=clock, wire=self.wire)
        self.message_ids = MessageIds(state.message_ids)
        self.callbacks = self._official_callbacks()
        self.actions = Actions(
            account,
            assumed,
            clock=clock,
            consumers=self.consumers,
            menus=self.menus,
            qrcodes=self.qrcodes,
            message_ids=self.message_ids,
            callbacks=self.callbacks,
        )
        self.corp = self._corp(state.corp) if settings.wecom else None
        self.miniprogram_callbacks = self._pushed() if settings.miniprogram.push_url else None
        self.authorizations = Authorizations(
            state.authorizations, settings.miniprogram, callbacks=self.miniprogram_callbacks
        )

    def all_callbacks(self) -> list[Callbacks]:
        """The callbacks of every account."""
        others = (self.corp.callbacks if self.corp else None, self.miniprogram_callbacks)
        return [self.callbacks, *(one for one in others if one is not None)]

    def _official_callbacks(self) -> Callbacks:
        account, assumed = self.settings.official_account, self.settings.assumed
        envelope = None
        if account.mode != "plain":
            envelope = Envelope(account.encoding_aes_key, account.app_id)
        reader = Reader(account, envelope, assumed=assumed, media=self.media)
        return self._callbacks(Writer(account, envelope), reader, prefix="d")

    def _pushed(self) -> Callbacks:
        settings = self.settings.miniprogram
        return self._callbacks(MiniProgramWriter(settings), MiniProgramReader(), prefix="m")

    def _callbacks(self, writer: Writes, reader: Reads, *, prefix: str) -> Callbacks:
        assumed = self.settings.assumed
        courier = Courier(writer, reader, assumed=assumed, faults=self.faults, wire=self.wire)
        return Callbacks(
            courier,
            assumed=assumed,
            faults=self.faults,
            consumers=self.consumers,
            changed=self.state_file.touch,
            prefix=prefix,
        )

    def _corp(self, state: CorpState) -> Corp:
        corp, assumed = self.settings.wecom, self.settings.assumed
        assert corp is not None
        callbacks = self._callbacks(CorpWriter(corp), CorpReader(), prefix="w")
        return Corp(
            state,
            corp,
            assumed,
            clock=self.clock,
            consumers=self.consumers,
            callbacks=callbacks,
        )


def _secrets_of_shops(settings: Settings) -> dict[str, str]:
    """The secrets of the shops that are accounts of their own."""
    shops = settings.platform_shops
    return {one.app_id: one.app_secret for one in shops if isinstance(one, WeChatShop)}
