"""What shoppers spend of their points at Tmall: done once a record, and told back.

A verdict is kept with its event before it is told: whatever breaks in between, Tmall hears what was
done, and it is done once. Points for somebody whom we do not know yet wait for a day, since Tmall
tells of who joined in its flight mode within that; what she would spend is refused at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from connectors.tmall_pass import messages
from connectors.tmall_pass.messages import About
from connectors.tmall_pass.shops import Pass, client_of
from connectors.tmall_pass.wire import Word
from loyalty import inbox, member_pass, parking
from loyalty.again import in_transaction
from loyalty.errors import LoyaltyError
from loyalty.inbox import Arrival, Left
from loyalty.member_pass import NO_SUCH_MEMBER, Shown, mixed_digest
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import IdentityKind
from web.context import Context
from web.logs import log
from web.metrics import count_inbound_event
from wechat.errors import CallFailed, Rejected

TOPIC = "tmall_mei_PointChange"
KIND = "point_change"
TAKES, GIVES = 1, 2
AT_ONCE = 20
AGAIN_AFTER = timedelta(seconds=30)
FLIGHT, LOOKED_AGAIN_AFTER = timedelta(hours=24), timedelta(minutes=5)
# The platform's own words; its spelling.
ERRORS = {NO_SUCH_MEMBER: "no-exsit-member", "not_enough_points": "point-not-enough"}


class Told(About, frozen=True, kw_only=True):
    """A change as the platform tells it: ``type`` 1 takes points, 2 gives them."""

    type: int
    point: Annotated[int, Meta(gt=0, le=10**9)]
    mix_mobile: Word = ""
    ouid: Word = ""
    ext_info: str = ""


class Kept(Struct, frozen=True, omit_defaults=True):
    """A change as its event keeps it, with the verdict once there is one: "" is done.

    Until ``waits_until`` the member may still become known.
    """

    told: Told
    verdict: str | UnsetType = UNSET
    waits_until: datetime | None = None


def arrival(
    topic: object, content: object, passes: Iterable[Pass], *, sealer: Sealer
) -> Arrival | None:
    """Return the event of a message; None where it is no change of a pass of ours."""
    found = messages.read(content, Told, passes, kind=KIND) if topic == TOPIC else None
    if found is None or found[0].type not in (TAKES, GIVES):
        return None
    told, known = found
    return messages.arrival(told, known, kind=KIND, body=_sealed(Kept(told), sealer))


def _sealed(kept: Kept, sealer: Sealer) -> bytes:
    """Return what the inbox keeps: a hash of a phone number is undone by trying them all."""
    return sealer.seal(msgspec.json.encode(kept), purpose=KIND)


class PointChanges:
    """The changes of all passes that wait in the inbox."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._passes = {one.id: one for one in context.passes.values()}

    async def work(self, at: datetime) -> int:
        """Do what waits and tell it back; return how many there were."""
        if not self._passes:
            return 0
        taken = await inbox.take_left(list(self._passes), limit=AT_ONCE, at=at)
        for event in taken:
            await self._work(event, self._passes[event.connection_id], at=at)
        return len(taken)

    async def _work(self, event: Left, known: Pass, *, at: datetime) -> None:
        sealer = self._context.sealer
        kept = msgspec.json.decode(sealer.unseal(event.body, purpose=KIND), type=Kept)
        if kept.verdict is UNSET:
            kept = await in_transaction(lambda: self._done(event, kept, known, at=at))
        if kept.verdict is UNSET:
            await inbox.give_back([event.event_id], again_after=LOOKED_AGAIN_AFTER)
            return
        try:
            await self._tell(kept, known)
        except Rejected as failed:
            refusal = LoyaltyError("order_refused", error=f"{failed.errcode} {failed.errmsg}")
            await inbox.work_failed(event.event_id, parking.reason(refusal), at=at)
        except CallFailed as failed:
            log.warning("point_change_not_told", event_id=event.event_id, error=failed.code)
            await inbox.give_back([event.event_id], again_after=AGAIN_AFTER)
        else:
            await inbox.end({event.event_id: None}, at=at)
            count_inbound_event(KIND, "worked" if not kept.verdict else "refused")

    async def _done(self, event: Left, kept: Kept, known: Pass, *, at: datetime) -> Kept:
        """Move the points, and keep the verdict in the same transaction, unless she may come."""
        told = kept.told
        verdict = await member_pass.change_points(
            self._shown(told, known),
            -told.point if told.type == TAKES else told.point,
            key=f"tmall_pass:{known.scope}:{told.record_id}",
            at=at,
        )
        until = kept.waits_until or at + FLIGHT
        may_come = verdict == NO_SUCH_MEMBER and told.type == GIVES and at < until
        judged = replace(kept, waits_until=until) if may_come else replace(kept, verdict=verdict)
        await inbox.rewrite(event.event_id, _sealed(judged, self._context.sealer))
        return judged

    def _shown(self, told: Told, known: Pass) -> Shown:
        name = IdentityRef(IdentityKind.TMALL_OUID, known.settings.shop_code, told.ouid or "-")
        mixed = told.mix_mobile.lower()
        return Shown(
            connection_id=known.id,
            name=name if told.ouid else None,
            mixed=mixed_digest(mixed, sealer=self._context.sealer) if mixed else "",
        )

    async def _tell(self, kept: Kept, known: Pass) -> None:
        """Tell the platform what was done.

        Raises:
            CallFailed: one of its kinds.
        """
        told, verdict = kept.told, kept.verdict
        assert verdict is not UNSET, "judged before it is told"
        answer: Mapping[str, str] = {
            "mix_mobile": told.mix_mobile,
            "record_id": str(told.record_id),
            "result": "1" if verdict else "0",
            "error_code": ERRORS.get(verdict, verdict.replace("_", "-")),
            "point": str(told.point),
            "ext_info": told.ext_info,
        }
        await client_of(self._context, known).answer_point_change(
            {name: one for name, one in answer.items() if one}
        )
