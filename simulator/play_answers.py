"""How the control API reads a body and says what it has to say."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from simulator.actions import Impossible
from simulator.callbacks import Delivery
from simulator.consumers import Consumer
from simulator.gate import CHINA
from simulator.messages import Unwritable
from simulator.world import China

T = TypeVar("T")


class Denied(Exception):
    """A refusal of the control API, with its HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def said(payload: object, status: int = 200) -> web.Response:
    """A JSON answer of the control API."""
    return web.Response(
        body=msgspec.json.encode(payload), status=status, content_type="application/json"
    )


@web.middleware
async def say_refusals(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turns refusals under /play/ into `{"error": {"code", "message"}}`."""
    if not request.path.startswith("/play/"):
        return await handler(request)
    try:
        if request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method != "GET":
            raise Denied(403, "foreign_page", "a page of another site may not play")
        return await handler(request)
    except Denied as error:
        return _refusal(error.status, error.code, str(error))
    except Impossible as error:
        return _refusal(409, error.code, str(error))
    except (Unwritable, msgspec.MsgspecError) as error:
        return _refusal(400, "bad_request", str(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refusal(error.status, error.reason.lower().replace(" ", "_"), error.reason)


def _refusal(status: int, code: str, message: str) -> web.Response:
    return said({"error": {"code": code, "message": message}}, status)


async def body_of(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except RecursionError as error:
        raise Denied(400, "bad_request", "the body is nested too deeply") from error


def consumer_of(request: web.Request) -> Consumer:
    consumer = request.app[CHINA].consumers.get(request.match_info["id"])
    if consumer is None:
        raise Denied(404, "no_such_consumer", "there is no such consumer")
    return consumer


def told(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery_id": delivery.id,
        "ended": delivery.ended.is_set(),
        "attempts": [
            {
                "attempt": attempt.number,
                "status": attempt.status,
                "seconds": attempt.seconds,
                "outcome": attempt.outcome,
            }
            for attempt in delivery.attempts
        ],
        "bubbles": delivery.bubbles,
    }


def changed(china: China) -> None:
    china.state_file.touch()
    china.stream.publish("state", {})
