"""The points ledger, which only grows: lots, entries, and what each entry drew from which lot.

For every lot: ``points`` = sum of its draws + ``remaining``. For every member: the entries' deltas
sum to the cached totals, and the remainders of her settled (pending) lots to available (pending).

The rows are written in batches by one verb alone and checked nightly, so they carry no surrogate
key and no foreign key. Where a model below names one column as its primary key, that is for
Tortoise, which reads by one; the table's key is the pair it names.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class EntryKind(StrEnum):
    """What a movement is."""

    EARN = "earn"
    SETTLE = "settle"
    CANCEL = "cancel"
    SPEND = "spend"
    RESTORE = "restore"
    CLAW_BACK = "claw_back"
    EXPIRE = "expire"
    ADJUST = "adjust"
    MOVE = "move"
    FORFEIT = "forfeit"


class Lot(Model):
    """Points earned together, that expire together. Pending until ``settled_at``.

    ``number`` counts a member's lots from 1; ``entry_number`` is the entry that opened the lot.
    Without ``expires_at`` the lot expires with the member's inactivity, or never. A lot that moved
    in a merge names the lot that was earned as its origin.
    """

    member_id = fields.BigIntField(primary_key=True)
    number = fields.IntField()
    entry_number = fields.IntField()
    points = fields.BigIntField()
    remaining = fields.BigIntField()
    earned_at = fields.DatetimeField()
    settles_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    origin_member_id = fields.BigIntField(null=True)
    origin_number = fields.IntField(null=True)

    class Meta:
        table = "lot"
        unique_together = (("member_id", "number"),)


class Entry(Model):
    """One movement of a member's points; never changed, never deleted.

    ``available``, ``pending`` and ``debt`` are what it changed, in whole points. ``shortfall`` is
    what a claw-back could not take. ``key`` names the movement, ``digest`` its content, ``hash``
    chains it to the member's entry before. ``breakdown`` says which rule gave what to which line.
    """

    member_id = fields.BigIntField(primary_key=True)
    number = fields.IntField()
    kind = fields.CharEnumField(EntryKind)
    key = fields.CharField(max_length=255, unique=True)
    digest = fields.BinaryField()
    at = fields.DatetimeField()
    available = fields.BigIntField()
    pending = fields.BigIntField()
    debt = fields.BigIntField()
    shortfall = fields.BigIntField()
    cause = fields.TextField()
    undoes = fields.TextField(null=True)
    rule_version_id = fields.BigIntField(null=True)
    breakdown: fields.Field[object] = fields.JSONField(null=True)
    hash = fields.BinaryField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "entry"
        unique_together = (("member_id", "number"),)


class Draw(Model):
    """What one entry took from one lot; negative where the entry gave points back to it."""

    member_id = fields.BigIntField(primary_key=True)
    entry_number = fields.IntField()
    lot_number = fields.IntField()
    points = fields.BigIntField()

    class Meta:
        table = "draw"
