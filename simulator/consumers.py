"""Consumers: who they are to each account, whom they follow, what their chat shows."""

import base64
import hashlib
import itertools
import time
from collections.abc import Iterator
from typing import Literal

import msgspec

from simulator.callback import Callback
from simulator.clock import Clock
from simulator.settings import Language, Settings
from simulator.stream import Stream

KEPT_BUBBLES = 500

Sender = Literal["consumer", "account", "system"]
BubbleKind = Literal["text", "image", "voice", "news", "menu", "miniprogram", "location", "notice"]
Via = Literal["callback", "reply", "customer_message", "template", "subscribe", "platform"]


class Bubble(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One bubble of a chat. Which optional fields are there depends on `kind`."""

    id: str = ""
    at: str = ""
    sender: Sender = msgspec.field(name="from")
    kind: BubbleKind
    via: Via
    text: str | None = None
    articles: list[dict[str, str]] | None = None
    items: list[dict[str, str]] | None = None
    tail: str | None = None
    title: str | None = None
    description: str | None = None
    url: str | None = None
    media_id: str | None = None
    media_url: str | None = None
    app_id: str | None = None
    page_path: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    format: str | None = None


class Window(msgspec.Struct):
    """How many customer messages one kind of action still allows, and until when."""

    remaining: int
    closes_at: int


class Consumer(msgspec.Struct, kw_only=True):
    """One consumer. Moments are Unix seconds of platform time."""

    id: str
    nickname: str
    language: Language
    openid: str = ""
    unionid: str = ""
    miniprogram_openid: str = ""
    followed: bool = False
    was_follower: bool = False
    followed_at: int = 0
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    qr_scene: int = 0
    qr_scene_str: str = ""
    remark: str = ""
    tag_ids: list[int] = []
    blacklisted: bool = False
    windows: dict[str, Window] = {}
    acted_at: int = 0
    last_callback: Callback | None = None
    unread: int = 0

    @property
    def mobile(self) -> str:
        """Her number: the same every time, and mostly nobody else's."""
        return f"138{int(self.id[1:9], 16) % 100_000_000:08}"

    @property
    def omits_optional_nodes(self) -> bool:
        """Whether callbacks about this consumer leave out what the platform may leave out.

        It does so for some and not for others; here for the same ones every time.
        """
        return int(self.id[1:], 16) % 2 == 1


class ConsumersState(msgspec.Struct):
    """Everybody, by id, and their chats."""

    consumers: dict[str, Consumer] = {}
    chats: dict[str, list[Bubble]] = {}


class NicknameTaken(Exception):
    """Somebody has this nickname; openids are derived from it, so it must be one's own."""


class Consumers:
    """All consumers of this small China."""

    def __init__(
        self, state: ConsumersState, settings: Settings, *, clock: Clock, stream: Stream
    ) -> None:
        self.state = state
        self._settings = settings
        self._clock = clock
        self._stream = stream
        self._bubble_ids = itertools.count(time.time_ns() // 1_000_000)
        for consumer in self:
            self._name(consumer)
        for seed in settings.consumers:
            if derived_id(seed.nickname) not in state.consumers:
                self.add(seed.nickname, seed.language)
        self._by_openid = {each.openid: each for each in self}
        self._by_miniprogram_openid = {each.miniprogram_openid: each for each in self}

    def __iter__(self) -> Iterator[Consumer]:
        return iter(self.state.consumers.values())

    def add(self, nickname: str, language: Language) -> Consumer:
        """A new consumer who follows nobody yet. Raises: NicknameTaken."""
        consumer = Consumer(id=derived_id(nickname), nickname=nickname, language=language)
        self._name(consumer)
        if consumer.id in self.state.consumers:
            raise NicknameTaken(nickname)
        self.state.consumers[consumer.id] = consumer
        self.state.chats[consumer.id] = []
        self._by_openid = {each.openid: each for each in self}
        self._by_miniprogram_openid = {each.miniprogram_openid: each for each in self}
        return consumer

    def _name(self, consumer: Consumer) -> None:
        """Sets the names that the two accounts know a consumer by."""
        account, nickname = self._settings.official_account, consumer.nickname
        consumer.openid = derived_openid(account.app_id, nickname)
        consumer.unionid = derived_openid(f"subject of {account.app_id}", nickname)
        miniprogram = self._settings.miniprogram
        consumer.miniprogram_openid = derived_openid(miniprogram.app_id, nickname)

    def get(self, consumer_id: str) -> Consumer | None:
        """The consumer with this id, or None."""
        return self.state.consumers.get(consumer_id)

    def by_openid(self, openid: str) -> Consumer | None:
        """The consumer whom the official account knows by `openid`, or None."""
        return self._by_openid.get(openid)

    def by_miniprogram_openid(self, openid: str) -> Consumer | None:
        """The consumer whom the mini-program knows by `openid`, or None."""
        return self._by_miniprogram_openid.get(openid)

    def followers(self) -> list[Consumer]:
        """Who follows the account, in the order of their following."""
        following = (each for each in self if each.followed)
        return sorted(following, key=lambda each: (each.followed_at, each.openid))

    def chat(self, consumer: Consumer) -> list[Bubble]:
        """The consumer's chat with the account, oldest first."""
        return self.state.chats[consumer.id]

    def show(self, consumer: Consumer, bubble: Bubble) -> Bubble:
        """Puts a bubble into the consumer's chat and tells the stream."""
        bubble.id = f"b{next(self._bubble_ids)}"
        bubble.at = self._clock.at()
        chat = self.state.chats[consumer.id]
        chat.append(bubble)
        del chat[:-KEPT_BUBBLES]
        if bubble.sender == "account":
            consumer.unread += 1
        self._stream.publish("bubble", {"consumer_id": consumer.id, "bubble": bubble})
        return bubble


def derived_id(nickname: str) -> str:
    """`c` and ten hex digits, the same for a nickname every time."""
    return "c" + hashlib.sha256(nickname.encode()).hexdigest()[:10]


def derived_openid(app_id: str, nickname: str) -> str:
    """28 characters, `o` and 27 of base64url, the same for an app and a nickname every time."""
    digest = hashlib.sha256(f"{app_id}\n{nickname}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]
