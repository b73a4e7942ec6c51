"""What was not fetched in time gives its points back: after midnight in Shanghai."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import every
from loyalty import redemptions
from web.context import Context


@every(minutes=60)
async def expire_redemptions(context: Context, at: datetime) -> int:
    """End redemptions that nobody fetched; points and stock go back where they came from."""
    things = 0
    while expired := await redemptions.expire(at=at, limit=PAGE):
        things += expired
    return things
