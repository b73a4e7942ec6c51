"""Touchpoints: members who scanned the code of a shop, or said the word of a live room."""

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


class LiveRoom(Model):
    """A live room's window: whoever says its ``word`` in it was there.

    ``word`` is as `live_rooms.plain` writes it. ``room_code`` is the platform's id of the room, by
    which orders are attributed to it, or "". Closed, it is over before its end.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    name_zh = fields.TextField()
    name_en = fields.TextField()
    word = fields.TextField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    room_code = fields.TextField(default="")
    made_at = fields.DatetimeField()
    made_by = fields.BigIntField(null=True)
    closed_at = fields.DatetimeField(null=True)
    closed_by = fields.BigIntField(null=True)

    class Meta:
        table = "live_room"


class LiveVisit(Model):
    """A member in a live room, once a room; the table's key is the pair.

    ``points`` are those that it gave; ``reason`` says why they are fewer than the rule's, or "".
    """

    room_id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    visited_at = fields.DatetimeField()
    points = fields.BigIntField()
    reason = fields.TextField(default="")
    rule_version_id = fields.BigIntField()

    class Meta:
        table = "live_visit"
        unique_together = (("room_id", "member_id"),)
