"""Who works for the brand, and their sessions in the console."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Role(StrEnum):
    """What a staff member may do: see `console.access`."""

    OWNER = "owner"
    MANAGER = "manager"
    MARKETER = "marketer"
    GUIDE = "guide"
    AUDITOR = "auditor"


class StaffMember(Model):
    """One person with an account of her own; ``wecom_user_id`` lets her sign in by a WeCom scan.

    With ``totp_since`` a password alone does not; ``totp_step`` is that of the last code.
    """

    id = fields.BigIntField(primary_key=True)
    account = fields.CharField(max_length=60, unique=True)
    name = fields.TextField()
    role = fields.CharEnumField(Role)
    password_hash = fields.TextField(null=True)
    wecom_user_id = fields.TextField(null=True)
    language = fields.TextField()
    totp_sealed = fields.BinaryField(null=True)
    totp_since = fields.DatetimeField(null=True)
    totp_step = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_member"


class StaffDeed(Model):
    """One form that a staff member sent, with its fields, and how it ended."""

    id = fields.BigIntField(primary_key=True)
    staff_member_id = fields.BigIntField(null=True)
    deed = fields.TextField()
    path = fields.TextField()
    told: fields.Field[object] = fields.JSONField()
    http_status = fields.IntField()
    address = fields.TextField()
    did_at = fields.DatetimeField()

    class Meta:
        table = "staff_deed"


class StaffSession(Model):
    """One login to the console; the token itself is only in the browser's cookie.

    One that ``needs_code`` opens nothing but the form for it.
    """

    token_hash = fields.BinaryField(primary_key=True)
    staff_member_id = fields.BigIntField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    needs_code = fields.BooleanField(default=False)

    class Meta:
        table = "staff_session"
