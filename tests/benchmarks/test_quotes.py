"""What the comparison of quotes measures: the carts and offers that its goal names."""

from random import Random

from benchmarks.quotes import BRANDS, CATEGORIES, cart, offers, proposal
from loyalty import programme
from loyalty.discounts.buy_x_get_y import BuyXGetY
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent

programme.load_kinds()


def test_twenty_offers_are_those_of_the_goal_and_a_hundred_five_times_as_many() -> None:
    for count in (20, 100):
        told = [proposal(one, place).discount for place, one in enumerate(offers(count))]
        percents = [one for one in told if isinstance(one, Percent)]
        of_tiers = [one for one in percents if one.conditions.all_of]
        for all_, wanted in (
            (told, 20),
            ([one for one in percents if one.categories], 8),
            ([one for one in percents if one.brands], 4),
            ([one for one in told if isinstance(one, FenOff)], 3),
            ([one for one in told if isinstance(one, BuyXGetY)], 2),
            (of_tiers, 2),
        ):
            assert len(all_) == wanted * count // 20
        assert len({one["code"] for one in offers(count)}) == count


def test_carts_have_goods_that_the_offers_name_at_whole_yuan() -> None:
    lines = cart(Random(1), 50)["lines"]
    assert len({one["sku"] for one in lines}) == 50
    assert {one["category"] for one in lines} <= {f"c{n}" for n in range(CATEGORIES)}
    assert {one["brand"] for one in lines} <= {f"b{n}" for n in range(BRANDS)}
    assert not any(one["price_fen"] % 100 for one in lines)
