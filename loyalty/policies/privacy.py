"""How long what members told of themselves is kept."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES


@POLICIES.add("privacy")
class Privacy(Struct, frozen=True, forbid_unknown_fields=True):
    """For how many days the address of a gift is kept once the gift has arrived or was cancelled.

    At night it is deleted for good. What was sent, when, by whom and under which tracking number
    stays with the redemption.
    """

    address_kept_days: Annotated[int, Meta(ge=1, le=1095)] = 90
