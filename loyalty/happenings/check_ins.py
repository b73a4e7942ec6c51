"""Days on which members came by."""

from datetime import date

from loyalty.calendar import day_of
from loyalty.happenings import Happening
from loyalty.roots import ids_of


class CheckedIn(Happening, frozen=True):
    """A Shanghai day with a check-in, once a day; ``at`` is its midnight."""

    sql = f"""
    SELECT DISTINCT wanted.id, on_day::timestamp AT TIME ZONE 'Asia/Shanghai' AS at
    FROM unnest($1::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT on_day FROM check_in WHERE member_id = ANY({ids_of("wanted.id")})
          AND on_day >= ($2::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
          AND on_day <= ($3::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
    ) AS hers ORDER BY wanted.id, at
    """
    stays = True

    @property
    def on_day(self) -> date:
        """Return the day."""
        return day_of(self.at)
