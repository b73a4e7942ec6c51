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
