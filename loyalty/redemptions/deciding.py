"""Decide on a batch of wishes, one after another, while all that decides them is held.

All of it is in memory then: what the first one takes, the second one sees.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import coupons, ledger
from loyalty.conditions import Conditions, wanted_by
from loyalty.coupons import Held, Issue, Room
from loyalty.errors import NotFound, Refused
from loyalty.facts import Facts
from loyalty.giving_back import key_of
from loyalty.payments import Payer
from loyalty.programme import Programme, Rule
from loyalty.redemptions import stocks
from loyalty.redemptions.catalogue import Taken, refusal_of
from loyalty.redemptions.exchanging import Coupons
from loyalty.redemptions.fulfilling import Due, coupon_of
from loyalty.redemptions.shipping import Address, Destination
from loyalty.rewards import REWARDS, Reward
from loyalty.rewards.coupon import CouponReward
from loyalty.standing.knowing import facts_of_all


@dataclass(frozen=True, slots=True)
class Wish:
    """One member's wish to redeem a reward under a name of her own.

    ``payer`` is who pays where it costs money, ``destination`` where it goes if it is sent. With a
    ``coupon_uuid`` it costs that exchange coupon of hers, and neither points nor money.
    """

    member_id: int
    uuid: UUID
    slot: str
    payer: Payer | None = None
    destination: Destination | None = None
    coupon_uuid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A wish that comes true, by this version of the reward, perhaps with a coupon."""

    wish: Wish
    rule: Rule
    coupon: Held | None = None

    @property
    def reward(self) -> Reward:
        """Return what it is a wish for."""
        body: Reward = self.rule.body
        return body

    @property
    def points(self) -> int:
        """Return the points that it costs."""
        return 0 if self.wish.coupon_uuid else self.reward.points

    @property
    def cash_fen(self) -> int:
        """Return the money that it costs."""
        return 0 if self.wish.coupon_uuid else self.reward.cash_fen

    @property
    def address(self) -> Address | None:
        """Return where it goes; None where it is not sent."""
        going = self.wish.destination if self.reward.wants_address else None
        return going.address if going else None


