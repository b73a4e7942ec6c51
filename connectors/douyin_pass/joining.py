"""Who of a shop's buyers joined it on Douyin, or left: asked for, since no message documents it.

Douyin tells a member's number as it is where she bought within 90 days, and she agreed to that when
she joined: by it she is the member who gave us that number, however she did.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors.douyin.client import DouyinClient
from connectors.douyin.wire import ShopMember
from connectors.douyin_pass.shops import Pass, client_of
from loyalty import customers, member_pass
from loyalty.customers import PhoneNumber, SealedPhone
from loyalty.errors import LoyaltyError, Refused
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import IdentityKind
from web.context import Context
from web.logs import log
from wechat.errors import Rejected

AT_ONCE = 200
IN_ONE_CALL = 10
ASKED_AGAIN_AFTER = timedelta(hours=20)
NUMBERS_ARE_TOLD_FOR = timedelta(days=90)
NO_MEMBER = "628145004"


async def ask_buyers(context: Context, known: Pass, *, at: datetime) -> int:
    """Ask about buyers whom we did not ask about today, and bound ones; return how many.

    Raises:
        CallFailed: Douyin does not answer; who was asked about is not asked about again.
    """
    client, scope = client_of(context, known)
    count = 0
    while names := await member_pass.to_ask(
        known.id,
        IdentityKind.DOUYIN_OPEN_ID,
        scope,
        asked_before=at - ASKED_AGAIN_AFTER,
        bought_after=at - NUMBERS_ARE_TOLD_FOR,
        limit=AT_ONCE,
    ):
        for start in range(0, len(names), IN_ONE_CALL):
            some = names[start : start + IN_ONE_CALL]
            for name, told in (await _told(client, known, some)).items():
                await _take(context, known, name, told=told, at=at)
            await member_pass.asked(some, at=at)
        count += len(names)
    return count


async def _told(
    client: DouyinClient, known: Pass, names: Sequence[IdentityRef]
) -> Mapping[IdentityRef, ShopMember]:
    """Return what Douyin tells of each; where it refuses them together, of each by herself."""
    values = [name.value for name in names]
    try:
        told = await client.members(known.settings.app_id, values)
    except Rejected as refused:
        if len(names) == 1:
            return {names[0]: ShopMember(values[0], success=False, err_code=_code(refused))}
        found: dict[IdentityRef, ShopMember] = {}
        for name in names:
            found |= await _told(client, known, [name])
        return found
    by_value = {one.open_id: one for one in told}
    return {name: by_value[name.value] for name in names if name.value in by_value}


def _code(refused: Rejected) -> str:
    return NO_MEMBER if NO_MEMBER in refused.errmsg else str(refused.errcode)


async def _take(
    context: Context, known: Pass, name: IdentityRef, *, told: ShopMember, at: datetime
) -> None:
    """Bind her who is a member, by her number where it is told; unbind her who is none."""
    phone = _phone(told, context)
    shown = Shown(known.id, name, phone=phone.digest if phone else "")
    try:
        if told.success:
            await member_pass.register(shown, at=at)
            await customers.keep_phones([phone] if phone else [])
        elif str(told.err_code) == NO_MEMBER:
            await _left(shown, at=at)
    except LoyaltyError as refusal:
        log.warning("member_pass_refused", code=refusal.code)


async def _left(shown: Shown, *, at: datetime) -> None:
    if (await member_pass.look(shown)).bound is not None:
        await member_pass.unbind(shown, at=at)


def _phone(told: ShopMember, context: Context) -> SealedPhone | None:
    """Return her number as it may be kept; None where it is not told as it is."""
    if not told.mobile:
        return None
    try:
        number = PhoneNumber(told.mobile, "86").international
    except Refused:
        return None
    return customers.seal_phone(number, sealer=context.sealer)
