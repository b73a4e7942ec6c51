"""What a menu's buttons may hold, with the code of each refusal (A9)."""

from dataclasses import dataclass

import msgspec

from simulator.assumed import Assumed
from simulator.errors import Refused

KEYED = {
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
}
FIELDS = {
    **dict.fromkeys(KEYED, "key"),
    "view": "url",
    "media_id": "media_id",
    "view_limited": "media_id",
    "article_id": "article_id",
    "article_view_limited": "article_id",
    "miniprogram": "pagepath",
}
UNVERIFIED_TYPES = {"media_id", "view_limited", "article_id", "article_view_limited"}


class Button(msgspec.Struct):
    """One button; either it has a type or it opens its sub-buttons."""

    name: str = ""
    type: str = ""
    key: str = ""
    url: str = ""
    media_id: str = ""
    article_id: str = ""
    appid: str = ""
    pagepath: str = ""
    sub_button: "list[Button] | None" = None


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes of one level of the menu."""

    kind: int
    name: int
    key: int
    url: int
    domain: int
    name_limit_bytes: int


def check(buttons: list[Button], assumed: Assumed, *, miniprogram: str) -> None:
    """Raises: Refused 40016 to 40027, 40054, 40055, 45064, 44004."""
    top = _Codes(40017, 40018, 40019, 40020, 40055, assumed.menu_name_limit_bytes)
    below = _Codes(40024, 40025, 40026, 40027, 40054, assumed.submenu_name_limit_bytes)
    if not 1 <= len(buttons) <= 3:
        raise Refused(40016)
    for button in buttons:
        _check_name(button, top)
        if not button.sub_button:
            _check_leaf(button, top, assumed, miniprogram=miniprogram)
            continue
        if len(button.sub_button) > 5:
            raise Refused(40023)
        for leaf in button.sub_button:
            if leaf.sub_button:
                raise Refused(40022)
            _check_name(leaf, below)
            _check_leaf(leaf, below, assumed, miniprogram=miniprogram)


def _check_name(button: Button, codes: _Codes) -> None:
    if not 1 <= len(button.name.encode()) <= codes.name_limit_bytes:
        raise Refused(codes.name)


def _check_leaf(button: Button, codes: _Codes, assumed: Assumed, *, miniprogram: str) -> None:
    field = FIELDS.get(button.type)
    if field is None:
        raise Refused(codes.kind)
    if button.type in UNVERIFIED_TYPES:
        raise Refused(40007)
    if field == "key" and not 1 <= len(button.key.encode()) <= assumed.menu_key_limit_bytes:
        raise Refused(codes.key)
    if button.type in ("view", "miniprogram"):
        _check_url(button.url, codes, assumed)
    if button.type == "miniprogram" and (button.appid != miniprogram or not button.pagepath):
        raise Refused(45064)


def _check_url(url: str, codes: _Codes, assumed: Assumed) -> None:
    if not 1 <= len(url.encode()) <= assumed.menu_url_limit_bytes:
        raise Refused(codes.url)
    if not url.startswith(("http://", "https://")):
        raise Refused(codes.domain)
