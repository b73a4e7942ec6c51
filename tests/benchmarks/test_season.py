"""A season that was played is as counted from its script; one point more is found."""

import pytest

from benchmarks import season
from benchmarks.measuring import BenchmarkFailed, Cores
from benchmarks.season import count, script
from benchmarks.season.play import KILLED_ON
from benchmarks.servers import Database
from benchmarks.setting import Setting
from jifen import embedded

PEOPLE = 200


def test_what_is_given_back_counts_no_more() -> None:
    people = script.written(PEOPLE, seed=1)
    ids = list(range(1, PEOPLE + 1))
    before, after = (count.board(people, ids, day=day) for day in (script.FROZEN, script.END))
    assert sum(line.score for line in before) > sum(line.score for line in after)
    assert [line.score for line in before] == sorted((line.score for line in before), reverse=True)


async def test_a_season_with_cheaters_and_killed_workers_ends_right(
    database_url: str, servers: embedded.Addresses
) -> None:
    told: list[str] = []
    found = Database(embedded.Addresses(database_url, servers.redis_url), None)
    setting = Setting(True, Cores(0, 1), servers, told.append)
    people = script.written(PEOPLE, seed=2)
    played, winners = await season.played(setting, found, people)
    assert winners == len(count.board(people, played.ids, day=script.FROZEN)) - 2
    assert played.kills >= len(KILLED_ON)


async def test_one_point_too_many_is_found(
    database_url: str, servers: embedded.Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count, "VISIT_POINTS", count.VISIT_POINTS - 1)
    found = Database(embedded.Addresses(database_url, servers.redis_url), None)
    setting = Setting(True, Cores(0, 1), servers, lambda _: None)
    people = script.written(PEOPLE, seed=3)
    with pytest.raises(BenchmarkFailed, match="points: by the script"):
        await season.played(setting, found, people)
