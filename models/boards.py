"""Leaderboards whose season is over: final places, what staff did with them, and prizes."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class BoardDeedKind(StrEnum):
    """Staff take a place from a final list, or let it stand again."""

    DISQUALIFIED = "disqualified"
    READMITTED = "readmitted"


class BoardFinal(Model):
    """A season of a board that is over for good; ``rule_version_id`` holds what it promised.

    Prizes are given once staff have approved it.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    board = fields.TextField()
    season = fields.TextField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    rule_version_id = fields.BigIntField()
    frozen_at = fields.DatetimeField()
    approved_at = fields.DatetimeField(null=True)
    approved_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "board_final"
        unique_together = (("board", "season"),)


class BoardPlace(Model):
    """One line of a final list as it was frozen, never changed. The key is (final_id, rank)."""

    final_id = fields.BigIntField(primary_key=True)
    rank = fields.IntField()
    member_id = fields.BigIntField()
    score = fields.BigIntField()
    reached_at = fields.DatetimeField()

    class Meta:
        table = "board_place"
        unique_together = (("final_id", "rank"), ("final_id", "member_id"))


class BoardDeed(Model):
    """What a staff member did with the place of a frozen rank, and why; the newest decides."""

    id = fields.BigIntField(primary_key=True)
    final_id = fields.BigIntField()
    rank = fields.IntField()
    kind = fields.CharEnumField(BoardDeedKind)
    reason = fields.TextField()
    staff_member_id = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "board_deed"


class BoardPrize(Model):
    """Who wins what at which final rank, since staff approved; given once.

    ``coupon_refusal`` says why there was no coupon for her. The key is (final_id, rank).
    """

    final_id = fields.BigIntField(primary_key=True)
    rank = fields.IntField()
    member_id = fields.BigIntField()
    given_at = fields.DatetimeField(null=True)
    points = fields.BigIntField()
    coupon_id = fields.BigIntField(null=True, unique=True)
    coupon_refusal = fields.TextField()

    class Meta:
        table = "board_prize"
        unique_together = (("final_id", "rank"), ("final_id", "member_id"))


class BoardExclusion(Model):
    """A member whom staff keep off all boards: staff themselves, test accounts, who cheated."""

    member_id = fields.BigIntField(primary_key=True)
    reason = fields.TextField()
    staff_member_id = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "board_exclusion"


class RankBefore(Model):
    """A member's rank as the day ``kept_on`` began; the table's key is without the day."""

    member_id = fields.BigIntField(primary_key=True)
    board = fields.TextField()
    season = fields.TextField()
    rank = fields.IntField()
    kept_on = fields.DateField()

    class Meta:
        table = "rank_before"
        unique_together = (("board", "season", "member_id"),)
