"""What can be said to a customer."""

from msgspec import Struct


class Text(Struct, frozen=True, tag_field="kind", tag="text", forbid_unknown_fields=True):
    """Words, and nothing else."""

    text: str

    def words(self) -> list[str]:
        """Return all that is said."""
        return [self.text]


class Subscribe(Struct, frozen=True, tag_field="kind", tag="subscribe", forbid_unknown_fields=True):
    """A subscribe message (订阅消息) of a mini-program: the template's values by their keys.

    ``page`` is the page of the mini-program that a tap opens.
    """

    template_id: str
    page: str
    values: dict[str, str]

    def words(self) -> list[str]:
        """Return all that is said."""
        return [self.template_id, self.page, *self.values, *self.values.values()]


Message = Text | Subscribe
KINDS = ["text", "subscribe"]
