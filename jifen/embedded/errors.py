"""Why our own servers cannot be had. Each says in one sentence what is wrong and what helps."""


class EmbeddedError(RuntimeError):
    """Our own PostgreSQL and Valkey cannot be started, attached to or erased."""


class AlreadyRunning(EmbeddedError):
    """Another process runs the servers of this data folder; `pid` is its id (0: not known yet)."""

    def __init__(self, message: str, pid: int) -> None:
        super().__init__(message)
        self.pid = pid


class NoBinary(EmbeddedError):
    """No link of the chain has a server program that runs here."""


class WrongMajor(EmbeddedError):
    """The database was laid by another major version of PostgreSQL."""


class NoAccount(EmbeddedError):
    """There is no account that PostgreSQL may run as: it refuses root and ids without a name."""


class NotOurs(EmbeddedError):
    """The data folder belongs to another user."""


class Unreachable(EmbeddedError):
    """The servers' account cannot enter the folder that holds its files."""


class NoSpace(EmbeddedError):
    """The disk is full."""


class ServerFailed(EmbeddedError):
    """A server stopped, or did not answer, while it was starting."""


class NotOwner(EmbeddedError):
    """Only the process that started the servers can start them again."""
