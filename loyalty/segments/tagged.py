"""Whom staff tagged in WeCom."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from loyalty.segments import SEGMENTS, CutPoints, Query, Segment

_MEMBERS = """
SELECT DISTINCT member.id AS member_id, '' AS cell
FROM contact_tag JOIN tagging USING (corp_id, tag_id)
JOIN acquaintance USING (corp_id, external_user_id, user_id)
JOIN identity ON identity.kind = 'wecom_contact' AND identity.scope = tagging.corp_id
             AND identity.value = tagging.external_user_id
JOIN customer ON customer.id = identity.customer_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
WHERE contact_tag.name = $1 AND ended_at IS NULL AND member.deleted_at IS NULL
"""


@SEGMENTS.add("tagged")
class Tagged(Segment, frozen=True):
    """Who has a tag in WeCom, given by any of the staff; as WeCom last told it."""

    tag_name: Annotated[str, Meta(min_length=1, max_length=30)] = "VIP"

    def cut_points(self, *, at: datetime) -> Query:
        """Return the query of one row without bounds."""
        del at
        return Query("SELECT ARRAY[]::bigint[] AS none", [])

    def members(self, cut_points: CutPoints, *, at: datetime) -> Query:
        """Return the query of those who have it now."""
        del cut_points, at
        return Query(_MEMBERS, [self.tag_name])
