"""Mass sends of WeCom: what is to be said to whom, by which staff, and what became of each."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class MassSendKind(StrEnum):
    """To contacts one by one, or into groups."""

    CONTACTS = "contacts"
    GROUPS = "groups"


class MassSendState(StrEnum):
    """Planned; given to the staff; over; cancelled; there was nobody to write to."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    CANCELLED = "cancelled"
    NOBODY = "nobody"


class MassSend(Model):
    """One text for one audience. ``community_slot``: they are invited to it, by its QR code.

    ``slot`` and ``occasion`` are of the calendar that planned it. What is counted of its audience:
    ``members``, ``no_contacts`` (nobody of the staff has them), ``unwilling``, ``over_quota`` (had
    as many this month as the platform lets through), ``not_invited`` (in the group already, or not
    eligible).
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    corp_id = fields.TextField()
    kind = fields.CharEnumField(MassSendKind)
    name = fields.TextField()
    text = fields.TextField()
    picture = fields.TextField(null=True)
    audience = fields.TextField()
    joined_on = fields.DateField(null=True)
    community_slot = fields.TextField(null=True)
    not_before = fields.DatetimeField()
    state = fields.CharEnumField(MassSendState)
    slot = fields.TextField(null=True)
    occasion = fields.TextField(null=True)
    made_by = fields.BigIntField(null=True)
    made_at = fields.DatetimeField()
    begun_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    cancelled_by = fields.BigIntField(null=True)
    members = fields.IntField()
    no_contacts = fields.IntField()
    unwilling = fields.IntField()
    over_quota = fields.IntField()
    not_invited = fields.IntField()

    class Meta:
        table = "mass_send"


class MassSendPartState(StrEnum):
    """Due; the platform is being asked; the staff member is asked; he sent it; taken back; refused.

    Over: so long ago that nobody waits for him any more.
    """

    DUE = "due"
    ASKED = "asked"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    OVER = "over"


class MassSendPart(Model):
    """One task of the platform's: what one staff member is asked to send, once he confirms.

    ``asked_at`` is of the wire, the others are business time. ``look_at`` says when its results are
    read next.
    """

    id = fields.BigIntField(primary_key=True)
    mass_send_id = fields.BigIntField()
    user_id = fields.TextField()
    msgid = fields.TextField(null=True)
    state = fields.CharEnumField(MassSendPartState)
    error = fields.TextField(null=True)
    asked_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    made_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    look_at = fields.DatetimeField(null=True)
    reminders = fields.IntField()
    reminded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mass_send_part"


class MassSendTargetState(StrEnum):
    """Waiting; reached; no contact any more; had its quota; the platform reaches it not at all."""

    WAITING = "waiting"
    SENT = "sent"
    NO_CONTACT = "no_contact"
    OVER_QUOTA = "over_quota"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


class MassSendTarget(Model):
    """A contact (her external user id) or a group (its chat id) of a part."""

    id = fields.BigIntField(primary_key=True)
    part_id = fields.BigIntField()
    address = fields.TextField()
    member_id = fields.BigIntField(null=True)
    state = fields.CharEnumField(MassSendTargetState)
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mass_send_target"
        unique_together = (("part_id", "address"),)
