"""Customer messages (客服消息) of an official account, in the window a follower opened."""

from channels import (
    SETTINGS_WRONG_SECONDS,
    Address,
    OutcomeLost,
    Postponed,
    Undeliverable,
    code_of,
    hold_token,
    pause_seconds,
)
from loyalty.deliveries import Message, Text, customer_message_quota
from models import db
from web.context import Context
from wechat.errors import (
    CallFailed,
    QuotaSpent,
    TokenRefused,
    TryAgain,
    UnknownOutcome,
    WindowClosed,
)

DAY_QUOTA_SECONDS = 1800.0


async def send(context: Context, address: Address, message: Message) -> None:
    """Send a text to a follower who wrote in the last 48 hours or acted in the last minute.

    Raises:
        Undeliverable: ``window_closed``, ``quota_spent``, or the platform's code (45015, 45047,
            40003, 43004, 48002 ...).
        Postponed: nothing was sent: no token, the platform is busy, our daily calls are spent.
        OutcomeLost: sent and not answered.
    """
    if not isinstance(message, Text):
        raise Undeliverable("message_of_another_channel")
    account = context.accounts.get(address.scope)
    if account is None:
        raise Postponed("no_such_account", after_seconds=SETTINGS_WRONG_SECONDS)
    await _check_window(context, address)
    await hold_token(account.client)
    try:
        await account.client.message.send_text(  # type: ignore[no-untyped-call]
            address.value, message.text
        )
    except UnknownOutcome as lost:
        raise OutcomeLost(lost.code) from lost
    except (TryAgain, TokenRefused) as busy:
        raise Postponed(code_of(busy), after_seconds=pause_seconds(busy)) from busy
    except WindowClosed as closed:
        raise Undeliverable(code_of(closed)) from closed
    except QuotaSpent as spent:
        raise Postponed(code_of(spent), after_seconds=DAY_QUOTA_SECONDS) from spent
    except CallFailed as rejected:
        raise Undeliverable(code_of(rejected)) from rejected


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
