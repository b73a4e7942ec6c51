"""Daily quotas of the calls, and what can be asked about calls that failed (A6)."""

import time
from collections import OrderedDict

import msgspec

from simulator.api import BOTH, OK, Answer, Call, Endpoint
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused
from simulator.wire import masked, readable

KEPT_RIDS = 1000


class QuotasState(msgspec.Struct):
    """Calls of `day` by app and path, and clearings of `month` by app."""

    day: str = ""
    used: dict[str, dict[str, int]] = {}
    month: str = ""
    clearings: dict[str, int] = {}


class Quotas:
    """How often each app called each path today (Shanghai)."""

    def __init__(self, state: QuotasState, assumed: Assumed, clock: Clock) -> None:
        self.state = state
        self._assumed = assumed
        self._clock = clock

    def count(self, app_id: str, path: str) -> None:
        """One more call. Raises: Refused 45009 where the day's calls are used up."""
        used = self._today(app_id)
        if used.get(path, 0) >= self.limit(path):
            raise Refused(45009)
        used[path] = used.get(path, 0) + 1

    def limit(self, path: str) -> int:
        """Calls a day at this path."""
        return self._assumed.daily_limits.get(path, self._assumed.daily_limit_of_other_paths)

    def used(self, app_id: str, path: str) -> int:
        """Calls of today at this path."""
        return self._today(app_id).get(path, 0)

    def clear(self, app_id: str) -> None:
        """Today starts anew. Raises: Refused 48006 where this month's clearings are used up."""
        month = self._clock.month()
        if self.state.month != month:
            self.state.month, self.state.clearings = month, {}
        clearings = self.state.clearings.get(app_id, 0)
        if clearings >= self._assumed.clear_quota_calls_a_month:
            raise Refused(48006)
        self.state.clearings[app_id] = clearings + 1
        self.state.used[app_id] = {}

    def _today(self, app_id: str) -> dict[str, int]:
        day = self._clock.day()
        if self.state.day != day:
            self.state.day, self.state.used = day, {}
        return self.state.used.setdefault(app_id, {})


class Rids:
    """The last refused calls, by the rid of their answer."""

    def __init__(self, assumed: Assumed, clock: Clock) -> None:
        self._assumed = assumed
        self._clock = clock
        self._calls: OrderedDict[str, tuple[str, int, dict[str, object]]] = OrderedDict()

    def keep(self, rid: str, call: Call, answer: bytes) -> None:
        """Remembers a refused call for a week."""
        echo: dict[str, object] = {
            "invoke_time": int(time.time()),
            "cost_in_ms": 1,
            "request_url": masked(call.url).partition("?")[2],
            "request_body": readable(call.body),
            "response_body": readable(answer),
            "client_ip": call.remote,
        }
        self._calls[rid] = (call.app_id, self._clock.now(), echo)
        if len(self._calls) > KEPT_RIDS:
            self._calls.popitem(last=False)

    def echo(self, rid: str, app_id: str) -> dict[str, object]:
        """The request behind a rid. Raises: Refused 76001, 76004."""
        owner, at, echo = self._calls.get(rid, ("", 0, {}))
        if not echo or owner not in ("", app_id):
            raise Refused(76001)
        if self._clock.now() - at > self._assumed.rid_lifetime_seconds:
            raise Refused(76004)
        return echo


class ClearQuotaRequest(msgspec.Struct):
    """Body of /cgi-bin/clear_quota."""

    appid: str = ""


class QuotaRequest(msgspec.Struct):
    """Body of /cgi-bin/openapi/quota/get."""

    cgi_path: str = ""


class RidRequest(msgspec.Struct):
    """Body of /cgi-bin/openapi/rid/get."""

    rid: str = ""


async def clear_quota(call: Call) -> Answer:
    """Sets the caller's own daily counts back to nought."""
    if call.json(ClearQuotaRequest).appid != call.app_id:
        raise Refused(40013)
    call.china.quotas.clear(call.app_id)
    return OK


async def quota(call: Call) -> Answer:
    """Limit, used and left of one path."""
    path = call.json(QuotaRequest).cgi_path
    if path not in call.china.paths:
        raise Refused(76021)
    limit = call.china.quotas.limit(path)
    used = call.china.quotas.used(call.app_id, path)
    return {**OK, "quota": {"daily_limit": limit, "used": used, "remain": limit - used}}


async def rid(call: Call) -> Answer:
    """The request that a rid stands for."""
    asked = call.json(RidRequest).rid
    if not asked:
        raise Refused(76002)
    return {**OK, "request": call.china.rids.echo(asked, call.app_id)}


async def callback_addresses(call: Call) -> Answer:
    """Where callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/clear_quota", clear_quota, accounts=BOTH),
    Endpoint("POST", "/cgi-bin/openapi/quota/get", quota, accounts=BOTH),
    Endpoint("POST", "/cgi-bin/openapi/rid/get", rid, accounts=BOTH),
    Endpoint("GET", "/cgi-bin/getcallbackip", callback_addresses, accounts=BOTH),
    Endpoint("GET", "/cgi-bin/get_api_domain_ip", callback_addresses, accounts=BOTH),
)
