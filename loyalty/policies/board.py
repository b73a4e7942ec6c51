"""A leaderboard."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.festivals import Festival
from loyalty.policies import POLICIES


@POLICIES.add("board")
class Board(Struct, frozen=True, forbid_unknown_fields=True):
    """A leaderboard of the points that members earned in a week, month or season, net of refunds.

    Ties go to who was there first. Between two seasons of a festival the last one is shown.
    """

    name_zh: Annotated[str, Meta(min_length=1, max_length=40)] = "本周积分榜"
    name_en: Annotated[str, Meta(min_length=1, max_length=40)] = "Points of the week"
    season: Literal["weekly", "monthly", Festival] = "weekly"
