"""Campaigns: the right coupon to those whom a segment holds, said to them once.

A run is a set of statements a page of members: coupons by key, deliveries by key. It may run
twice, at once in two processes, or be killed half-way: what has its key is not given again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty import coupons, deliveries, programme, snapshots
from loyalty.calendar import day_of
from loyalty.coupons import Issue, Reason
from loyalty.deliveries import Planned, Subscribe, Text
from loyalty.errors import NotFound
from loyalty.policies import POLICIES
from loyalty.policies.campaign import Campaign
from loyalty.programme import Programme, Rule
from loyalty.roots import ids_of, wants_personal_offers
from loyalty.wording import day_words
from models import Purpose, db

PAGE = 500
SAID_WITHIN = timedelta(days=2)


class Route(Struct, frozen=True):
    """Through which accounts of ours a campaign speaks, and the subscribe template it fills."""

    miniprogram_app_id: str
    template_id: str
    official_account_app_id: str
    page: str = "pages/coupons/coupons"


class Given(Struct, frozen=True):
    """What a run did: how many the segment holds, coupons given now, deliveries planned now."""

    members: int
    coupons: int
    deliveries: int


# Whoever has a coupon of this campaign that is younger than the pause is left alone, and so is
# whoever wants no offers of her own.
HERS = ids_of("snapshot_member.member_id")
_DUE = f"""
SELECT member_id FROM snapshot_member
WHERE snapshot_id = $1 AND member_id > $2
  AND EXISTS (SELECT FROM member
              WHERE member.id = member_id AND merged_into_id IS NULL AND deleted_at IS NULL)
  AND {wants_personal_offers("member_id")}
  AND NOT EXISTS (SELECT FROM coupon WHERE coupon.member_id = ANY({HERS})
                  AND coupon.key LIKE $3 AND issued_at > $4 AND coupon.key NOT LIKE $5)
ORDER BY member_id LIMIT $6
"""

# Whoever was written to in this run is left out: by then her subscription may be used up.
_ADDRESSES = """
SELECT customer.id AS member_id, customer.language,
       (SELECT value FROM identity WHERE customer_id = customer.id AND kind = 'openid'
        AND scope = $3 ORDER BY id DESC LIMIT 1) AS miniprogram_openid,
       (SELECT value FROM identity WHERE customer_id = customer.id AND kind = 'openid'
        AND scope = $4 AND following_since IS NOT NULL ORDER BY id DESC LIMIT 1) AS openid,
       coalesce((SELECT max(accepted) FROM subscription
                 JOIN identity ON identity.value = openid AND identity.kind = 'openid'
                  AND identity.scope = app_id
                 WHERE customer_id = customer.id AND app_id = $3 AND template_id = $5), 0)
           AS accepted
FROM customer WHERE id = ANY($1::bigint[])
  AND NOT EXISTS (SELECT FROM delivery
                  WHERE key IN ($2 || ':' || customer.id || ':subscribe',
                                $2 || ':' || customer.id || ':customer'))
