"""One line of JSON for each happening, on standard error: ``event`` and ids, never who it was.

No names, phones, openids, tokens, codes, bodies or query strings; and so no messages of
exceptions either, which quote them: a failure is told by its classes and the lines it came through.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec
import structlog

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
FRAMES = 12

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_SINK: structlog.BytesLogger | None = None

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def configure(file: BinaryIO | None = None, *, level: int = logging.INFO) -> None:
    """Let all logs of this process, ours and the libraries', go to ``file`` as JSON lines."""
    global _SINK
    _SINK = sink = structlog.BytesLogger(file or sys.stderr.buffer)
    structlog.configure(
        processors=[
            _add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_failure,
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: sink,
        cache_logger_on_first_use=file is None,
    )
    logging.basicConfig(handlers=[_LibraryLines()], level=logging.WARNING, force=True)


def write_line(line: dict[str, Any]) -> None:
    """Write a line without structlog's chain, which costs thrice as much: for every request's."""
    if _SINK is None:  # nobody has said where to
        log.info(**line)
        return
    line |= {"request_id": REQUEST_ID.get(), "level": "info", "timestamp": datetime.now(UTC)}
    _SINK.msg(_ENCODER.encode(line))


def told_failure(error: BaseException) -> dict[str, object]:
    """Return what may be written of an exception: its class, its causes' classes, its frames."""
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]
    ]
    return {"error": _class_name(error), "causes": _causes(error), "frames": frames}


def _causes(error: BaseException) -> list[str]:
    def before(last: BaseException) -> BaseException | None:
        return last.__cause__ or (None if last.__suppress_context__ else last.__context__)

    causes: list[str] = []
    cause = before(error)
    while cause is not None and len(causes) < FRAMES:
        causes.append(_class_name(cause))
        cause = before(cause)
    return causes


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _add_request_id(
    logger: object, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    request_id = REQUEST_ID.get()
    if request_id:
        line["request_id"] = request_id
    return line


def _tell_failure(
    logger: object, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        line.update(told_failure(error))
    return line


def _encoded(line: object, **_: object) -> bytes:
    return _ENCODER.encode(line)


class _LibraryLines(logging.Handler):
    """What libraries log: the fixed part of the message, since their arguments may be anyone's."""

    def emit(self, record: logging.LogRecord) -> None:
        line: dict[str, Any] = {"library": record.name, "told": str(record.msg)[:200]}
        if record.exc_info and record.exc_info[1]:
            line["exc_info"] = record.exc_info[1]
        log.log(record.levelno, "library_line", **line)
