"""Play: days checked in, challenges claimed, and scores of the boards."""

from tortoise import fields
from tortoise.models import Model


class CheckIn(Model):
    """A Shanghai day on which a member checked in; the table's key is the pair."""

    member_id = fields.BigIntField(primary_key=True)
    on_day = fields.DateField()
    checked_in_at = fields.DatetimeField()

    class Meta:
        table = "check_in"
        unique_together = (("member_id", "on_day"),)


class ChallengeClaim(Model):
    """A challenge's reward, claimed once a round ("2026-W47" of a weekly one)."""

    member_id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    round = fields.TextField()
    rule_version_id = fields.BigIntField()
    claimed_at = fields.DatetimeField()

    class Meta:
        table = "challenge_claim"
        unique_together = (("member_id", "slot", "round"),)


class Score(Model):
    """A member's score of a board's season ("2026-W47"), and when she reached it: ties go by it.

    The truth of the board. Redis holds a copy.
    """

    member_id = fields.BigIntField(primary_key=True)
    board = fields.TextField()
    season = fields.TextField()
    score = fields.BigIntField()
    reached_at = fields.DatetimeField()

    class Meta:
        table = "score"
        unique_together = (("board", "season", "member_id"),)