"""


async def in_force(at: datetime) -> list[str]:
    """Return the codes of the campaigns that run."""
    rules = await programme.load()
    return [
        rule.slot.partition(":")[2]
        for rule in rules.of(POLICIES, at)
        if isinstance(rule.body, Campaign)
    ]


async def run(code: str, route: Route, *, at: datetime) -> Given:
    """Give a campaign's coupon to those whom its segment holds today, and plan to say so.

    Raises:
        NotFound: ``no_such_campaign``, ``no_such_segment``, ``no_such_coupon_batch``.
    """
    rules = await programme.load()
    rule = _campaign(code, rules, at=at)
    if rule is None:
        raise NotFound("no_such_campaign")
    if coupons.batch(rules, rule.body.coupon_slot, at=at) is None:
        raise NotFound("no_such_coupon_batch", slot=rule.body.coupon_slot)
    taken = await snapshots.take(rule.body.segment_slot, at=at)
    run_key = f"{rule.slot}:{taken.on_day.isoformat()}"
    given, planned, after = 0, 0, 0
    while member_ids := await _due(rule, taken.id, run_key, after=after, at=at):
        after = member_ids[-1]
        async with db.transaction():
            given += await _give(rule.body, run_key, member_ids, at=at)
            planned += await _say(rule.body, run_key, member_ids, rules, route, at=at)
    return Given(taken.members, given, planned)


def _campaign(code: str, rules: Programme, *, at: datetime) -> Rule | None:
    rule = rules.find(f"campaign:{code}", POLICIES, at)
    return rule if rule is not None and isinstance(rule.body, Campaign) else None


async def _due(
    rule: Rule, snapshot_id: int, run_key: str, *, after: int, at: datetime
) -> list[int]:
    since = at - timedelta(days=rule.body.again_after_days)
    rows = await db.fetch(
        _DUE, snapshot_id, after, f"{_like(rule.slot)}:%", since, f"{_like(run_key)}:%", PAGE
    )
    return [row["member_id"] for row in rows]


def _like(text: str) -> str:
    return text.replace("_", "\\_")


async def _give(
    campaign: Campaign, run_key: str, member_ids: Sequence[int], *, at: datetime
) -> int:
    reason = Reason(zh=campaign.reason_zh, en=campaign.reason_en)
    outcomes = await coupons.issue(
        [Issue(f"{run_key}:{one}", one, campaign.coupon_slot, reason) for one in member_ids], at=at
    )
    return sum(outcome.fate == "done" for outcome in outcomes)


async def _say(
    campaign: Campaign,
    run_key: str,
    member_ids: Sequence[int],
    rules: Programme,
    route: Route,
    *,
    at: datetime,
) -> int:
    rows = await db.fetch(
        _ADDRESSES,
        list(member_ids),
        run_key,
        route.miniprogram_app_id,
        route.official_account_app_id,
        route.template_id,
    )
    wanted = [one for row in rows if (one := _planned(campaign, run_key, row, rules, route, at=at))]
    outcomes = await deliveries.plan(wanted, at=at) if wanted else []
    return sum(outcome.fate == "done" for outcome in outcomes)


def _planned(
    campaign: Campaign,
    run_key: str,
    row: db.Row,
    rules: Programme,
    route: Route,
    *,
    at: datetime,
) -> Planned | None:
    """Plan the first way that can reach her: a subscribe message, else a customer message."""
    by_subscribe = bool(row["miniprogram_openid"] and row["accepted"] and route.template_id)
    if not by_subscribe and not row["openid"]:
        return None
    words = _Words(campaign, rules, language=row["language"], at=at)
    message: Subscribe | Text = words.subscribe(route) if by_subscribe else words.text()
    return Planned(
        key=f"{run_key}:{row['member_id']}:{'subscribe' if by_subscribe else 'customer'}",
        customer_id=row["member_id"],
        channel="miniprogram" if by_subscribe else "official_account",
        scope=route.miniprogram_app_id if by_subscribe else route.official_account_app_id,
        address=row["miniprogram_openid"] if by_subscribe else row["openid"],
        message=message,
        not_before=at,
        lapses_at=at + SAID_WITHIN,
        purpose=Purpose.OFFERS,
    )


class _Words:
    """What is said of a coupon, in the member's language."""

    def __init__(
        self, campaign: Campaign, rules: Programme, *, language: str, at: datetime
    ) -> None:
        rule = coupons.batch(rules, campaign.coupon_slot, at=at)
        assert rule is not None, "whoever asks has looked"
        self._zh = language == "zh"
        self._name = rule.body.name_zh if self._zh else rule.body.name_en
        self._reason = campaign.reason_zh if self._zh else campaign.reason_en
        self._last = day_of(at) + timedelta(days=rule.body.valid_days)
        self._until = day_words(self._last, today=day_of(at))

    def text(self) -> Text:
        if self._zh:
            return Text(
                f"{self._reason}，送您一张「{self._name}」，{self._until.zh}前（含当日）有效。"
                "在小程序的券包里查看。"
            )
        return Text(
            f"{self._reason}: here is a coupon for you, “{self._name}”, good through"
            f" {self._until.en}. Find it in the mini-program under Coupons."
        )

    def subscribe(self, route: Route) -> Subscribe:
        """Fill the template: values of `thing` have at most 20 characters."""
        return Subscribe(
            route.template_id,
            route.page,
            {
                "thing1": self._name[:20],
                "thing2": self._reason[:20],
                "date3": f"{self._last:%Y-%m-%d}",
            },
        )


# A subscribe message that was refused has said nothing: the customer message is the next way.
_REFUSED = """
SELECT refused.key, refused.customer_id, identity.value AS openid, customer.language
FROM delivery AS refused
JOIN customer ON customer.id = refused.customer_id
JOIN identity ON identity.customer_id = customer.id AND identity.kind = 'openid'
             AND identity.scope = $1 AND identity.following_since IS NOT NULL
WHERE refused.channel = 'miniprogram' AND refused.state = 'refused'
  AND refused.key LIKE 'campaign:%:subscribe' AND refused.ended_at > $2
  AND NOT EXISTS (SELECT FROM delivery AS next
                  WHERE next.key = replace(refused.key, ':subscribe', ':customer'))
ORDER BY refused.id LIMIT $3
"""


async def fall_back(route: Route, *, at: datetime) -> int:
    """Plan the next way for those whose subscribe message was refused; return how many."""
    rows = await db.fetch(_REFUSED, route.official_account_app_id, at - SAID_WITHIN, PAGE)
    rules = await programme.load()
    wanted = []
    for row in rows:
        code = row["key"].split(":")[1]
        rule = _campaign(code, rules, at=at)
        if rule is not None and coupons.batch(rules, rule.body.coupon_slot, at=at) is not None:
            words = _Words(rule.body, rules, language=row["language"], at=at)
            wanted.append(
                Planned(
                    key=row["key"].replace(":subscribe", ":customer"),
                    customer_id=row["customer_id"],
                    channel="official_account",
                    scope=route.official_account_app_id,
                    address=row["openid"],
                    message=words.text(),
                    not_before=at,
                    lapses_at=at + SAID_WITHIN,
                    purpose=Purpose.OFFERS,
                )
            )
    outcomes = await deliveries.plan(wanted, at=at) if wanted else []
    return sum(outcome.fate == "done" for outcome in outcomes)
