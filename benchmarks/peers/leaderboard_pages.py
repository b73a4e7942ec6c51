"""`leaderboard_pages.py REDIS_URL lay|ask MEMBERS SECONDS`: boards by the library `leaderboard`.

`lay` ranks members 1 to MEMBERS by the score ``score_of`` and prints what each of them takes of
the server's memory. `ask` reads the first page, and then the page around a member, each for
SECONDS, and prints how many of each a second; what it reads is compared with the scores.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import redis
from leaderboard.leaderboard import Leaderboard

NAME = "peer:board"
PAGE = 25
AT_ONCE = 10_000


def score_of(member: int, members: int) -> int:
    """Return a score that no other member has."""
    return 1 + member * 7919 % members


def lay(board: Leaderboard, server: redis.StrictRedis, members: int) -> dict[str, float]:
    """Rank all members."""
    server.delete(NAME)
    before = server.info("memory")["used_memory"]
    for first in range(1, members + 1, AT_ONCE):
        told: list[Any] = []
        for member in range(first, min(first + AT_ONCE, members + 1)):
            told += [str(member), score_of(member, members)]
        board.rank_members(told)
    return {"bytes": (server.info("memory")["used_memory"] - before) / members}


def ask(board: Leaderboard, members: int, seconds: float) -> dict[str, float]:
    """Read pages, one after another."""
    dice = random.Random(5)
    return {
        "leaders": _rate(lambda: _check(board.leaders(1), members, first=1), seconds),
        "around_me": _rate(
            lambda: _check(board.around_me(str(dice.randint(1, members))), members), seconds
        ),
    }


def _rate(act: Callable[[], None], seconds: float) -> float:
    asked, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        act()
        asked += 1
    return asked / (time.perf_counter() - began)


def _check(page: list[dict[str, Any]], members: int, first: int = 0) -> None:
    one = page[0]
    rank = int(one["rank"])
    wrong = first and rank != first
    if wrong or float(one["score"]) != members + 1 - rank:
        raise SystemExit(f"the peer's page is wrong: {one}")


def main() -> None:
    """Do what is asked, and print it as JSON."""
    server = redis.StrictRedis.from_url(sys.argv[1])
    board = Leaderboard(NAME, connection=server, page_size=PAGE)
    members = int(sys.argv[3])
    if sys.argv[2] == "lay":
        told = lay(board, server, members)
    else:
        told = ask(board, members, float(sys.argv[4]))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
