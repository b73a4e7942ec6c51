"""VIP groups of WeCom: the groups, who was invited, who is in them."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Community(Model):
    """A WeCom customer group (客户群); ``slot`` is the rule of who may join ("community:vip").

    ``config_id`` and ``qr_code`` are of the join way (进群方式) made through the API: the address
    of a picture, ``qr_image`` of content type ``qr_kind``, which is the code; ``qr_picture`` is its
    address as messages show it; ``state`` is the text that its joins carry. ``member_version`` is
    the platform's name of the list that was read at ``told_at`` (the time of the wire);
    ``staff_count`` of it are no contacts.
    """

    id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    corp_id = fields.TextField()
    chat_id = fields.TextField()
    name = fields.TextField()
    owner = fields.TextField()
    capacity = fields.IntField()
    config_id = fields.TextField(null=True)
    qr_code = fields.TextField(null=True)
    qr_picture = fields.TextField(null=True)
    qr_image = fields.BinaryField(null=True)
    qr_kind = fields.TextField(null=True)
    state = fields.TextField()
    member_version = fields.TextField()
    staff_count = fields.IntField()
    told_at = fields.DatetimeField(null=True)
    reconciled_at = fields.DatetimeField(null=True)
    dismissed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "community"
        unique_together = (("corp_id", "chat_id"),)


class CommunityMember(Model):
    """One external contact in a group; ``customer_id`` where her unionid is known to us."""

    id = fields.BigIntField(primary_key=True)
    community_id = fields.BigIntField()
    external_user_id = fields.TextField()
    unionid = fields.TextField(null=True)
    customer_id = fields.BigIntField(null=True)
    name = fields.TextField()
    join_scene = fields.IntField(null=True)
    joined_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "community_member"
        unique_together = (("community_id", "external_user_id"),)


class InvitationState(StrEnum):
    """Open until she is in the group, or leaves it again."""

    OPEN = "open"
    ACCEPTED = "accepted"
    LEFT = "left"


class Invitation(Model):
    """One member's invitation to a group, once a group."""

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    community_id = fields.BigIntField()
    member_id = fields.BigIntField()
    state = fields.CharEnumField(InvitationState)
    invited_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation"
        unique_together = (("community_id", "member_id"),)


class CommunityTaskKind(StrEnum):
    """She may be in it no more; she is in two groups of one rule."""

    NOT_ELIGIBLE = "not_eligible"
    IN_TWO = "in_two"


class CommunityTaskState(StrEnum):
    """To be looked at; kept in the group by staff; gone by herself; settled by itself."""

    OPEN = "open"
    KEPT = "kept"
    LEFT = "left"
    SETTLED = "settled"


class CommunityTask(Model):
    """What the owner of a group is to look at; ``told_at``: since when she knows of it."""

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    community_id = fields.BigIntField()
    member_id = fields.BigIntField()
    kind = fields.CharEnumField(CommunityTaskKind)
    state = fields.CharEnumField(CommunityTaskState)
    raised_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    kept_by = fields.BigIntField(null=True)

    class Meta:
        table = "community_task"


class EndedBy(StrEnum):
    """Who deleted whom; unseen: the platform lists them no more and said nothing of it."""

    CONTACT = "contact"
    STAFF = "staff"
    UNSEEN = "unseen"


class Acquaintance(Model):
    """An external contact and a staff member of the corp who have one another, or had.

    All moments are the platform's. ``state`` is that of the contact way by which she came,
    ``add_way`` the platform's number of it; ``is_half``: added without her consent.
    """

    id = fields.BigIntField(primary_key=True)
    corp_id = fields.TextField()
    external_user_id = fields.TextField()
    user_id = fields.TextField()
    state = fields.TextField()
    add_way = fields.IntField()
    is_half = fields.BooleanField()
    added_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.CharEnumField(EndedBy, null=True)

    class Meta:
        table = "acquaintance"
        unique_together = (("corp_id", "external_user_id", "user_id"),)


class WelcomeState(StrEnum):
    """Due; sent; too late for its code; taken by another app or by her own words; refused."""

    DUE = "due"
    SENT = "sent"
    LATE = "late"
    TAKEN = "taken"
    REFUSED = "refused"


class WelcomeMessage(Model):
    """One welcome of a new contact, by the code that the platform gave for it.

    ``added_at`` is the platform's moment of her being added; ``leased_until`` is of who sends it.
    """

    id = fields.BigIntField(primary_key=True)
    corp_id = fields.TextField()
    welcome_code = fields.TextField()
    external_user_id = fields.TextField()
    user_id = fields.TextField()
    rule_version_id = fields.BigIntField()
    state = fields.CharEnumField(WelcomeState)
    error = fields.TextField(null=True)
    added_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "welcome"
        unique_together = (("corp_id", "welcome_code"),)
