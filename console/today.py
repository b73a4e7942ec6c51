"""Today's figures beside yesterday's, and what waits for someone."""

from aiohttp import web

from console.pages import see, show
from loyalty import help_desks, parking, scorecards
from models import CommunityTask, Delivery, MassSendPart, Redemption, RedemptionPayment
from web.context import CONTEXT


async def begin(request: web.Request) -> web.Response:
    """Lead an address that was typed with a slash at its end to the first page."""
    return see(request, "")


async def page(request: web.Request) -> web.Response:
    """Show the day."""
    context = request.config_dict[CONTEXT]
    told = await scorecards.today(at=context.clock())
    waiting = {
        "to_hand_over": await Redemption.filter(state="issued", code__isnull=False).count(),
        "to_ship": await Redemption.filter(state="to_ship").count(),
        "refunds_failed": await RedemptionPayment.filter(state="refund_failed").count(),
        "community_tasks": await CommunityTask.filter(state="open").count(),
        "sends_waiting": await MassSendPart.filter(state="waiting").count(),
        "desk_waiting_people": await help_desks.waiting(),
        "parked_events": await parking.count(),
        "deliveries_unknown": await Delivery.filter(state="unknown").count(),
    }
    figures = [(name, *getattr(told, name)) for name in told.__struct_fields__]
    return await show(
        request, "today.html", {"figures": figures, "waiting": waiting, "now": context.clock()}
    )
