"""Referrals: members invite friends, who count once they bought and kept it."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class ReferralState(StrEnum):
    """How far an invited friend has come.

    Opening an invitation makes her a member, so there is no state before ``JOINED``. A reversed one
    counted, and counts no more.
    """

    JOINED = "joined"
    BOUGHT = "bought"  # she bought enough, and may still give it back
    QUALIFIED = "qualified"
    REVERSED = "reversed"
    NOT_COUNTED = "not_counted"


class ReferralWay(StrEnum):
    """How an invitation came to the friend."""

    LINK = "link"
    CODE = "code"
    CHAT = "chat"
    QR = "qr"
    CARD = "card"  # of an article or a review


class ReferralDeedKind(StrEnum):
    """What staff did with an invitation."""

    BARRED = "barred"
    ALLOWED = "allowed"


class ReferralCode(Model):
    """What a member's friends open, type or scan; it stays hers.

    ``qr_url`` is what the QR code of an official account holds that leads to it, as WeChat answered
    it, until ``qr_ends_at``, which is of the wire's time.
    """

    member_id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    made_at = fields.DatetimeField()
    qr_app_id = fields.TextField(null=True)
    qr_url = fields.TextField(null=True)
    qr_ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "referral_code"


class Referral(Model):
    """One friend whom a member invited, once for ever; state and reason are derived, never edited.

    ``inviter_id`` and ``invitee_id`` are who both were then; it goes by the rule of then,
    ``rule_version_id``. ``barred`` is the cap that it was over when it was opened, or says that
    staff barred it; "" for neither. ``reason`` says why it does not count, ``changes_at`` when time
    alone may change that, and ``qualified_at`` since when it counts, or counted. ``shared`` is what
    was on the card by which she came: an article's slot, "review:" and its uuid, or "".
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    inviter_id = fields.BigIntField()
    invitee_id = fields.BigIntField()
    rule_version_id = fields.BigIntField()
    way = fields.CharEnumField(ReferralWay)
    opened_at = fields.DatetimeField()
    barred = fields.TextField()
    shared = fields.TextField(default="")
    state = fields.CharEnumField(ReferralState)
    reason = fields.TextField()
    changes_at = fields.DatetimeField(null=True)
    qualified_at = fields.DatetimeField(null=True)

    class Meta:
        table = "referral"


class ReferralDeed(Model):
    """What a staff member did with an invitation, and why."""

    id = fields.BigIntField(primary_key=True)
    referral_id = fields.BigIntField()
    kind = fields.CharEnumField(ReferralDeedKind)
    reason = fields.TextField()
    staff_member_id = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "referral_deed"
