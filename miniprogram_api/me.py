"""Who she is to the programme, and her points."""

from uuid import UUID

from msgspec import Struct

from loyalty import customers, ledger
from loyalty.errors import NotFound
from models import Member
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.typed import Moment


class Points(Struct, frozen=True):
    """Points at this moment.

    ``available`` can be spent. ``pending`` will be available once orders are past their return
    window. ``debt`` is owed and paid by the next points. ``expiring`` of the available ones lapse
    within 30 days, the first at ``expires_first_at``.
    """

    available: int
    pending: int
    debt: int
    expiring: int
    expires_first_at: Moment | None


class Me(Struct, frozen=True):
    """A member as she sees herself."""

    uuid: UUID
    member_since: Moment
    language: Language
    points: Points
    phone_bound: bool


async def read(shopper: Shopper, context: Context) -> Me:
    """Read who I am and my points.

    Raises:
        NotFound: ``no_such_member``.
    """
    member = await Member.get_or_none(id=shopper.customer_id)
    balances = await ledger.balances([shopper.customer_id], at=context.clock())
    if member is None:
        raise NotFound("no_such_member")
    balance = balances[shopper.customer_id]
    return Me(
        uuid=shopper.customer_uuid,
        member_since=member.joined_at,
        language=shopper.language,
        points=Points(
            available=balance.available,
            pending=balance.pending,
            debt=balance.debt,
            expiring=balance.expiring,
            expires_first_at=balance.expires_first_at,
        ),
        phone_bound=await customers.has_phone(shopper.customer_id),
    )
