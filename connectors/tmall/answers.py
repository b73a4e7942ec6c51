"""How TOP says no: which refusals pass by themselves, which are the account's, which the call's."""

import msgspec
from msgspec import Raw, Struct

from connectors.reading.calling import NotReached
from wechat.errors import (
    CallFailed,
    QuotaSpent,
    Rejected,
    TokenRefused,
    TryAgain,
    UnknownOutcome,
)

# What an answer holds: `trade_fullinfo_get_response` or `error_response`.
Envelope = dict[str, Raw]

LIMITED = 7
SESSION_ENDED = frozenset({26, 27})
# Permissions, method, signature, app key: nothing is wrong with what was asked for.
OF_THE_APP = frozenset({11, 12, 13, 21, 22, 23, 24, 25, 28, 29, 30, 31})
FOR_TODAY = "accesscontrol.limited-by-app-access-count"
SESSION_SUB_CODES = ("isv.invalid-session", "invalid-sessionkey", "sessionkey-")
LIMITED_BY = "accesscontrol.limited-by-"
OF_THE_PLATFORM = ("isp.", LIMITED_BY)


class Error(Struct, frozen=True):
    """A refusal as it is told."""

    code: int
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""
    request_id: str = ""


def refusal(envelope: Envelope, method: str) -> CallFailed:
    """Return the error that an answer tells.

    Raises:
        msgspec.MsgspecError: it tells none.
    """
    told = msgspec.json.decode(envelope.get("error_response", Raw(b"{}")), type=Error)
    said = f"{told.sub_code or told.msg} {told.sub_msg} request_id: {told.request_id}"
    return _kind(told)(said, endpoint=method, errcode=told.code)


def _kind(told: Error) -> type[CallFailed]:
    if told.sub_code == FOR_TODAY:
        return QuotaSpent
    if told.code == LIMITED or told.sub_code.startswith(OF_THE_PLATFORM):
        return TryAgain
    if told.code in SESSION_ENDED or told.sub_code.startswith(SESSION_SUB_CODES):
        return TokenRefused
    return CallFailed if told.code in OF_THE_APP else Rejected


def of_one_call(failed: CallFailed) -> CallFailed:
    """Return what failed of a call that must not be repeated: its outcome may be unknown.

    It is not where the platform was not reached, said no, or was busy; it is where nothing that
    can be read came back, and where the platform says that something broke behind it.
    """
    if isinstance(failed, NotReached):
        return failed
    is_answered = failed.errcode is not None
    broke_behind = failed.errmsg.startswith("isp.") and failed.errcode != LIMITED
    if is_answered and not (isinstance(failed, TryAgain) and broke_behind):
        return failed
    return UnknownOutcome(failed.errmsg, endpoint=failed.endpoint, errcode=failed.errcode)
