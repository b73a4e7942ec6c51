"""What the settings of every platform account have in common."""

from typing import ClassVar

from msgspec import Struct


class AccountSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one account. They show which, and nothing of its secrets.

    ``named_by`` is the field that tells it from others of its kind.
    """

    named_by: ClassVar[str]

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return str(getattr(self, self.named_by))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.named_by}={getattr(self, self.named_by)!r})"
