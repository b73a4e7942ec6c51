"""Shops in which members scanned the code."""

from datetime import date

from loyalty.calendar import day_of
from loyalty.happenings import Happening
from loyalty.roots import ids_of


class VisitedShop(Happening, frozen=True):
    """A visit to a shop of the brand's own, by the code there."""

    sql = f"""
    SELECT wanted.id, visited_at, shop_id FROM unnest($1::bigint[]) AS wanted (id)
    JOIN shop_visit ON member_id = ANY({ids_of("wanted.id")})
    WHERE visited_at >= $2 AND visited_at <= $3
    ORDER BY wanted.id, visited_at, shop_visit.id
    """
    stays = True
    shop_id: int

    @property
    def on_day(self) -> date:
        """Return its Shanghai day."""
        return day_of(self.at)
