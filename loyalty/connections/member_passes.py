"""The settings of member passes (会员通), as an operator writes them."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class TmallPassSettings(Struct, frozen=True, forbid_unknown_fields=True, tag="tmall_pass"):
    """The member pass of one Tmall shop, with the app that Tmall signs its questions for.

    ``shop_code`` names the shop among ours; ``merchant`` its legal entity, over whose shops an omid
    is one. ``mix_key`` makes ``mix_mobile``: compare one with the member centre's console.
    ``asks_to_register`` is how an unknown shopper is answered: as bindable with E04, or not.
    """

    shop_code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
    seller_name: Name
    app_key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,40}\Z")]
    app_secret: Name
    mix_key: Name
    merchant: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")] = "default"
    asks_to_register: bool = True
    max_age_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 300

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.shop_code

    def __repr__(self) -> str:
        return f"TmallPassSettings(shop_code={self.shop_code!r})"
