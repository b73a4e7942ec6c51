"""How points come and go by the rules in force, a sentence a rule, as members read them."""

from datetime import datetime

from msgspec import Struct

from loyalty.earning import EARNING, EarningRule
from loyalty.earning.cap import Cap
from loyalty.ledger import OnShortfall
from loyalty.policies.points import PointsPolicy
from loyalty.policies.tiers import Tiers
from loyalty.programme import Programme
from loyalty.wording import Worded

_WHEN_TAKEN_BACK = {
    OnShortfall.DEBT: Worded(
        "退款时收回该订单的积分；已用掉的，从以后获得的积分中抵扣",
        "A refund takes its points back; those already spent are paid by your next ones",
    ),
    OnShortfall.CLAMP: Worded(
        "退款时收回该订单的积分，以剩余积分为限",
        "A refund takes its points back, as far as you still have points",
    ),
    OnShortfall.DEDUCT: Worded(
        "退款时收回该订单的积分；已用掉的，从退款金额中扣除",
        "A refund takes its points back; those already spent are kept of the money",
    ),
}


class PointRules(Struct, frozen=True):
    """What gives points, and when they can be spent, expire and are taken back."""

    earning: list[Worded]
    keeping: list[Worded]


def point_rules(rules: Programme, *, at: datetime) -> PointRules:
    """Return the sentences of the rules in force, those that give first, then what limits them.

    A cap on what single rules give is left out: a member does not know these apart.
    """
    tiers = rules.tiers(at)
    found = [rule.body for rule in rules.of(EARNING, at) if rule.body.is_on(at)]
    caps = [one for one in found if isinstance(one, Cap) and not one.limited_slots]
    giving = [one for one in found if not isinstance(one, Cap)]
    policy = rules.points(at)
    return PointRules(
        [_sentence(one, tiers) for one in (*giving, *caps)],
        [_settling(policy), rules.expiry(at).told(), _WHEN_TAKEN_BACK[policy.on_shortfall]],
    )


def _sentence(rule: EarningRule, tiers: Tiers) -> Worded:
    told, scope = rule.told(), rule.scope(tiers)
    return Worded(f"{told.zh}（{scope.zh}）", f"{told.en} ({scope.en})") if scope else told


def _settling(policy: PointsPolicy) -> Worded:
    days = policy.return_window_days
    if not days:
        return Worded("订单完成后，积分即可使用", "Points can be spent once the order is completed")
    en = "a day" if days == 1 else f"{days} days"
    return Worded(
        f"订单完成 {days} 天后，积分即可使用",
        f"Points can be spent {en} after the order is completed",
    )
