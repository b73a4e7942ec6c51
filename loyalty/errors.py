"""What the programme refuses to do, each with a stable code and its figures.

LoyaltyError
├── NotFound            no such member, entry, order ...                 HTTP 404
├── Refused             the rules say no                                 HTTP 422
│   └── Throttled       not now: again in a while                        HTTP 429
└── Conflict            the same name was used for something else        HTTP 409
"""


class LoyaltyError(Exception):
    """A refusal; ``figures`` fill the text that a person reads in her language."""

    code = "loyalty_error"

    def __init__(self, code: str | None = None, **figures: object) -> None:
        self.code = code or self.code
        self.figures = figures
        super().__init__(self.code)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={figure}" for name, figure in self.figures.items())
        return f"{self.code}({told})"


class NotFound(LoyaltyError):
    """What was named does not exist, or not for the one who asks."""

    code = "not_found"


class Refused(LoyaltyError):
    """The rules say no."""

    code = "refused"


class Throttled(Refused):
    """Too often lately: nothing was looked at, and it may be asked again after a while."""

    def __init__(self, code: str, *, after_seconds: int) -> None:
        super().__init__(code, minutes=-(-after_seconds // 60))
        self.after_seconds = after_seconds


class Conflict(LoyaltyError):
    """The same name stands for something else already."""

    code = "key_reused"
