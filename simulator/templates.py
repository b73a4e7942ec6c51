"""Template messages: registered templates, sending, the event about what became of it (A11)."""

import re

import msgspec

from simulator.api import OK, Answer, Call, Endpoint
from simulator.consumers import Bubble
from simulator.errors import Refused
from simulator.settings import Template
from simulator.template_values import fits
from simulator.users import consumer_of

KEPT_CLIENT_IDS = 1000
_KEY = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")


class SentTemplate(msgspec.Struct):
    """What was sent under a `client_msg_id`."""

    msgid: int
    at: int


class TemplatesState(msgspec.Struct):
    """Message ids by openid and client_msg_id."""

    by_client_id: dict[str, SentTemplate] = {}


class Templates:
    """The templates that the account registered."""

    def __init__(self, state: TemplatesState, templates: tuple[Template, ...]) -> None:
        self.state = state
        self.registered = {template.template_id: template for template in templates}


class Value(msgspec.Struct):
    """What goes in one place of a template."""

    value: str | int | float = ""


class JumpTarget(msgspec.Struct):
    """The mini-program page that a tap opens."""

    appid: str = ""
    pagepath: str = ""


class TemplateRequest(msgspec.Struct):
    """Body of /cgi-bin/message/template/send."""

    touser: str = ""
    template_id: str = ""
    url: str = ""
    miniprogram: JumpTarget | None = None
    client_msg_id: str = ""
    data: dict[str, Value] = {}


async def send(call: Call) -> Answer:
    """Shows a template message, then tells the server by TEMPLATESENDJOBFINISH."""
    asked = call.json(TemplateRequest)
    china = call.china
    consumer = consumer_of(call, asked.touser)
    template = china.templates.registered.get(asked.template_id)
    if template is None:
        raise Refused(40037)
    if not consumer.followed:
        raise Refused(43004)
    target = asked.miniprogram
    if target and target.appid and target.appid != china.settings.miniprogram.app_id:
        raise Refused(40013)
    text = _filled(template, asked.data)
    earlier = _earlier(call, asked)
    if earlier is not None:
        return {**OK, "msgid": earlier}
    msgid = china.message_ids.next()
    _remember(call, asked, msgid)
    if not consumer.blacklisted:
        china.consumers.show(consumer, _bubble(asked, template, text))
    status = "failed:user block" if consumer.blacklisted else "success"
    china.actions.report(consumer, "TEMPLATESENDJOBFINISH", {"MsgID": msgid, "Status": status})
    return {**OK, "msgid": msgid}


def _bubble(asked: TemplateRequest, template: Template, text: str) -> Bubble:
    target = asked.miniprogram
    return Bubble(
        sender="account",
        kind="text",
        via="template",
        title=template.title,
        text=text,
        url=asked.url or None,
        page_path=target.pagepath if target else None,
        app_id=target.appid if target else None,
    )


def _filled(template: Template, values: dict[str, Value]) -> str:
    """The text with its places filled. Raises: Refused 47003 naming a place."""

    def fill(place: re.Match[str]) -> str:
        value = str(values.get(place[1], Value()).value)
        if not value:
            raise Refused(47003, f"data.{place[1]}.value is empty")
        if not fits(place[1], value):
            raise Refused(47003, f"data.{place[1]}.value invalid")
        return value

    return _KEY.sub(fill, template.content)


def _earlier(call: Call, asked: TemplateRequest) -> int | None:
    sent = call.china.templates.state.by_client_id.get(f"{asked.touser} {asked.client_msg_id}")
    if not asked.client_msg_id or sent is None:
        return None
    age_seconds = call.china.clock.now() - sent.at
    return sent.msgid if age_seconds < call.china.settings.assumed.client_msg_id_seconds else None


def _remember(call: Call, asked: TemplateRequest, msgid: int) -> None:
    if not asked.client_msg_id:
        return
    kept = call.china.templates.state.by_client_id
    kept.pop(f"{asked.touser} {asked.client_msg_id}", None)
    kept[f"{asked.touser} {asked.client_msg_id}"] = SentTemplate(msgid, call.china.clock.now())
    if len(kept) > KEPT_CLIENT_IDS:
        del kept[next(iter(kept))]


async def everything(call: Call) -> Answer:
    """The registered templates."""
    return {
        "template_list": [
            {
                "template_id": template.template_id,
                "title": template.title,
                "primary_industry": "",
                "deputy_industry": "",
                "content": template.content,
                "example": "",
            }
            for template in call.china.templates.registered.values()
        ]
    }


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/template/send", send),
    Endpoint("GET", "/cgi-bin/template/get_all_private_template", everything),
)
