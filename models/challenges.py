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
    """A step of a challenge, claimed once a round ("2026-W47"), and what she has of it.

    The round lasted from ``starts_at`` to ``ends_at``, or has no end. ``times`` counts how often
    the step was given: again after it was undone. ``points`` are those of it that are with her,
    ``last_points`` those that the last time gave; ``coupon_id`` is the coupon that was not taken
    back. The table's key is (member_id, slot, round, step).
    """

    member_id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    round = fields.TextField()
    step = fields.IntField()
    rule_version_id = fields.BigIntField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    times = fields.IntField()
    points = fields.BigIntField()
    last_points = fields.BigIntField()
    coupon_id = fields.BigIntField(null=True)
    claimed_at = fields.DatetimeField()
    undone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "challenge_claim"
        unique_together = (("member_id", "slot", "round", "step"),)


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
