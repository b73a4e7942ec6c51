"""What a member's page shows of a deletion: that it was done, or what it would mean."""

from uuid import uuid4

from aiohttp import web

from console.access import CHANGERS, STAFF
from console.pages import language_of
from loyalty import deletions
from models import StaffMember
from web.context import CONTEXT


async def of_member(request: web.Request, member_id: int) -> dict[str, object]:
    """Return the record of her deletion with who did it, else what stands in its way."""
    done = await deletions.deleted(member_id)
    if done is not None:
        by = await StaffMember.get_or_none(id=done.staff_member_id)
        return {"deletion": done, "deleted_by": by.name if by else "", "can_delete": False}
    told = await deletions.outlook(member_id, at=request.config_dict[CONTEXT].clock())
    language = language_of(request)
    return {
        "deletion": None,
        "can_delete": request[STAFF].role in CHANGERS,
        "deletion_outlook": told,
        "hindrances": [one.words.spoken(language) for one in told.hindrances],
        "deletion_name": uuid4(),
    }
