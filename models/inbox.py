"""What arrived from outside, stored raw before it is believed."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class EventState(StrEnum):
    """Where an inbound event stands: every one ends worked, or parked with its error.

    Staff let a parked one be tried again, or drop it.
    """

    RECEIVED = "received"
    CLAIMED = "claimed"
    WORKED = "worked"
    PARKED = "parked"
    DROPPED = "dropped"


class InboundEvent(Model):
    """One event of one connection, once: ``event_key`` is the platform's id for it.

    ``body`` is what the platform sent, decrypted. ``reply`` is the answer that a retry gets again.
    ``sender`` is who wrote; of an order or refund told by a shop, the order's number.
    ``error`` of a parked one is a refusal's code with its figures, or what broke.
    ``nonce`` is the signed nonce it first came with: no other event may come with it again. In
    plain mode each retry with another nonce keeps that one in a row of kind ``retry``, its body
    empty; of a call with many events it stands in a row of kind ``call``.
    While claimed, ``claimed_until`` is the lease of the process that works it.
    """

    id = fields.BigIntField(primary_key=True)
    connection_id = fields.BigIntField()
    event_key = fields.TextField()
    kind = fields.TextField()
    sender = fields.TextField()
    body = fields.BinaryField()
    state = fields.CharEnumField(EventState)
    claimed_until = fields.DatetimeField(null=True)
    attempts = fields.IntField()
    reply = fields.BinaryField(null=True)
    error = fields.TextField(null=True)
    received_at = fields.DatetimeField()
    worked_at = fields.DatetimeField(null=True)
    nonce = fields.TextField(null=True)

    class Meta:
        table = "inbound_event"
        unique_together = (("connection_id", "event_key"), ("connection_id", "nonce"))
