"""Live rooms in which members were."""

from loyalty.happenings import Happening
from loyalty.roots import ids_of


class WasInRoom(Happening, frozen=True):
    """A live room in which she said the word; once, also where two of her were there."""

    sql = f"""
    SELECT wanted.id, min(visited_at), room_id FROM unnest($1::bigint[]) AS wanted (id)
    JOIN live_visit ON member_id = ANY({ids_of("wanted.id")})
    WHERE visited_at >= $2 AND visited_at <= $3
    GROUP BY wanted.id, room_id ORDER BY wanted.id, 2, room_id
    """
    stays = True
    room_id: int
