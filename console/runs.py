"""What the clock asked for, and what became of it."""

from collections.abc import Sequence

from aiohttp import web

from console.code_words import JOBS, said
from console.pages import language_of, show
from models import db
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


async def page(request: web.Request) -> web.Response:
    """Show each job's newest run, what failed lately, and the deliveries by their state."""
    language = language_of(request)
    return await show(
        request,
        "runs.html",
        {
            "runs": _named(await db.fetch(_RUNS), language),
            "failed": _named(await db.fetch(_FAILED, SHOWN), language),
            "deliveries": [dict(row) for row in await db.fetch(_DELIVERIES)],
        },
    )


def _named(rows: Sequence[db.Row], language: Language) -> list[dict[str, object]]:
    return [{**dict(row), "name": said(JOBS, row["job"], language)} for row in rows]
