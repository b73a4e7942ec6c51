"""Boards whose copy was lost are laid anew."""

from datetime import datetime

from jobs.deriving import shown_seasons
from jobs.registry import every
from web import boards
from web.context import Context
from web.wake import Away


@every(minutes=1)
async def lay_boards(context: Context, at: datetime) -> int:
    """Look whether Redis still has the boards, and lay anew those that it lost."""
    laid = 0
    for (board, _), season in (await shown_seasons(at)).items():
        try:
            if not await boards.is_whole(context.redis, board, season):
                laid += await boards.lay(context.redis, board, season)
        except Away:  # boards are read from PostgreSQL meanwhile
            return laid
    return laid
