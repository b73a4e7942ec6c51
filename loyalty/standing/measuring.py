"""Where members stand by the tiers, in SQL: one text for those who changed, and for a preview.

A tier is what she did, counted by Shanghai days, and nothing else: not in which order we were told
of it, nor how often. What was given back counts as though it was never bought.
"""

from collections.abc import Sequence
from datetime import date, datetime

from loyalty.calendar import day_of
from loyalty.policies.tiers import Tiers, Window
from loyalty.roots import ids_of

_KEPT = "greatest(paid_fen - freight_fen - refunded_fen, 0)"
# Of an order that was split up the first part that is kept counts as one, the others as none.
_ORDERS = """CASE WHEN parent_number = '' OR NOT EXISTS (
        SELECT FROM purchase AS part
        WHERE part.customer_id = purchase.customer_id AND part.shop_id = purchase.shop_id
          AND part.parent_number = purchase.parent_number AND part.id < purchase.id
          AND part.paid_fen - part.freight_fen - part.refunded_fen > 0
    ) THEN 1 ELSE 0 END"""
_DAY_PAID = "(paid_at AT TIME ZONE 'Asia/Shanghai')::date"

# What each argument is, whether a window asks for it or not.
_ASKED = """
asked AS (SELECT $1::bigint[], $2::date, $3::integer, $4::integer, $5::integer, $6::bigint[],
                 $7::integer, $8::integer, $9::text, $10::text, $11::integer),
"""

# Members by their ids, with all that they were. Freight is no spending on goods. Each is looked up
# by the index: without statistics the planner would read the whole table for each.
BOUGHT = f"""
wanted AS (SELECT id AS member_id FROM unnest($1::bigint[]) AS wanted (id) JOIN member USING (id)),
bought AS (
    SELECT purchase.id, member_id, paid_at, {_DAY_PAID} AS on_day, {_KEPT} AS kept,
           {_ORDERS} AS orders
    FROM wanted CROSS JOIN LATERAL (
        SELECT * FROM purchase WHERE customer_id = ANY({ids_of("member_id")}) OFFSET 0) AS purchase
    WHERE {_KEPT} > 0
)"""
THESE = f"""{_ASKED}{BOUGHT},
came AS (
    SELECT member_id, on_day FROM wanted CROSS JOIN LATERAL (
        SELECT on_day FROM check_in WHERE member_id = ANY({ids_of("wanted.member_id")}) OFFSET 0
    ) AS came
    WHERE $5 > 0
)
"""

# Every so many-th member at once: whatever was a merged customer's is her root's.
EVERYONE = f"""{_ASKED}
wanted AS (SELECT id AS member_id FROM member
           WHERE merged_into_id IS NULL AND deleted_at IS NULL AND id % $1[1] = 0),
bought AS (
    SELECT coalesce(merged_into_id, customer.id) AS member_id, paid_at, {_DAY_PAID} AS on_day,
           {_KEPT} AS kept, {_ORDERS} AS orders
    FROM purchase JOIN customer ON customer.id = customer_id
    WHERE {_KEPT} > 0 AND coalesce(merged_into_id, customer.id) % $1[1] = 0
),
came AS (
    SELECT coalesce(merged_into_id, customer.id) AS member_id, on_day
    FROM check_in JOIN customer ON customer.id = member_id
    WHERE $5 > 0 AND coalesce(merged_into_id, customer.id) % $1[1] = 0
)
"""

