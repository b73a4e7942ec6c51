"""What ladders ask of a shop on Tmall or Taobao: coupons made, given, and lost answers looked up.

The shop's coupons are its own platform's: what is written here is only that it was asked, and what
it answered. Each call is noted before it is made.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from connectors.tmall import coupons
from connectors.tmall.client import TmallClient
from connectors.tmall.coupons import ListedBatch
from loyalty.connections import TmallSettings
from loyalty.ladders import batches, handing
from loyalty.ladders.batches import LISTED, AskedBatch, BatchOutcome
from loyalty.ladders.checking import named
from loyalty.ladders.handing import Handed, ToHand
from models import IdentityKind, ShopCouponState
from web.context import Context, now
from wechat.errors import CallFailed, Rejected, UnknownOutcome

ERROR_LIMIT = 200
# Clocks differ: what was made so long before we asked may be what we asked for.
BEFORE = timedelta(minutes=5)


class LadderShop:
    """One shop that may be asked; ``name`` is what ladders call it."""

    def __init__(self, connection_id: int, settings: TmallSettings, client: TmallClient) -> None:
        self.id = connection_id
        self.settings = settings
        self.name = named(settings)
        self._client = client
        self._refused_as = ""

    async def make(self, *, at: datetime) -> int:
        """Ask for the batches that are wanted; return how many are made.

        Raises:
            CallFailed: the platform cannot be asked now, or its answer was lost: what was not
                asked for waits.
        """
        made = 0
        claimed = deque(await batches.claim(self.id, at=at))
        while claimed:
            one = claimed.popleft()
            try:
                outcome = await self._made(one, at=at)
            except CallFailed as failed:
                is_lost = isinstance(failed, UnknownOutcome)
                back = [*([] if is_lost else [one]), *claimed]
                await batches.end([BatchOutcome(each, error=_reason(failed)) for each in back])
                raise
            await batches.end([outcome])
            made += outcome.number is not None
        return made

    async def _made(self, one: AskedBatch, *, at: datetime) -> BatchOutcome:
        """Return what became of a batch.

        Raises:
            UnknownOutcome: it may be made. CallFailed: it was not.
        """
        if one.coupon_fen // 100 not in self.settings.coupon_yuan:
            return BatchOutcome(one, error="coupon_not_made_there", is_refused=True)
        if await batches.active(self.id, at=at) > self.settings.most_coupon_batches:
            return BatchOutcome(one, error="too_many_batches")
        try:
            number = await coupons.make(
                self._client,
                coupon_fen=one.coupon_fen,
                least_order_fen=one.least_order_fen,
                ends_at=one.ends_at,
            )
        except Rejected as refused:
            return BatchOutcome(one, error=_reason(refused), is_refused=True)
        return BatchOutcome(one, number=number)

    async def look_for_batches(self) -> int:
        """Find batches whose answer was lost among those that the shop has; return how many.

        One that is not there when it must be is wanted again.

        Raises:
            CallFailed: one of its kinds.
        """
        waiting = await batches.unanswered(self.id)
        taken = await batches.numbers(self.id) if waiting else set()
        found = 0
        for coupon_fen, of_worth in groupby(
            sorted(waiting, key=lambda one: one.coupon_fen), key=lambda one: one.coupon_fen
        ):
            listed = await coupons.listed(self._client, coupon_fen=coupon_fen)
            for one in of_worth:
                number = next((x.number for x in listed if _is_it(x, one, taken)), None)
                if number is not None:
                    taken.add(number)
                    await batches.end([BatchOutcome(one, number=number)])
                    found += 1
                elif now() - one.asked_at > LISTED:
                    await batches.end([BatchOutcome(one)])
        return found

    async def hand_out(self, *, at: datetime) -> int:
        """Give coupons to those who are known at the shop and wait; return how many were given.

        Raises:
            CallFailed: the platform cannot be asked now, or its answer was lost: who was not
                asked for waits.
        """
        given = 0
        while claimed := await self._claimed(at=at):
            calls = deque(_calls(claimed, self.settings.coupons_at_once))
            while calls:
                call = await handing.renewed(calls.popleft())
                if not call:
                    continue
                try:
                    given += await self._hand(call, calls, at=at)
                except CallFailed as failed:
                    back = [] if isinstance(failed, UnknownOutcome | Rejected) else list(call)
                    back += [one for later in calls for one in later]
                    await handing.end([_waits(one, error=_reason(failed)) for one in back], at=at)
                    raise
        return given

    async def _hand(
        self, call: Sequence[ToHand], calls: deque[list[ToHand]], *, at: datetime
    ) -> int:
        """Make one call and note what became of it; return how many were given.

        Of several whom the platform refuses together, each is asked for alone, next. Where the
        second of them is refused as the first was, it is not they who are refused.

        Raises:
            Rejected: no more need be asked. UnknownOutcome, CallFailed: as ``_handed``.
        """
        try:
            outcomes = await self._handed(call)
        except Rejected as refused:
            if len(call) > 1:
                calls.extendleft([one] for one in reversed(call))
                return 0
            why = _reason(refused)
            await handing.end([Handed(call[0], ShopCouponState.REFUSED, error=why)], at=at)
            is_again, self._refused_as = self._refused_as == _kind(why), _kind(why)
            if is_again:
                self._refused_as = ""
                raise
            return 0
        self._refused_as = ""
        await handing.end(outcomes, at=at)
        return sum(one.state is ShopCouponState.SENT for one in outcomes)

    async def _claimed(self, *, at: datetime) -> list[ToHand]:
        return await handing.claim(
            self.id,
            shop=self.name,
            shop_code=self.settings.scope,
            app_key=self.settings.app_key,
            limit=self.settings.coupons_at_once,
            at=at,
        )

    async def _handed(self, call: Sequence[ToHand]) -> list[Handed]:
        """Return what became of a call's coupons, without those of which nobody knows.

        Raises:
            UnknownOutcome: each may be given. CallFailed: nobody was given one.
        """
        given = await coupons.give(
            self._client,
            call[0].batch_number,
            kind=call[0].kind,
            names=[one.name for one in call],
        )
        sent = [
            Handed(one, ShopCouponState.SENT, given.numbers[one.name] or None)
            for one in call
            if one.name in given.numbers
        ]
        refused = [
            Handed(one, ShopCouponState.REFUSED, error=given.reasons[one.name][:ERROR_LIMIT])
            for one in call
            if one.name in given.reasons
        ]
        return sent + refused

    async def look_for_coupons(self, *, at: datetime) -> int:
        """Look with whom coupons are whose answer was lost; return of how many it is known now.

        Where the platform names nobody, staff decide.

        Raises:
            CallFailed: one of its kinds.
        """
        waiting = await handing.unanswered(self.id, app_key=self.settings.app_key)
        known = 0
        for _, of_batch in groupby(waiting, key=lambda one: one.batch_id):
            asked = list(of_batch)
            first = asked[0]
            having, are_all = await coupons.holders(
                self._client, first.batch_number, ends_at=first.ends_at
            )
            outcomes = [
                Handed(one, ShopCouponState.SENT, having[one.name] or None)
                for one in asked
                if one.name in having
            ]
            if are_all:
                outcomes += [
                    _waits(one)
                    for one in asked
                    if one.name not in having and now() - one.asked_at > LISTED
                ]
            await handing.end(outcomes, at=at)
            known += len(outcomes)
        return known


def shops_of(context: Context) -> list[LadderShop]:
    """Return the shops on Tmall and Taobao that are connected."""
    return [
        LadderShop(account.connection.id, settings, account.client)
        for account in context.shops
        if isinstance(account.client, TmallClient)
        and isinstance(settings := account.connection.settings, TmallSettings)
    ]


def _is_it(listed: ListedBatch, asked: AskedBatch, taken: set[str]) -> bool:
    """Say whether what the platform lists is what we asked for: any of the same terms will do."""
    return (
        listed.number not in taken
        and (listed.coupon_fen, listed.least_order_fen) == (asked.coupon_fen, asked.least_order_fen)
        and listed.ends_at == asked.ends_at - coupons.SECOND
        and listed.made_at is not None
        and listed.made_at >= asked.asked_at - BEFORE
    )


def _calls(claimed: Sequence[ToHand], most: int) -> Iterator[list[ToHand]]:
    """Go through what is asked for at once: of one batch, named alike, nobody twice."""

    def alike(one: ToHand) -> tuple[int, IdentityKind]:
        return one.batch_id, one.kind

    for _, same in groupby(sorted(claimed, key=alike), key=alike):
        left = list(same)
        while left:
            first_of = {one.name: one for one in reversed(left)}
            call = [one for one in left if first_of[one.name] is one][:most]
            yield call
            asked = {one.id for one in call}
            left = [one for one in left if one.id not in asked]


def _waits(one: ToHand, *, error: str | None = None) -> Handed:
    return Handed(one, ShopCouponState.WAITING, error=error)


def _reason(failed: CallFailed) -> str:
    """Return the platform's own words, which staff read."""
    return failed.errmsg.replace("\x00", "")[:ERROR_LIMIT]


def _kind(reason: str) -> str:
    """Return a reason without what tells this call from others."""
    return reason.partition(" request_id")[0]
