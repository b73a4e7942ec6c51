"""What can go wrong between the platform and us, sorted by what the caller should do.

WechatError
├── CallbackRefused    a callback is not what the platform would send     answer HTTP 4xx
│   ├── BadSignature   ├── Stale         ├── BadCiphertext
│   └── BadXml         └── BadJson       └── TooLarge
└── CallFailed         a call of ours was not answered well
    ├── TryAgain       it had no effect, or may safely be repeated; not before `after_seconds`
    ├── TokenRefused   40001, 40014, 42001, after the one retry with a new token
    ├── QuotaSpent     the account may not call this any more for now
    │   └── WindowClosed   this one person cannot be written to now
    ├── Rejected       repeating the same call cannot help
    └── UnknownOutcome sent, not answered: it may have had its effect, so never simply repeat it
"""

import re


class WechatError(Exception):
    code = "wechat_error"


class CallbackRefused(WechatError):
    """A callback that must not be worked; a 200 would make the platform forget it."""

    code = "callback_refused"


class BadSignature(CallbackRefused):
    code = "bad_signature"


class Stale(CallbackRefused):
    """Signed too long ago, or ahead of our clock: a replay, or a clock that is wrong."""

    code = "stale"


class BadCiphertext(CallbackRefused):
    code = "bad_ciphertext"


class BadXml(CallbackRefused):
    code = "bad_xml"


class BadJson(CallbackRefused):
    code = "bad_json"


class TooLarge(CallbackRefused):
    code = "too_large"


class CallFailed(WechatError):
    """A call of ours failed.

    `errcode` is the platform's number, or None where it never answered one; `rid` is what its
    support asks for. Neither the token nor the secret is ever part of the text.
    """

    code = "call_failed"

    def __init__(self, errmsg: str, *, endpoint: str, errcode: int | None = None) -> None:
        figure = "" if errcode is None else f"{errcode} "
        super().__init__(f"{endpoint}: {figure}{errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg
        self.endpoint = endpoint
        self.rid = _rid(errmsg)


class TryAgain(CallFailed):
    code = "try_again"

    @property
    def after_seconds(self) -> int:
        return 60 if self.errcode in MINUTE_QUOTA else 0


class TokenRefused(CallFailed):
    code = "token_refused"


class QuotaSpent(CallFailed):
    code = "quota_spent"


class WindowClosed(QuotaSpent):
    code = "window_closed"


class Rejected(CallFailed):
    code = "rejected"


class UnknownOutcome(CallFailed):
    code = "unknown_outcome"


# Calls a minute: blocked for the rest of it.
MINUTE_QUOTA = frozenset({45011})

_KINDS: dict[type[CallFailed], frozenset[int]] = {
    # -1 system busy; 45033 too many at once, 45035 write conflict (WeCom)
    TryAgain: frozenset({-1, 45033, 45035}) | MINUTE_QUOTA,
    TokenRefused: frozenset({40001, 40014, 42001}),
    # 45009 a day; 45028 mass sends; 45029 QR codes; 48006 quota resets; 1400001 phone numbers
    QuotaSpent: frozenset({45009, 45028, 45029, 48006, 1400001}),
    # 45015 no longer in the 48 hours, or unfollowed; 45047 five messages sent; 43101 no consent
    WindowClosed: frozenset({45015, 45047, 43101}),
}
_KIND_OF = {errcode: kind for kind, errcodes in _KINDS.items() for errcode in errcodes}
_RID = re.compile(r"\b(?:rid: ?|req_id: ?|hints?: ?\[)([\w-]+)")


def refused_call(errcode: int, errmsg: str, *, endpoint: str) -> CallFailed:
    """The error for an `errcode` that the platform answered."""
    return _KIND_OF.get(errcode, Rejected)(errmsg, endpoint=endpoint, errcode=errcode)


def _rid(errmsg: str) -> str:
    found = _RID.search(errmsg)
    return found[1] if found else ""
