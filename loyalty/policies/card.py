"""A greeting card that goes with a gift."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Greeting = Annotated[str, Meta(min_length=1, max_length=60)]


@POLICIES.add("card")
class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """A card for an occasion: whoever sends a gift chooses one that is in season.

    It can be chosen while its rule holds; publish it with the start and end of the season.
    """

    name_zh: Name = "送给你"
    name_en: Name = "For you"
    greeting_zh: Greeting = "一点心意，请收下"
    greeting_en: Greeting = "A little something for you"
    picture: Annotated[str, Meta(max_length=200)] = ""
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#8c3b2f"
