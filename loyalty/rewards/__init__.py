"""What points can be redeemed for. One file a kind; the docstrings are what staff read.

A rule of the slot ``reward:<code>`` is one reward of the catalogue.
"""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.registry import Registry

Name = Annotated[str, Meta(min_length=1, max_length=40)]
About = Annotated[str, Meta(max_length=500)]


class Reward(Struct, frozen=True, forbid_unknown_fields=True):
    """What every reward has. ``stock`` and ``per_member`` of None mean no end.

    A redemption is hers to fetch for ``days_to_fetch`` days.
    """

    name_zh: Name = "奖励"
    name_en: Name = "Reward"
    about_zh: About = ""
    about_en: About = ""
    picture: Annotated[str, Meta(max_length=200)] = ""
    points: Annotated[int, Meta(ge=0, le=10**9)] = 100
    stock: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    per_member: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    days_to_fetch: Annotated[int, Meta(ge=1, le=365)] = 30
    conditions: Conditions = ALWAYS


REWARDS: Registry[Reward] = Registry(__name__)
