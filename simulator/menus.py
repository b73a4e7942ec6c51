"""Menus of the account: their limits, the default one and the conditional ones (A9)."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from simulator.api import OK, Answer, Call, Endpoint
from simulator.assumed import Assumed
from simulator.consumers import Consumer
from simulator.errors import Refused
from simulator.menu_rules import Button, check

FIRST_MENU_ID = 400_000_001


class Conditional(msgspec.Struct):
    """A menu for whom a rule matches."""

    menuid: int
    button: list[Any]
    matchrule: dict[str, Any]


class MenusState(msgspec.Struct):
    """The default menu as it was sent, with a `sub_button` in every button; None where none is."""

    menuid: int = 0
    button: list[Any] | None = None
    conditional: list[Conditional] = []
    last_menuid: int = FIRST_MENU_ID


class CreateRequest(msgspec.Struct):
    """Body of /cgi-bin/menu/create and addconditional."""

    button: list[Button] = []
    matchrule: dict[str, Any] = {}


class MenuIdRequest(msgspec.Struct):
    """Body of /cgi-bin/menu/delconditional."""

    menuid: str | int = ""


class TryMatchRequest(msgspec.Struct):
    """Body of /cgi-bin/menu/trymatch; an openid or a WeChat number."""

    user_id: str = ""


class Menus:
    """What the buttons under the chat are."""

    def __init__(self, state: MenusState) -> None:
        self.state = state

    def new_id(self) -> int:
        """A menu id that was never given before."""
        self.state.last_menuid += 1
        return self.state.last_menuid

    def for_consumer(self, consumer: Consumer) -> list[Any] | None:
        """The buttons this consumer sees: the newest menu whose rule matches, or the default."""
        for menu in reversed(self.state.conditional):
            if _matches(menu.matchrule, consumer):
                return menu.button
        return self.state.button

    def find(self, consumer: Consumer, key: str) -> tuple[dict[str, Any], int] | None:
        """The button with this key, url, page path or name, and its menu's id."""
        for button in _leaves(self.for_consumer(consumer) or []):
            if key in (
                button.get("key"),
                button.get("url"),
                button.get("pagepath"),
                button.get("name"),
            ):
                return button, self.state.menuid
        return None


def _leaves(buttons: list[Any]) -> Iterator[dict[str, Any]]:
    for button in buttons:
        yield from button["sub_button"] or [button]


def _matches(rule: Mapping[str, Any], consumer: Consumer) -> bool:
    tag_id, language = rule.get("tag_id"), rule.get("language")
    return (tag_id is None or str(tag_id) in map(str, consumer.tag_ids)) and (
        not language or language == consumer.language
    )


def _plain(buttons: list[Button]) -> list[Any]:
    """Buttons as the platform gives them back: set fields only, `sub_button` always."""
    plain: list[Any] = []
    for button in buttons:
        fields = {
            name: value
            for name, value in msgspec.to_builtins(button).items()
            if value and name != "sub_button"
        }
        plain.append({**fields, "sub_button": _plain(button.sub_button or [])})
    return plain


def _checked(call: Call) -> CreateRequest:
    asked = call.json(CreateRequest)
    assumed: Assumed = call.china.settings.assumed
    check(asked.button, assumed, miniprogram=call.china.settings.miniprogram.app_id)
    return asked


async def create(call: Call) -> Answer:
    """Replaces the default menu."""
    asked = _checked(call)
    menus = call.china.menus
    menus.state.menuid = menus.new_id()
    menus.state.button = _plain(asked.button)
    call.china.stream.publish("state", {})
    return OK


async def get(call: Call) -> Answer:
    """The default menu and the conditional ones."""
    state = call.china.menus.state
    if state.button is None:
        raise Refused(46003)
    default: dict[str, Any] = {"button": state.button}
    if not state.conditional:
        return {"menu": default}
    default["menuid"] = state.menuid
    return {"menu": default, "conditionalmenu": list(reversed(state.conditional))}


async def delete(call: Call) -> Answer:
    """Takes every menu away."""
    state = call.china.menus.state
    state.button, state.conditional = None, []
    call.china.stream.publish("state", {})
    return OK


async def add_conditional(call: Call) -> Answer:
    """A menu for some; there must be a default one."""
    asked = _checked(call)
    menus = call.china.menus
    if menus.state.button is None:
        raise Refused(65303)
    rule = {name: value for name, value in asked.matchrule.items() if value not in ("", None)}
    if not rule:
        raise Refused(65304)
    tag_id = rule.get("tag_id")
    if tag_id is not None and str(tag_id) not in map(str, call.china.tags.state.names):
        raise Refused(45159)
    menu = Conditional(menus.new_id(), _plain(asked.button), rule)
    menus.state.conditional.append(menu)
    return {"menuid": str(menu.menuid)}


async def delete_conditional(call: Call) -> Answer:
    """Takes one conditional menu away."""
    menuid = str(call.json(MenuIdRequest).menuid)
    state = call.china.menus.state
    left = [menu for menu in state.conditional if str(menu.menuid) != menuid]
    if len(left) == len(state.conditional):
        raise Refused(65301)
    state.conditional = left
    return OK


async def try_match(call: Call) -> Answer:
    """The menu that one consumer sees."""
    consumer = call.china.consumers.by_openid(call.json(TryMatchRequest).user_id)
    if consumer is None:
        raise Refused(40003)
    buttons = call.china.menus.for_consumer(consumer)
    if buttons is None:
        raise Refused(46003)
    return {"button": buttons}


async def current(call: Call) -> Answer:
    """The menu in force, in the shape that also fits menus made by hand."""
    buttons = call.china.menus.state.button
    if buttons is None:
        return {"is_menu_open": 0, "selfmenu_info": {"button": []}}
    return {"is_menu_open": 1, "selfmenu_info": {"button": [_current(each) for each in buttons]}}


def _current(button: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in button.items() if name != "sub_button"}
    if button["sub_button"]:
        fields["sub_button"] = {"list": [_current(each) for each in button["sub_button"]]}
    return fields


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/menu/create", create),
    Endpoint("GET", "/cgi-bin/menu/get", get),
    Endpoint("GET", "/cgi-bin/menu/delete", delete),
    Endpoint("POST", "/cgi-bin/menu/addconditional", add_conditional),
    Endpoint("POST", "/cgi-bin/menu/delconditional", delete_conditional),
    Endpoint("POST", "/cgi-bin/menu/trymatch", try_match),
    Endpoint("GET", "/cgi-bin/get_current_selfmenu_info", current),
)
