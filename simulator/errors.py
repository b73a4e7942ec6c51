"""The platform's error codes with its own texts, and its way to say them (0.3)."""

import os
import time

MESSAGES = {
    -1: "system error",
    0: "ok",
    1: "invalid args",
    2: "openid is not of this appid",
    40001: (
        "invalid credential, access_token is invalid or not latest, could get access_token by "
        "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
    ),
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid args size",
    40037: "invalid template_id",
    40039: "invalid url size",
    40052: "invalid action name",
    40053: "invalid action info",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40056: "invalid cardid",
    40066: "invalid url",
    40097: "invalid args",
    40119: "invalid use button type",
    40120: "invalid sub button type",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40163: "code been used",
    40164: "invalid ip",
    40169: "invalid length for scene, or the data is not json string",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41003: "refresh_token missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41030: "invalid page",
    41006: "media_id missing",
    41008: "missing code",
    41009: "missing openid",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44001: "empty media data",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit  mustslower  retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    45056: "too many tag now, no need to add new",
    45057: "can't modify or delete tag with more than 100000 fans",
    45058: "can't modify sys tag",
    45059: "can not tag the user more than 20 tags",
    45064: "no permission to use weapp in menu",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45072: "command not match any avaliable command",
    45080: "you can not send typing to this user, require the user's interaction within 30 seconds",
    45081: "already typing",
    45157: "tag name exist",
    45158: "tag name too long",
    45159: "invalid tag id",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    50002: "user limited",
    53600: "invalid article id",
    61451: "invalid parameter",
    61452: "invalid kf_account",
    61453: "kf_account exsited",
    65301: "menuid not exist",
    65302: "no self-menu, can not create conditional menu",
    65303: "create a selfmenu before create a conditional menu",
    65304: "match rule empty",
    76001: "rid not found",
    76002: "rid is error",
    76004: "rid time is error",
    76021: "cgi_path not found, please check",
    76022: "could not use this cgi_path, no permission",
    87009: "invalid signature",
    100002: "order not exist",
}


class Refused(Exception):
    """The platform's refusal of a call.

    `detail` is put behind the text of the code; `fields` stand beside the code in the answer.
    """

    def __init__(self, code: int, detail: str = "", **fields: object) -> None:
        super().__init__(code, detail)
        self.code = code
        self.fields = fields
        self.text = MESSAGES.get(code, "system error") + (f" {detail}" if detail else "")


def new_rid() -> str:
    """Three groups of eight hex digits; the first is the real time in seconds."""
    return f"{int(time.time()):08x}-{os.urandom(4).hex()}-{os.urandom(4).hex()}"
