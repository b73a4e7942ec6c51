"""An article of the brand's: what members read, and share by a card."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

Title = Annotated[str, Meta(min_length=1, max_length=40)]
Text = Annotated[str, Meta(max_length=5000)]


@POLICIES.add("article")
class Article(Struct, frozen=True, forbid_unknown_fields=True):
    """A text with a title and a picture, to be read while its rule is in force.

    Whoever shares it by a card gets nothing for that, nor for its being opened: a friend who came
    by the card is an invited friend, and counts by the rule of invitations once she bought and kept
    it.
    """

    name_zh: Title = "品牌故事"
    name_en: Title = "Our story"
    body_zh: Text = ""
    body_en: Text = ""
    picture: Annotated[str, Meta(max_length=200)] = ""
