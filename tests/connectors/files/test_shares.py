"""An order's money, shared out over its lines to the fen."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.files.shares import lift_negatives, spread, told_refunds

fen = st.integers(0, 10**9)


@given(st.integers(0, 10**9), st.lists(fen, min_size=1, max_size=30))
def test_parts_sum_to_the_whole_and_none_is_below_zero(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0


def test_weights_that_sum_to_the_whole_come_back_unchanged() -> None:
    assert spread(100, [33, 0, 67]) == [33, 0, 67]


def test_free_lines_share_equally_where_nothing_has_a_price() -> None:
    assert spread(10, [0, 0, 0]) == [4, 3, 3]


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=20))
def test_other_lines_bear_a_coupon_worth_more_than_its_line(amounts: list[int]) -> None:
    lifted = lift_negatives(amounts)
    assert sum(lifted) == max(0, sum(amounts))
    assert all(0 <= after <= max(0, before) for after, before in zip(lifted, amounts, strict=True))


@given(fen, st.lists(st.tuples(fen, fen), min_size=1, max_size=20))
def test_refunds_told_by_lines_never_exceed_line_or_order(
    total: int, lines: list[tuple[int, int]]
) -> None:
    paid = [line[0] for line in lines]
    parts = told_refunds(total, told=[line[1] for line in lines], paid=paid)
    assert sum(parts) <= total
    assert all(0 <= part <= most for part, most in zip(parts, paid, strict=True))
