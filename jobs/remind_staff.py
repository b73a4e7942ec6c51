"""Staff who were asked to send something and did not are reminded once a day, three times."""

from datetime import datetime

from jobs.registry import every
from loyalty import mass_sends
from web import wecom
from web.context import Context


@every(minutes=60)
async def remind_staff(context: Context, at: datetime) -> int:
    """Remind them, and return how many."""
    due = await mass_sends.to_remind(list(context.corps), at=at)
    return sum([await wecom.remind(context, one, at=at) for one in due])
