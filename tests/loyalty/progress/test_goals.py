"""What each kind of goal counts, and what staff cannot write."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from loyalty import publishing
from loyalty.calendar import day_of
from loyalty.challenges import CHALLENGES, Challenge, ChallengeStep
from loyalty.challenges.categories_tried import CategoriesTried
from loyalty.challenges.orders import Orders
from loyalty.challenges.reviews import Reviews
from loyalty.challenges.spend import Spend
from loyalty.challenges.team_total import TeamTotal
from loyalty.challenges.visits import Visits
from loyalty.happenings import Happening, Happenings
from loyalty.happenings.categories import TriedCategory
from loyalty.happenings.check_ins import CheckedIn
from loyalty.happenings.kept_orders import KeptOrder
from loyalty.happenings.reviews import Reviewed
from loyalty.happenings.teams import Team

AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(*happened: Happening, member_id: int = 1) -> Happenings:
    kinds = {type(one) for one in happened}
    found = {kind: [one for one in happened if type(one) is kind] for kind in kinds}
    return Happenings(day_of(AT), member_id, found)


ORDERS = (KeptOrder(AT, 10_050), KeptOrder(AT + DAY, 0), KeptOrder(AT + DAY, 4_950))


@pytest.mark.parametrize(
    ("goal", "happened", "reached"),
    [
        (Spend(), ORDERS, 150),
        (Orders(), ORDERS, 2),
        (Orders(min_fen=5_000), ORDERS, 1),
        (Visits(), (CheckedIn(AT), CheckedIn(AT), CheckedIn(AT + 3 * DAY)), 2),
        (
            CategoriesTried(),
            (TriedCategory(AT, "豆"), TriedCategory(AT, "茶"), TriedCategory(AT + DAY, "豆")),
            2,
        ),
        (
            CategoriesTried(target=2, categories=("茶", "壶")),
            (TriedCategory(AT, "豆"), TriedCategory(AT, "茶")),
            1,
        ),
        (Reviews(), (Reviewed(AT), Reviewed(AT)), 2),
    ],
)
def test_a_goal_counts_what_happened(
    goal: Challenge, happened: tuple[Happening, ...], reached: int
) -> None:
    assert goal.reached(seen(*happened)) == reached
    assert goal.reached(seen()) == 0


def team(**told: object) -> Team:
    orders = {1: ORDERS[:1], 2: ORDERS[2:], 3: ()}
    given = {"left_at": {}, "joined_at": dict.fromkeys(orders, AT), **told}
    return Team(AT, 7, "community:vip", orders, **given)  # type: ignore[arg-type]


def test_a_team_counts_all_and_each_member_needs_a_share_of_her_own() -> None:
    goal = TeamTotal(target=150, own_share=60)
    assert goal.reached(seen(team())) == 150
    assert goal.lacks(seen(team())) == []
    (refused,) = goal.lacks(seen(team(), member_id=2))
    assert (refused.code, refused.figures) == ("team_share_too_small", {"done": 49, "target": 60})
    (refused,) = goal.lacks(seen(team(left_at={1: AT + DAY})))
    assert refused.code == "not_in_team"
    assert goal.reached(seen(team(left_at={1: AT + DAY}))) == 150, "leaving takes nothing away"
    assert goal.lacks(seen())[0].code == "not_in_team"
    assert TeamTotal(counts="orders").reached(seen(team())) == 2


def test_a_ladder_has_its_first_step_in_front() -> None:
    goal = Orders(
        target=1, reward_points=5, more_steps=(ChallengeStep(3, 20), ChallengeStep(5, 50))
    )
    assert [(one.target, one.reward_points) for one in goal.steps] == [(1, 5), (3, 20), (5, 50)]


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("orders", {"target": 0}, "target"),
        ("orders", {"target": 3, "more_steps": [{"target": 3, "reward_points": 1}]}, "more_steps"),
        ("orders", {"more_steps": [{"target": 3}]}, "gives nothing"),
        ("check_in_streak", {"rounds": "weekly", "target": 8}, "More days"),
        ("visits", {"rounds": "monthly", "target": 29}, "More days"),
        ("visits", {"rounds": "daily", "more_steps": [{"target": 2, "reward_points": 1}]}, "More"),
        ("categories_tried", {"target": 3, "categories": ["豆", "茶"]}, "Fewer categories"),
        ("orders", {"rounds": "easter"}, "rounds"),
        ("team_total", {"team_slot": "vip"}, "team_slot"),
        ("spend", {"target": 1_000_001}, "target"),
    ],
)
def test_what_nobody_can_reach_cannot_be_written(
    kind: str, fields: dict[str, object], wrong: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=wrong):
        publishing.read("challenge:new", {"kind": kind, **fields})


def test_every_goal_says_what_it_looks_at() -> None:
    CHALLENGES.load()
    for kind in CHALLENGES:
        struct = CHALLENGES[kind]
        assert struct.looks_at, kind
        assert struct().reached(seen()) == 0, kind
