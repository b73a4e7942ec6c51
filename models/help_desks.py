"""Help desks of WeCom (微信客服): how far each was read, and who answers whom."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class HelpDesk(Model):
    """One account of 微信客服. ``cursor`` is where the platform goes on; ``link`` opens its chat.

    ``read_at`` is the last time that the platform was asked, ``gone_at`` since when it lists the
    desk no more.
    """

    id = fields.BigIntField(primary_key=True)
    corp_id = fields.TextField()
    open_kfid = fields.TextField()
    name = fields.TextField()
    link = fields.TextField(null=True)
    cursor = fields.TextField()
    read_at = fields.DatetimeField(null=True)
    gone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "help_desk"
        unique_together = (("corp_id", "open_kfid"),)


class DeskState(StrEnum):
    """Who answers her: we, nobody yet, or a person."""

    BOT = "bot"
    WAITING = "waiting"
    PERSON = "person"


class DeskSession(Model):
    """How one consumer stands with one desk; ``user_id`` is the staff member who talks with her."""

    desk_id = fields.BigIntField(primary_key=True)
    external_user_id = fields.TextField()
    state = fields.CharEnumField(DeskState)
    user_id = fields.TextField(null=True)
    changed_at = fields.DatetimeField()

    class Meta:
        table = "desk_session"
        unique_together = (("desk_id", "external_user_id"),)
