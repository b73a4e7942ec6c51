"""Why a request is not worked, before any rule of the programme was asked.

RequestRefused
├── BadRequest         broken input; ``field`` names where                HTTP 400
├── NotSignedIn        no session, or not a living one                    HTTP 401
├── Forbidden          known, and not allowed                             HTTP 403
├── BodyTooSlow        the body did not come in time                      HTTP 408
├── BodyTooLarge       more bytes than this route takes                   HTTP 413
├── WrongContentType   not the kind of body that this route takes         HTTP 415
├── TooManyRequests    again ``after_seconds``                            HTTP 429
└── Unavailable        something we stand on is away for a while          HTTP 503
"""


class RequestRefused(Exception):
    """A refusal; ``figures`` fill the text that a person reads in her language."""

    http_status = 400
    code = "bad_request"

    def __init__(
        self,
        code: str | None = None,
        *,
        field: str | None = None,
        after_seconds: int | None = None,
        **figures: object,
    ) -> None:
        self.code = code or self.code
        self.field = field
        self.after_seconds = after_seconds
        self.figures = figures
        super().__init__(self.code)


class BadRequest(RequestRefused):
    """The decoder could not make sense of a path, query or body."""


class NotSignedIn(RequestRefused):
    """The request names no living session."""

    http_status = 401
    code = "session_missing"


class Forbidden(RequestRefused):
    """The one who asks is known and may not."""

    http_status = 403
    code = "forbidden"


class BodyTooSlow(RequestRefused):
    """The body trickles; whoever sends it holds a connection and nothing else."""

    http_status = 408
    code = "body_too_slow"


class BodyTooLarge(RequestRefused):
    """The body is larger than the route takes."""

    http_status = 413
    code = "body_too_large"


class WrongContentType(RequestRefused):
    """The body is said to be something else than JSON in UTF-8."""

    http_status = 415
    code = "wrong_content_type"


class TooManyRequests(RequestRefused):
    """One caller asks too often."""

    http_status = 429
    code = "too_many_requests"


class Unavailable(RequestRefused):
    """Something we stand on does not answer; the same request may work later."""

    http_status = 503
    code = "unavailable"
