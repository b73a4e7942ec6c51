"""The door of qyapi: its own tokens and texts, errors with empty defaults, 404 elsewhere (C1)."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from simulator.api import Answer, Call, Endpoint, Raw
from simulator.errors import MESSAGES, Refused
from simulator.gate import JSON_TYPE, Host, check_method
from simulator.wecom.corp import corp_of

# The paths of qyapi stand below this one: some of them are also paths of api.weixin.qq.com.
BASE = "/qyapi"
SHORT = {40014: "invalid access_token", 42001: "access_token expired"}
TEXTS = {
    40001: "invalid credential",
    40013: "invalid corpid",
    40050: "invalid chat_id",
    40098: "member not activated",
    41037: "missing contact way type",
    41038: "missing contact way scene",
    41041: "too many contact way users",
    41042: "invalid contact way users",
    40056: "invalid agentid",
    40058: "invalid request parameter",
    40068: "invalid tag id",
    40071: "tag name exists",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41044: "invalid contact way config_id",
    41049: "missing welcome code",
    41050: "invalid welcome code",
    41051: "externaluser has started chatting",
    41046: "missing msgid",
    41047: "invalid msgid",
    41048: "no customer to send",
    41063: "task is being dispatched",
    41065: "invalid attachment msgtype",
    41045: "reach max contact way limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    45035: "request conflict",
    48002: "api forbidden",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81011: "no permission to edit the tag",
    81013: "user & party & tag all invalid",
    81017: "too many members, owner_filter is required",
    84061: "not external contact",
    95000: "invalid open_kfid",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95007: "invalid msg token",
    95014: "user is not servicer",
    95016: "not allow change session status",
    95018: "send msg session status invalid",
    610014: "invalid unionid",
}


@dataclass(frozen=True, slots=True)
class QyEndpoint(Endpoint):
    """A path of qyapi; its refusals carry the `empty` fields beside the code."""

    empty: Mapping[str, object] = field(default_factory=dict)


def _let_in(call: Call, endpoint: Endpoint) -> None:
    if endpoint.needs_token:
        corp = corp_of(call.china)
        corp.tokens.check(call.query.get("access_token", ""))
        call.app_id = corp.settings.corp_id
    check_method(call, endpoint)


def _refusal(call: Call, endpoint: Endpoint, refusal: Refused) -> Raw:
    empty = endpoint.empty if isinstance(endpoint, QyEndpoint) else {}
    said = {"errcode": refusal.code, "errmsg": _text(call, refusal)}
    return Raw(msgspec.json.encode(said | dict(empty) | refusal.fields), JSON_TYPE)


def _text(call: Call, refusal: Refused) -> str:
    if refusal.code in SHORT:
        return SHORT[refusal.code]
    text = TEXTS.get(refusal.code) or MESSAGES.get(refusal.code, "system error")
    hint = f"{int(time.time())}_{os.getpid() % 100}_{os.urandom(16).hex()}"
    return (
        f"{text}, hint: [{hint}], from ip: {call.remote}, "
        f"more info at https://open.work.weixin.qq.com/devtool/query?e={refusal.code}"
    )


QYAPI = Host(_let_in, _refusal)


async def _nothing(call: Call) -> Answer:
    return Raw(b"", "text/html", 404)


NO_SUCH_PATH = Endpoint("ANY", "", _nothing, needs_token=False)
