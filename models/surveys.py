"""What members answered to surveys."""

from tortoise import fields
from tortoise.models import Model


class SurveyAnswer(Model):
    """One member's answers to one survey, by question's code; ``uuid`` is her phone's name for it.

    An option is kept by its number in the version that asked. The key is (member_id, slot).
    """

    member_id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField()
    slot = fields.TextField()
    rule_version_id = fields.BigIntField()
    answers: fields.Field[object] = fields.JSONField()
    points = fields.BigIntField()
    answered_at = fields.DatetimeField()

    class Meta:
        table = "survey_answer"
        unique_together = (("member_id", "slot"),)
