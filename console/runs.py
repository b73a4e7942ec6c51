"""What the clock asked for, what became of it, and how far the shops have been read."""

from collections.abc import Sequence

from aiohttp import web

from console.pages import language_of, show
from console.words.codes import CONNECTIONS, JOBS, said
from loyalty import parking
from models import ShopKind, db
from web.languages import Language

SHOWN = 20

_RUNS = """
SELECT run.* FROM (SELECT DISTINCT job FROM job_run) AS known
CROSS JOIN LATERAL (SELECT * FROM job_run WHERE job_run.job = known.job
                    ORDER BY tick DESC LIMIT 1) AS run
ORDER BY run.job
"""

_FAILED = "SELECT * FROM job_run WHERE state = 'failed' ORDER BY tick DESC LIMIT $1"

_DELIVERIES = """
SELECT channel, state, coalesce(error, '') AS error, count(*) AS deliveries,
       max(planned_at) AS newest_at
FROM delivery GROUP BY channel, state, coalesce(error, '') ORDER BY channel, state, error
"""


# Open and parked events have indexes of their own, however many were worked.
_SHOPS = f"""
SELECT connection.kind, connection.name, swept_until, swept_at, shop_sweep.error,
       coalesce(open.events, 0) AS waiting, coalesce(parked.events, 0) AS parked
FROM connection LEFT JOIN shop_sweep ON shop_sweep.connection_id = connection.id
LEFT JOIN (SELECT connection_id, count(*) AS events FROM inbound_event
           WHERE worked_at IS NULL GROUP BY connection_id) AS open
       ON open.connection_id = connection.id
LEFT JOIN (SELECT connection_id, count(*) AS events FROM inbound_event
           WHERE {parking.IS_PARKED} GROUP BY connection_id) AS parked
       ON parked.connection_id = connection.id
WHERE connection.kind = ANY($1::text[])
ORDER BY connection.kind, connection.name
"""


async def page(request: web.Request) -> web.Response:
    """Show each job's newest run, what failed lately, the shops, and deliveries by their state."""
    language = language_of(request)
    return await show(
        request,
        "runs.html",
        {
            "runs": _named(await db.fetch(_RUNS), language),
            "failed": _named(await db.fetch(_FAILED, SHOWN), language),
            "deliveries": [dict(row) for row in await db.fetch(_DELIVERIES)],
            "shops": [
                {**dict(row), "platform": said(CONNECTIONS, row["kind"], language)}
                for row in await db.fetch(_SHOPS, [kind.value for kind in ShopKind])
            ],
        },
    )


def _named(rows: Sequence[db.Row], language: Language) -> list[dict[str, object]]:
    return [{**dict(row), "name": said(JOBS, row["job"], language)} for row in rows]
