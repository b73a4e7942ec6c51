"""What edges and jobs ask of a WeCom corp's tags."""

from loyalty import contact_tags
from web.context import Corp


async def learn(corp: Corp) -> int:
    """Take over which tags the corp has; return how many.

    Raises:
        CallFailed: the platform does not tell.
    """
    listed = await corp.client.contact_tags.listed()
    tags = [(one.tag_id, one.name, one.group) for one in listed]
    await contact_tags.learn(corp.connection.scope, tags)
    return len(listed)
