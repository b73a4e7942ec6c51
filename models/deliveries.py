"""What we say to customers outside a direct answer: one message to one customer."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.consents import Purpose


class DeliveryState(StrEnum):
    """Planned, then sending, then exactly one final state.

    ``UNKNOWN``: it was handed to the platform and the outcome was lost; it is not sent again.
    """

    PLANNED = "planned"
    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


class Delivery(Model):
    """One message to one address over one channel; ``key`` names the reason, so it is sent once.

    With a ``purpose`` it is sent only while she does not refuse that; an answer has none.
    """

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=255, unique=True)
    customer_id = fields.BigIntField()
    channel = fields.TextField()
    scope = fields.TextField()
    address = fields.TextField()
    message: fields.Field[object] = fields.JSONField()
    purpose = fields.CharEnumField(Purpose, null=True)
    state = fields.CharEnumField(DeliveryState)
    attempts = fields.IntField()
    not_before = fields.DatetimeField()
    lapses_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)
    planned_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
