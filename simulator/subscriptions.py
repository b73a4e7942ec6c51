"""Subscribe messages of the mini-program: who allowed how many, and what may stand in them (B4)."""

import re

import msgspec

from simulator.api import MINIPROGRAM, OK, Answer, Call, Endpoint
from simulator.consumers import Bubble, Consumer
from simulator.errors import Refused
from simulator.settings import Template

_KEY = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
_PAGE = re.compile(r"[A-Za-z0-9_\-/]+(\?[^\s]*)?")

# What a value must be like, by the letters of its key; the rest of the key is a number.
_MOMENT = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2})?( ?\d{1,2}:\d{2}(:\d{2})?)?"
_RULES = {
    "thing": re.compile(r".{1,20}", re.DOTALL),
    "number": re.compile(r"(?=.{1,32}$)-?\d+(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
    "time": re.compile(rf"(?=\S){_MOMENT}(~{_MOMENT})?"),
    "date": re.compile(rf"(?=\S){_MOMENT}(~{_MOMENT})?"),
    "amount": re.compile(r"[¥$€£]?\d{1,10}(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[一-鿿·]{1,10}|[A-Za-z .]{1,20}"),
    "phrase": re.compile(r"[一-鿿]{1,5}"),
}


class SubscriptionsState(msgspec.Struct):
    """How many messages are allowed, by "consumer id, space, template id"."""

    allowed: dict[str, int] = {}


class Subscriptions:
    """The mini-program's templates, and who allowed what."""

    def __init__(self, state: SubscriptionsState, templates: tuple[Template, ...]) -> None:
        self.state = state
        self.registered = {template.template_id: template for template in templates}

    def allow(self, consumer: Consumer, template_id: str) -> None:
        """One message more."""
        name = f"{consumer.id} {template_id}"
        self.state.allowed[name] = self.state.allowed.get(name, 0) + 1

    def use(self, consumer: Consumer, template_id: str) -> None:
        """One message less. Raises: Refused 43101 where none is left."""
        name = f"{consumer.id} {template_id}"
        left = self.state.allowed.get(name, 0)
        if left < 1:
            raise Refused(43101)
        self.state.allowed[name] = left - 1


class Value(msgspec.Struct):
    """What goes in one place of a template."""

    value: str | int | float = ""


class SubscribeRequest(msgspec.Struct):
    """Body of /cgi-bin/message/subscribe/send."""

    touser: str = ""
    template_id: str = ""
    page: str = ""
    miniprogram_state: str = "formal"
    lang: str = "zh_CN"
    data: dict[str, Value] = {}


async def send(call: Call) -> Answer:
    """Shows a subscribe message and uses one permission up."""
    asked = call.json(SubscribeRequest)
    china = call.china
    consumer = china.consumers.by_miniprogram_openid(asked.touser)
    if consumer is None:
        raise Refused(40003)
    call.consumer_id = consumer.id
    template = china.subscriptions.registered.get(asked.template_id)
    if template is None:
        raise Refused(40037)
    if asked.page and not _PAGE.fullmatch(asked.page):
        raise Refused(41030)
    text = _filled(template, asked.data)
    china.subscriptions.use(consumer, asked.template_id)
    china.consumers.show(
        consumer,
        Bubble(
            sender="account",
            kind="text",
            via="subscribe",
            title=template.title,
            text=text,
            page_path=asked.page or None,
            app_id=china.settings.miniprogram.app_id,
        ),
    )
    return {**OK, "msgid": china.message_ids.next()}


def _filled(template: Template, values: dict[str, Value]) -> str:
    """The text with its places filled. Raises: Refused 47003 naming the key."""

    def fill(place: re.Match[str]) -> str:
        key = place[1]
        value = str(values.get(key, Value()).value)
        if not value:
            raise Refused(47003, f"data.{key}.value is empty")
        rule = _RULES.get(key.rstrip("0123456789"))
        if rule is not None and not rule.fullmatch(value):
            raise Refused(47003, f"data.{key}.value invalid")
        return value

    return _KEY.sub(fill, template.content)


ENDPOINTS = (Endpoint("POST", "/cgi-bin/message/subscribe/send", send, accounts=MINIPROGRAM),)
