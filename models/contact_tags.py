"""Tags of WeCom contacts: those of the corp, and who was given which."""

from tortoise import fields
from tortoise.models import Model


class ContactTag(Model):
    """A tag of the corp (企业客户标签); ``slot`` is the rule that it follows; staff's have none."""

    tag_id = fields.CharField(max_length=64, primary_key=True)
    corp_id = fields.TextField()
    name = fields.TextField()
    group_name = fields.TextField()
    slot = fields.TextField(null=True)

    class Meta:
        table = "contact_tag"


class Tagging(Model):
    """One contact has a tag by one staff member, as the platform was last seen to have it."""

    corp_id = fields.CharField(max_length=64, primary_key=True)
    external_user_id = fields.TextField()
    user_id = fields.TextField()
    tag_id = fields.TextField()

    class Meta:
        table = "tagging"
        unique_together = (("corp_id", "external_user_id", "user_id", "tag_id"),)


class TaggingBudget(Model):
    """Who marks contacts of a corp now, and how many calls that were this minute and hour.

    ``done_at`` is when nothing differed any more.
    """

    corp_id = fields.CharField(max_length=64, primary_key=True)
    leased_until = fields.DatetimeField()
    minute = fields.DatetimeField()
    in_minute = fields.IntField()
    hour = fields.DatetimeField()
    in_hour = fields.IntField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tagging_budget"
