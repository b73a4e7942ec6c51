"""Events of the brand's own to which members came."""

from loyalty.happenings import Happening
from loyalty.roots import ids_of


class CameToEvent(Happening, frozen=True):
    """An event at which she was let in; once, also where two of her were."""

    sql = f"""
    SELECT wanted.id, min(came_at), slot FROM unnest($1::bigint[]) AS wanted (id)
    JOIN event_signup ON member_id = ANY({ids_of("wanted.id")})
    WHERE came_at >= $2 AND came_at <= $3
    GROUP BY wanted.id, slot ORDER BY wanted.id, 2, slot
    """
    stays = True
    slot: str
