"""The record that accounts were deleted: when, and by what way it was asked for."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class DeletionWay(StrEnum):
    """How she asked: herself in the mini-program, or by a word to staff."""

    MINIPROGRAM = "miniprogram"
    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"


class Deletion(Model):
    """One account that was deleted; ``uuid`` is the name that the phone or the form gave it.

    Nothing says who she was: ``member_id`` is the number under which her orders and entries stay.
    Where staff did it for her, they say why. ``points_forfeited`` is what she gave up, pending
    points too.
    """

    uuid = fields.UUIDField(primary_key=True)
    member_id = fields.BigIntField(unique=True)
    way = fields.CharEnumField(DeletionWay)
    reason = fields.TextField()
    staff_member_id = fields.BigIntField(null=True)
    points_forfeited = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "deletion"