# `able`: those who ever did enough for the second tier; nobody else's days are gone through.
# `measured`: a row a day with what it brought, all up to it, and what the window held then.
# `reached`: each tier's last day on which the window held enough. `held`: the day from which it
# does so no more, `until` when the tier ends. `stood`: the highest tier that is still hers or to
# which she stepped down, and what she becomes when that is reviewed.
_STOOD = """
day AS (
    SELECT member_id, on_day, sum(kept * $3 / 100 + orders * $4)::bigint + $5 AS amount,
           sum(kept)::bigint AS kept, sum(orders)::integer AS orders,
           min(paid_at) AS first_paid_at, max(paid_at) AS last_paid_at
    FROM (SELECT member_id, on_day, kept, orders, paid_at FROM bought
          UNION ALL SELECT member_id, on_day, 0, 0, NULL FROM came) AS one
    GROUP BY member_id, on_day
),
able AS (SELECT member_id FROM day GROUP BY member_id HAVING sum(amount) >= ($6::bigint[])[2]),
measured AS (
    SELECT member_id, on_day, amount, sum(amount) OVER {window} AS in_window,
           sum(amount) OVER (PARTITION BY member_id ORDER BY on_day) AS running
    FROM day WHERE member_id IN (SELECT member_id FROM able)
),
tier AS (
    SELECT (place - 1)::integer AS rank, threshold
    FROM unnest($6::bigint[]) WITH ORDINALITY AS tier (threshold, place) WHERE place > 1
),
reached AS (
    SELECT member_id, rank, threshold, max(on_day) AS last_on, max(running) AS running
    FROM measured JOIN tier ON in_window >= threshold GROUP BY member_id, rank, threshold
),
held AS ({held}),
lasting AS MATERIALIZED (SELECT member_id, rank, over_on, over_on + $7::integer AS until FROM held),
now_and_next AS (
    SELECT member_id, rank, over_on, {rank_now} AS rank_now,
           CASE WHEN $2 < until THEN until
                WHEN $8 > 0 THEN until + $8 * (($2 - until) / $8 + 1) END AS review_on
    FROM lasting
),
best AS (
    SELECT DISTINCT ON (member_id) member_id, rank_now, nullif(review_on, 'infinity') AS review_on,
           {keep_by} AS keep_by_on
    FROM now_and_next WHERE rank_now > 0 ORDER BY member_id, rank_now DESC, review_on DESC
),
projected AS (
    SELECT member_id, max({rank_then}) AS rank_then
    FROM best JOIN lasting USING (member_id) WHERE review_on IS NOT NULL GROUP BY member_id
),
figures AS (
    SELECT member_id, sum(amount) FILTER (WHERE on_day >= {since_now}) AS reached,
           sum(orders) FILTER (WHERE on_day >= {since_now}) AS orders,
           sum(kept) FILTER (WHERE on_day >= {since_now}) AS spent_fen,
           min(on_day) FILTER (WHERE on_day >= {since_now}) AS oldest_on,
           sum(amount) FILTER (WHERE on_day >= {since_keep_by}) AS still_counts,
           min(first_paid_at) AS first_paid_at, max(last_paid_at) AS last_paid_at
    FROM day LEFT JOIN best USING (member_id) GROUP BY member_id
),
stood AS (
    SELECT member_id, coalesce(rank_now, 0) AS rank, rank_then, review_on, keep_by_on,
           coalesce(reached, 0) AS reached, coalesce(orders, 0) AS orders,
           coalesce(spent_fen, 0) AS spent_fen, coalesce(still_counts, 0) AS still_counts,
           least({changes}, review_on) AS changes_on, first_paid_at, last_paid_at
    FROM wanted LEFT JOIN figures USING (member_id) LEFT JOIN best USING (member_id)
    LEFT JOIN projected USING (member_id)
)
"""

_RANK_ON = """CASE WHEN {day} < until THEN rank
    WHEN $8 > 0 THEN greatest(rank - 1 - ({day} - until) / $8, 0) ELSE 0 END"""

_SPAN = "$9::text::interval"

# The first day whose window holds a day no more: where the month is too short for the day after,
# its last day holds it still.
_OUT_ON = f"""(({{day}} + 1 + {_SPAN})::date + CASE
    WHEN (({{day}} + 1 + {_SPAN})::date - {_SPAN})::date <= {{day}} THEN 1 ELSE 0 END)"""

