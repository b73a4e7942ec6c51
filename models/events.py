"""Who signed up for the brand's events, and who came."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class EventWay(StrEnum):
    """How a member was let in."""

    CODE = "code"  # she scanned the code on a staff member's phone
    STAFF = "staff"  # a staff member found her in the list, or scanned her code


class EventSignup(Model):
    """A member and an event, by its slot; the key is (member_id, slot).

    In line since ``signed_up_at``; with a place since ``placed_at``, else she waits; out again at
    ``left_at``; there at ``came_at``, let in by the code of a ``turn`` or ``let_in_by`` a staff
    member, for ``points`` by ``rule_version_id``. ``told_starts_at`` is the start she knows of.
    """

    member_id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    signed_up_at = fields.DatetimeField()
    placed_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    told_starts_at = fields.DatetimeField()
    came_at = fields.DatetimeField(null=True)
    way = fields.CharEnumField(EventWay, null=True)
    turn = fields.BigIntField(null=True)
    let_in_by = fields.BigIntField(null=True)
    points = fields.BigIntField(default=0)
    rule_version_id = fields.BigIntField(null=True)

    class Meta:
        table = "event_signup"
        unique_together = (("member_id", "slot"),)
