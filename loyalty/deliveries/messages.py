"""What can be said to a customer, whatever the channel."""

from msgspec import Struct


class Text(Struct, frozen=True, tag_field="kind", tag="text", forbid_unknown_fields=True):
    """Words, and nothing else."""

    text: str


Message = Text
KINDS = ["text"]