class Grounds:
    """What decides a batch of wishes; its figures grow with each one that is granted."""

    def __init__(self, rules: Programme, purses: ledger.Purses, *, at: datetime) -> None:
        self._rules = rules
        self._purses = purses
        self._at = at
        self._idle_expires_at = rules.expiry(at).idle_expires_at(at)
        self._rewards: dict[str, Rule | None] = {}
        self._facts: Mapping[int, Facts] = {}
        self._of_stock: dict[str, int] = {}
        self._hers: Counter[tuple[int, str]] = Counter()
        self._room = Room({}, Counter(), Counter())
        self._coupons = Coupons(rules)

    @classmethod
    async def found(
        cls,
        wishes: Sequence[Wish],
        purses: ledger.Purses,
        rules: Programme,
        *,
        scarce: Collection[str],
        at: datetime,
    ) -> "Grounds":
        """Look up what decides these wishes; hold coupons, batches and scarce stocks to the end.

        Their members are locked already. A stock is scarce where there may not be enough for all
        of them, or where it is among ``scarce``; what none of them gets anyway is not held: many
        ask for what is sold out.
        """
        grounds = cls(rules, purses, at=at)
        slots = {wish.slot for wish in wishes}
        grounds._rewards = {slot: rules.find(slot, REWARDS, at) for slot in slots}
        named = [wish.coupon_uuid for wish in wishes if wish.coupon_uuid]
        if named:
            grounds._coupons = await Coupons.held(named, rules, at=at)
        wanted = [one for wish in wishes if (one := grounds._as_granted(wish))]
        await grounds._look_up(wanted)
        await grounds._hold([one for one in wanted if grounds._refusal(one) is None], scarce)
        return grounds

    def _as_granted(self, wish: Wish) -> Granted | None:
        rule = self._rewards[wish.slot]
        return None if rule is None else Granted(wish, rule, self._coupons.of(wish.coupon_uuid))

    async def _look_up(self, wanted: Sequence[Granted]) -> None:
        await self._purses.fill(one.wish.member_id for one in wanted if one.points)
        choosy = [one for one in wanted if self._conditions(one).all_of]
        if choosy:
            asking = wanted_by(self._conditions(one) for one in choosy)
            ids = {one.wish.member_id for one in choosy}
            self._facts = await facts_of_all(ids, at=self._at, rules=self._rules, wanted=asking)
        limited = {
            (one.wish.member_id, one.wish.slot): one.reward.limited_since(self._at)
            for one in wanted
            if one.reward.per_member is not None and one.wish.coupon_uuid is None
        }
        self._hers.update(await stocks.taken_by(limited) if limited else {})
        if wanted:
            self._of_stock.update(await stocks.taken({one.wish.slot for one in wanted}))

    async def _hold(self, wanted: Sequence[Granted], scarce: Collection[str]) -> None:
        issues = [(self._issue(one), self._batch(one)) for one in wanted]
        pairs = [(issue, rule) for issue, rule in issues if issue and rule]
        if pairs:
            self._room = await coupons.room(pairs)
        pieces = Counter(one.wish.slot for one in wanted)
        if new := pieces.keys() - self._of_stock.keys():
            await stocks.open_new(new)
            self._of_stock.update(dict.fromkeys(new, 0))
        held = {
            one.wish.slot
            for one in wanted
            if (most := one.reward.stock) is not None
            and (
                one.wish.slot in scarce
                or most < self._of_stock[one.wish.slot] + pieces[one.wish.slot]
            )
        }
        if held:
            self._of_stock.update(await stocks.hold(held))

    def granted(self, wish: Wish) -> Granted:
        """Grant a wish: its points are spent, its piece and its coupon are counted.

        Raises:
            LoyaltyError: as ``redeem_all``; nothing has changed.
        """
        one = self._as_granted(wish)
        if one is None:
            raise NotFound("no_such_reward", slot=wish.slot)
        self._purses.require(wish.member_id)
        if wish.coupon_uuid:
            self._coupons.require(wish.coupon_uuid, wish.slot, member_id=wish.member_id)
        refusal = self._refusal(one)
        if refusal is not None:
            raise refusal
        reward = one.reward
        if wish.payer is None and (one.cash_fen or reward.wants_wechat):
            raise Refused("reward_in_miniprogram")
        if reward.wants_address and wish.destination is None:
            raise Refused("address_missing")
        issue, batch = self._issue(one), self._batch(one)
        if issue and batch:
            self._room.require(issue, batch)
        if one.points:
            self._purses.spend(self._spend(one))
        if issue and batch:
            self._room.take(issue)
        self._of_stock[wish.slot] += 1
        if wish.coupon_uuid:
            self._coupons.take(wish.coupon_uuid)
        else:
            self._hers[wish.member_id, wish.slot] += 1
        return one

    def _refusal(self, one: Granted) -> Refused | None:
        member_id, slot = one.wish.member_id, one.wish.slot
        facts = self._facts.get(member_id) or Facts(member_id, self._at)
        taken = Taken(self._of_stock.get(slot, 0), self._hers[member_id, slot])
        coupon = self._coupons.batch(one.wish.coupon_uuid)
        return refusal_of(self._rules, one.reward, facts, taken=taken, coupon=coupon)

    def _conditions(self, one: Granted) -> Conditions:
        coupon = self._coupons.batch(one.wish.coupon_uuid)
        return coupon.conditions if coupon else one.reward.conditions

    def _issue(self, one: Granted) -> Issue | None:
        """Return the coupon that it becomes at once; none where its money is awaited."""
        reward = one.reward
        if not isinstance(reward, CouponReward) or one.cash_fen:
            return None
        return coupon_of(Due(reward, one.wish.member_id, one.wish.uuid, one.points), reward)

    def _batch(self, one: Granted) -> Rule | None:
        reward = one.reward
        if not isinstance(reward, CouponReward):
            return None
        return coupons.batch(self._rules, reward.coupon_slot, at=self._at)

    def _spend(self, one: Granted) -> ledger.Spend:
        key = key_of(one.wish.uuid)
        return ledger.Spend(
            member_id=one.wish.member_id,
            key=key,
            at=self._at,
            cause=key,
            points=one.points,
            idle_expires_at=self._idle_expires_at,
        )
