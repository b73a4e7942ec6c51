"""Subscribe messages (订阅消息) of a mini-program: one for each time that she allowed one."""

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
from loyalty import subscriptions
from loyalty.deliveries import Message, Subscribe
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
    """Send a template's message to a shopper who allowed one.

    Raises:
        Undeliverable: the platform's code: 43101 she allows none (any more), 47003 a value breaks
            its rule, 40037, 40003, 41030 ...
        Postponed: nothing was sent: no token, the platform is busy, the daily calls are spent.
        OutcomeLost: sent and not answered.
    """
    if not isinstance(message, Subscribe):
        raise Undeliverable("message_of_another_channel")
    account = context.miniprograms.get(address.scope)
    if account is None:
        raise Postponed("no_such_account", after_seconds=SETTINGS_WRONG_SECONDS)
    await hold_token(account.client)
    try:
        await account.client.wxa.send_subscribe_message(  # type: ignore[no-untyped-call]
            address.value,
            message.template_id,
            {key: {"value": value} for key, value in message.values.items()},
            page=message.page,
        )
    except UnknownOutcome as lost:
        await _count(address, message)
        raise OutcomeLost(lost.code) from lost
    except (TryAgain, TokenRefused) as busy:
        raise Postponed(code_of(busy), after_seconds=pause_seconds(busy)) from busy
    except WindowClosed as closed:
        await subscriptions.used_up(address.scope, address.value, message.template_id)
        raise Undeliverable(code_of(closed)) from closed
    except QuotaSpent as spent:
        raise Postponed(code_of(spent), after_seconds=DAY_QUOTA_SECONDS) from spent
    except CallFailed as rejected:
        raise Undeliverable(code_of(rejected)) from rejected
    await _count(address, message)


async def _count(address: Address, message: Subscribe) -> None:
    await subscriptions.use(address.scope, address.value, message.template_id)
