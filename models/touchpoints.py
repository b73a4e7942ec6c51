"""Touchpoints: members who scanned the code of a shop."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class VisitWay(StrEnum):
    """Which code of a shop a member scanned."""

    STAFF = "staff"  # on a staff member's phone, for seconds
    POSTER = "poster"  # printed, for long


class ShopPoster(Model):
    """A printed code of a shop; one at a time is in use, and one that ended is taken no more.

    ``made_by`` and ``ended_by`` are staff members, null where the program did it.
    """

    id = fields.BigIntField(primary_key=True)
    shop_id = fields.BigIntField()
    code = fields.TextField()
    made_at = fields.DatetimeField()
    made_by = fields.BigIntField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.BigIntField(null=True)

    class Meta:
        table = "shop_poster"


class ShopVisit(Model):
    """A member at a shop, by the code that she scanned; ``uuid`` is her phone's name for it.

    ``turn`` is the turn of a staff member's code, ``poster_id`` the poster. ``points`` are those
    that it gave by ``rule_version_id``; ``reason`` says why they are fewer than the rule's, or "".
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField()
    member_id = fields.BigIntField()
    shop_id = fields.BigIntField()
    way = fields.CharEnumField(VisitWay)
    turn = fields.BigIntField(null=True)
    poster_id = fields.BigIntField(null=True)
    on_day = fields.DateField()
    visited_at = fields.DatetimeField()
    points = fields.BigIntField()
    reason = fields.TextField(default="")
    rule_version_id = fields.BigIntField()

    class Meta:
        table = "shop_visit"
        unique_together = (("member_id", "uuid"), ("member_id", "shop_id", "turn"))