# What she did from ``from_on`` on is enough by itself: with it the tier leaves the window.
_HELD_ROLLING = f"""
    SELECT member_id, rank, {_OUT_ON.format(day="from_on")} AS over_on
    FROM (SELECT member_id, rank, max(on_day) AS from_on
          FROM reached JOIN measured USING (member_id)
          WHERE measured.running - amount <= reached.running - threshold
          GROUP BY member_id, rank) AS enough
"""
_PERIOD = "date_trunc($10::text, {day}::timestamp)"
_SPANS: dict[Window, tuple[str, str]] = {
    Window.CALENDAR_YEAR: ("12 months", "year"),
    Window.CALENDAR_QUARTER: ("3 months", "quarter"),
    Window.CALENDAR_MONTH: ("1 month", "month"),
    Window.EVER: ("0 days", "day"),
}


def _rolling(day: str) -> str:
    return f"({day} - {_SPAN})::date"


def _calendar(day: str) -> str:
    return f"{_PERIOD.format(day=day)}::date"


def _ever(day: str) -> str:
    return "'-infinity'::date"


def counts_since(tiers: Tiers) -> str:
    """Return the SQL of the first day that counts today, by ``arguments``."""
    if tiers.is_rolling:
        return _rolling("$2")
    return _ever("$2") if tiers.window is Window.EVER else _calendar("$2")


def stood(tiers: Tiers, source: str) -> str:
    """Return the common table expressions that end with ``stood``, of ``THESE`` or ``EVERYONE``.

    Their arguments are those of ``arguments``.
    """
    period = f"PARTITION BY member_id, {_PERIOD.format(day='on_day')} ORDER BY on_day"
    if tiers.is_rolling:
        since, held, keep_by = _rolling, _HELD_ROLLING, "nullif(review_on, 'infinity')"
        window = f"PARTITION BY member_id ORDER BY on_day RANGE BETWEEN {_SPAN} PRECEDING"
        window += " AND CURRENT ROW"
        changes = _OUT_ON.format(day="oldest_on")
    elif tiers.window is Window.EVER:
        since, keep_by = _ever, "NULL::date"
        held = "SELECT member_id, rank, 'infinity'::date AS over_on FROM reached"
        window, changes = "PARTITION BY member_id ORDER BY on_day", "NULL::date"
    else:
        since, window = _calendar, period
        held = f"SELECT member_id, rank, {_after('last_on', '$11')} AS over_on FROM reached"
        # The days of grace after a window belong to the next: it is kept within the window.
        keep_by = "CASE WHEN $11 > 0 AND rank = rank_now AND $2 < over_on"
        keep_by += " THEN over_on ELSE review_on END"
        changes = f"CASE WHEN oldest_on IS NOT NULL THEN {_after('$2', '0')} END"
    last_on = "keep_by_on" if tiers.is_rolling else "(keep_by_on - 1)"
    return (
        source
        + ","
        + _STOOD.format(
            window=f"({window})",
            held=held,
            rank_now=_RANK_ON.format(day="$2"),
            rank_then=_RANK_ON.format(day="review_on"),
            keep_by=keep_by,
            since_now=since("$2"),
            since_keep_by=since(last_on),
            changes=changes,
        )
    )


def _after(day: str, windows: str) -> str:
    """Return the SQL of the first day after a day's calendar window and so many more."""
    return f"({_PERIOD.format(day=day)} + {_SPAN} * ({windows}::integer + 1))::date"


def arguments(of: Sequence[int], tiers: Tiers, *, at: datetime) -> list[object]:
    """Return the arguments $1 to $11 of what ``stood`` returns.

    The first are the ids of ``THESE``; of ``EVERYONE`` every how many-th is looked at.
    """
    today: date = day_of(at)
    weights = tiers.weights
    span, unit = _SPANS.get(tiers.window, ("", "day"))
    if tiers.window is Window.ROLLING_MONTHS:
        span = f"{tiers.window_months} months"
    elif tiers.window is Window.ROLLING_DAYS:
        span = f"{tiers.window_days} days"
    return [
        list(of),
        today,
        weights.per_yuan,
        weights.per_order,
        weights.per_visit,
        [tier.threshold for tier in tiers.tiers],
        tiers.grace_days,
        tiers.step_days,
        span,
        unit,
        tiers.held_windows,
    ]
