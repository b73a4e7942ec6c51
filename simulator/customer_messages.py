"""Customer messages: what may be sent, to whom, how often, for how long after which action (A7)."""

from typing import Literal

import msgspec

from simulator.api import BOTH, OK, AccountKind, Answer, Call, Endpoint
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.consumers import Consumer, Window
from simulator.customer_content import BUBBLES, Content
from simulator.errors import Refused

Action = Literal["text", "menu", "follow", "scan"]


class Agent(msgspec.Struct):
    """Whose name the message carries."""

    kf_account: str = ""


class SendRequest(msgspec.Struct):
    """Body of /cgi-bin/message/custom/send."""

    touser: str = ""
    msgtype: str = ""
    text: Content = msgspec.field(default_factory=Content)
    image: Content = msgspec.field(default_factory=Content)
    voice: Content = msgspec.field(default_factory=Content)
    video: Content = msgspec.field(default_factory=Content)
    music: Content = msgspec.field(default_factory=Content)
    news: Content = msgspec.field(default_factory=Content)
    mpnews: Content = msgspec.field(default_factory=Content)
    mpnewsarticle: Content = msgspec.field(default_factory=Content)
    msgmenu: Content = msgspec.field(default_factory=Content)
    wxcard: Content = msgspec.field(default_factory=Content)
    miniprogrampage: Content = msgspec.field(default_factory=Content)
    link: Content = msgspec.field(default_factory=Content)
    customservice: Agent | None = None


class TypingRequest(msgspec.Struct):
    """Body of /cgi-bin/message/custom/typing."""

    touser: str = ""
    command: str = ""


def open_window(consumer: Consumer, action: Action, assumed: Assumed, *, clock: Clock) -> None:
    """Sets the quota of the action's row to its maximum; rows do not add up."""
    rows = {
        "text": (assumed.text_messages, assumed.text_window_seconds),
        "menu": (assumed.menu_messages, assumed.menu_window_seconds),
        "follow": (assumed.follow_messages, assumed.follow_window_seconds),
        "scan": (assumed.scan_messages, assumed.scan_window_seconds),
    }
    messages, seconds = rows[action]
    consumer.acted_at = clock.now()
    consumer.windows[action] = Window(messages, clock.now() + seconds)


def use_window(consumer: Consumer, now: int) -> None:
    """One message less in every open row, so that rows never add up. Raises: Refused 43004,
    45015, 43019, 45047."""
    if not consumer.followed:
        raise Refused(45015 if consumer.was_follower else 43004)
    if consumer.blacklisted:
        raise Refused(43019)
    closed = [action for action, window in consumer.windows.items() if window.closes_at <= now]
    for action in closed:
        del consumer.windows[action]
    if not consumer.windows:
        raise Refused(45015)
    if all(window.remaining == 0 for window in consumer.windows.values()):
        raise Refused(45047)
    for window in consumer.windows.values():
        window.remaining = max(0, window.remaining - 1)


async def send(call: Call) -> Answer:
    """Shows a message in the consumer's chat, where a window is open."""
    asked = call.json(SendRequest)
    consumer = _addressee(call, asked.touser)
    build = BUBBLES.get(asked.msgtype)
    if build is None or asked.msgtype in NOT_FOR[call.account]:
        raise Refused(40008)
    bubble = build(call, getattr(asked, asked.msgtype))
    agent = asked.customservice
    if agent is not None and agent.kf_account not in call.china.agents.state.nicknames:
        raise Refused(61452)
    if call.account == "miniprogram":
        raise Refused(45015)
    use_window(consumer, call.china.clock.now())
    call.china.typing_to.discard(consumer.id)
    call.china.consumers.show(consumer, bubble)
    return OK


async def typing(call: Call) -> Answer:
    """Shows or hides "the other side is typing"."""
    asked = call.json(TypingRequest)
    consumer = _addressee(call, asked.touser)
    if asked.command not in ("Typing", "CancelTyping"):
        raise Refused(45072)
    silent_seconds = call.china.clock.now() - consumer.acted_at
    if silent_seconds > call.china.settings.assumed.typing_interaction_seconds:
        raise Refused(45080)
    if asked.command == "Typing" and consumer.id in call.china.typing_to:
        raise Refused(45081)
    if asked.command == "Typing":
        call.china.typing_to.add(consumer.id)
    else:
        call.china.typing_to.discard(consumer.id)
    return OK


def _addressee(call: Call, openid: str) -> Consumer:
    consumers = call.china.consumers
    official = call.account == "official_account"
    find = consumers.by_openid if official else consumers.by_miniprogram_openid
    consumer = find(openid)
    if consumer is None:
        raise Refused(40003)
    call.consumer_id = consumer.id
    return consumer


FOR_MINIPROGRAMS = {"text", "image", "link", "miniprogrampage"}
NOT_FOR: dict[AccountKind, set[str]] = {
    "official_account": {"link"},
    "miniprogram": set(BUBBLES) - FOR_MINIPROGRAMS,
}

ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/custom/send", send, accounts=BOTH),
    Endpoint("POST", "/cgi-bin/message/custom/typing", typing, accounts=BOTH),
)
