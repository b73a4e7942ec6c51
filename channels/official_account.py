"""Customer messages (客服消息) of an official account, in the window a follower opened."""

import asyncio

from channels import Address, OutcomeLost, Postponed, Receipt, Undeliverable
from loyalty.deliveries import Message, customer_message_quota
from models import db
from web.context import Account, Context
from wechat.errors import (
    CallFailed,
    QuotaSpent,
    TokenRefused,
    TryAgain,
    UnknownOutcome,
    WindowClosed,
)

TOKEN_SECONDS = 15.0
SETTINGS_WRONG_SECONDS = 60.0
DAY_QUOTA_SECONDS = 1800.0


async def send(context: Context, address: Address, message: Message) -> Receipt:
    """Send a text to a follower who wrote in the last 48 hours or acted in the last minute.

    Raises:
        Undeliverable: ``window_closed``, ``quota_spent``, or the platform's code (45015, 45047,
            40003, 43004, 48002 ...).
        Postponed: nothing was sent: no token, the platform is busy, our daily calls are spent.
        OutcomeLost: sent and not answered.
    """
    account = context.accounts.get(address.scope)
    if account is None:
        raise Postponed("no_such_account", after_seconds=SETTINGS_WRONG_SECONDS)
    await _check_window(context, address)
    await _hold_token(account)
    try:
        await account.client.message.send_text(  # type: ignore[no-untyped-call]
            address.value, message.text
        )
    except UnknownOutcome as lost:
        raise OutcomeLost(lost.code) from lost
    except (TryAgain, TokenRefused) as busy:
        raise Postponed(_code(busy), after_seconds=_pause_seconds(busy)) from busy
    except WindowClosed as closed:
        raise Undeliverable(_code(closed)) from closed
    except QuotaSpent as spent:
        raise Postponed(_code(spent), after_seconds=DAY_QUOTA_SECONDS) from spent
    except CallFailed as rejected:
        raise Undeliverable(_code(rejected)) from rejected
    return Receipt()


async def _check_window(context: Context, address: Address) -> None:
    try:
        allowance = await customer_message_quota(
            address.scope,
            address.value,
            delivery_id=address.delivery_id,
            at=context.clock(),
        )
    except db.Unreachable as away:
        raise Postponed("database_away") from away
    if not allowance.is_open:
        raise Undeliverable("window_closed")
    if not allowance.left:
        raise Undeliverable("quota_spent")


async def _hold_token(account: Account) -> None:
    """Have a token before the message goes out: what fails here has certainly sent nothing."""
    try:
        async with asyncio.timeout(TOKEN_SECONDS):
            await account.client.token()
    except TimeoutError as late:
        raise Postponed("no_token") from late
    except db.Unreachable as away:
        raise Postponed("database_away") from away
    except CallFailed as failed:
        is_busy = isinstance(failed, TryAgain)
        pause = _pause_seconds(failed) if is_busy else SETTINGS_WRONG_SECONDS
        raise Postponed(f"no_token:{_code(failed)}", after_seconds=pause) from failed


def _pause_seconds(failed: CallFailed) -> float:
    return failed.after_seconds if isinstance(failed, TryAgain) else 0


def _code(failed: CallFailed) -> str:
    return failed.code if failed.errcode is None else str(failed.errcode)
