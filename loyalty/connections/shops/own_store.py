"""The settings of the brand's own stores and tills, as an operator writes them."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from loyalty.connections.shape import AccountSettings


class OwnStoreSettings(AccountSettings, frozen=True, tag="own_store"):
    """One store or till (收银) of the brand's own, which signs the orders that it sends.

    ``code`` names it in its address, its shop and the customer keys it gives. While the key is
    changed, ``previous_secret`` is taken, too. A call is good for ``max_age_seconds``.
    """

    named_by: ClassVar[str] = "code"

    code: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}\Z")]
    secret: Annotated[str, Meta(min_length=16, max_length=200)]
    shop_kind: Literal["own_store", "pos"] = "own_store"
    previous_secret: Annotated[str, Meta(min_length=16, max_length=200)] | None = None
    max_age_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 300
