"""The programme's scorecard, with a chart and the same figures in a table."""

import msgspec
from aiohttp import web

from console.pages import show
from loyalty import scorecards
from web.context import CONTEXT


async def page(request: web.Request) -> web.Response:
    """Show the last twelve months."""
    told = await scorecards.programme(at=request.config_dict[CONTEXT].clock())
    chart = {
        "months": [f"{month.first_on:%Y-%m}" for month in told.months],
        "members": [month.members_fen / 100 for month in told.months],
        "others": [month.others_fen / 100 for month in told.months],
        "nobody": [month.nobody_fen / 100 for month in told.months],
    }
    return await show(
        request,
        "scorecard.html",
        {"card": told, "chart": msgspec.json.encode(chart).decode()},
    )
