"""What no movement may say spoils nothing but itself."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from loyalty.ledger import (
    Adjust,
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    MoveAll,
    Movement,
    Restore,
    Settle,
    Spend,
    record,
    record_one,
)
from models import Entry
from tests.loyalty.ledger.scene import day, earned, fates, kept, refusal, totals

BROKEN = [0, -1, 10**12 + 1, 2**63, 1.0, 1.5, float("nan"), float("inf"), True]


def _with_points(lin: int, wang: int, points: Any) -> list[Movement]:
    common: dict[str, Any] = {"member_id": lin, "at": day(1), "points": points}
    return [
        Earn(**common, key="a"),
        Cancel(**common, key="b", earn_key="pending"),
        Spend(**common, key="c"),
        Restore(**common, key="d", spend_key="spent"),
        ClawBack(**common, key="f", earn_key="pending"),
        ClawBack(**common, key="g", earn_key="settled"),
        Move(**common, key="h", to_member_id=wang),
    ]


@pytest.mark.parametrize("points", BROKEN)
async def test_points_are_whole_positive_and_not_huge(lin: int, wang: int, points: Any) -> None:
    await earned(lin, 100, key="settled")
    await record_one(Earn(member_id=lin, key="pending", at=day(0), points=100))
    await record_one(Spend(member_id=lin, key="spent", at=day(0), points=50))
    movements = _with_points(lin, wang, points)
    good = Spend(member_id=lin, key="good", at=day(1), points=1)
    assert await fates([*movements, good]) == ["points_out_of_range"] * 7 + ["done"]


@pytest.mark.parametrize("points", [0, 10**12 + 1, -(10**12) - 1, 1.5, -1.5, True])
async def test_an_adjustment_is_whole_not_nothing_and_not_huge(lin: int, points: Any) -> None:
    adjust = Adjust(member_id=lin, key="a", at=day(0), points=points)
    assert (await refusal(adjust))[0] == "points_out_of_range"


async def test_the_greatest_figures_add_up(lin: int) -> None:
    movements = [Adjust(member_id=lin, key=f"a{n}", at=day(0), points=10**12) for n in range(50)]
    await record(movements)
    assert await totals(lin) == (50 * 10**12, 0, 0)


async def test_nobodys_points_do_not_move(lin: int) -> None:
    nobody = lin + 1000
    common: dict[str, Any] = {"member_id": nobody, "at": day(0)}
    movements = [
        Earn(**common, key="a", points=1),
        Settle(**common, key="b", earn_key="x"),
        Cancel(**common, key="c", earn_key="x"),
        Spend(**common, key="d", points=1),
        Restore(**common, key="e", spend_key="x"),
        ClawBack(**common, key="f", points=1, earn_key="x"),
        Expire(**common, key="g"),
        Adjust(**common, key="h", points=1),
        MoveAll(**common, key="i", to_member_id=lin),
        MoveAll(member_id=lin, at=day(0), key="j", to_member_id=nobody),
    ]
    assert await fates(movements) == ["no_such_member"] * 10


async def test_nothing_is_settled_cancelled_or_clawed_back_by_a_wrong_name(
    lin: int, wang: int
) -> None:
    await earned(wang, 10, key="hers")
    await earned(lin, 10, key="mine")
    await record_one(Spend(member_id=lin, key="spent", at=day(0), points=5))
    for number, name in enumerate(["hers", "spent", "nothing", "", "a\0", "\udfff", "x" * 5000]):
        common: dict[str, Any] = {"member_id": lin, "at": day(0), "earn_key": name}
        movements = [
            Settle(**common, key=f"{number}a"),
            Cancel(**common, key=f"{number}b"),
            ClawBack(**common, key=f"{number}c", points=1),
        ]
        assert await fates(movements) == ["no_such_entry"] * 3
    assert (await kept(lin), await kept(wang)) == ((5, 0, 0), (10, 0, 0))


@pytest.mark.parametrize("moment", ["at", "settles_at", "expires_at", "idle_expires_at"])
def test_a_moment_without_a_zone_is_a_bug_of_the_caller(moment: str) -> None:
    earn = Earn(member_id=1, key="a", at=day(0), points=1)
    with pytest.raises(AssertionError, match="zone"):
        replace(earn, **{moment: datetime(2026, 1, 1)})


async def test_a_moment_means_the_same_in_every_zone(lin: int) -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 1, 8, 0, 0, 123457, shanghai)
    await earned(lin, 5, key="e", at=at, expires_at=datetime(2026, 3, 2, tzinfo=shanghai))
    assert (await Entry.get(key="e")).at == at
    assert await totals(lin, at=datetime.fromisoformat("2026-03-01T15:59:59.999999Z")) == (5, 0, 0)
    assert await totals(lin, at=datetime.fromisoformat("2026-03-01T16:00:00Z")) == (0, 0, 0)


async def test_an_empty_batch_is_no_work(ledger: None) -> None:
    assert await record([]) == []
