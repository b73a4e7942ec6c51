"""Campaigns give their coupons in the morning, when people like to be written to."""

from datetime import datetime

import structlog

from jobs.registry import daily
from loyalty import campaigns
from loyalty.campaigns import Route
from loyalty.errors import NotFound
from web.context import Context
from web.wake import wake

log = structlog.get_logger(__name__)


def route_of(context: Context) -> Route:
    """Return the accounts that campaigns speak through: the first of each kind."""
    miniprogram = next(iter(context.miniprograms.values()), None)
    account = next(iter(context.accounts), "")
    return Route(
        miniprogram_app_id=miniprogram.connection.scope if miniprogram else "",
        template_id=miniprogram.connection.settings.coupon_template_id if miniprogram else "",
        official_account_app_id=account,
    )


@daily(at="10:00")
async def run_campaigns(context: Context, at: datetime) -> int:
    """Give each campaign's coupon to those whom its segment holds, and say so."""
    given = 0
    for code in await campaigns.in_force(at):
        try:
            told = await campaigns.run(code, route_of(context), at=at)
        except NotFound as missing:  # what it names is no longer in force: the others go on
            log.error("campaign_broken", campaign=code, code=missing.code)
            continue
        given += told.coupons
    await wake(context.redis)
    return given
