"""Contacts are compared with the platform's lists at night: events may have been lost."""

from datetime import datetime

from jobs.registry import daily
from loyalty import acquaintances
from web import contact_tags, wecom
from web.context import Context, Corp, now
from web.logs import log
from wechat.errors import CallFailed


@daily(at="03:50")
async def reconcile_contacts(context: Context, at: datetime) -> int:
    """Read the contacts of all staff and correct what we have; return how many changed.

    Raises:
        CallFailed: staff are left whose contacts the platform does not tell; it runs again.
    """
    changes = 0
    failure: CallFailed | None = None
    for corp in context.corps.values():
        try:
            changes += await _of_corp(corp, at=at)
        except CallFailed as failed:
            log.warning("contacts_not_told", corp_id=corp.connection.scope, code=failed.code)
            failure = failed
    if failure is not None:
        raise failure
    return changes


async def _of_corp(corp: Corp, *, at: datetime) -> int:
    await contact_tags.learn(corp)
    read_at = now()
    user_ids = await corp.client.contacts.staff()
    changes, failure = 0, None
    for user_id in user_ids:
        try:
            changes += await wecom.look_at_staff(corp, user_id, at=at)
        except CallFailed as failed:  # one whom the platform refuses keeps nobody else from it
            log.warning("contacts_not_told", user_id=user_id, code=failed.code)
            failure = failed
    if user_ids:  # nobody at all is a right that was taken away, and no parting
        corp_id = corp.connection.scope
        changes += await acquaintances.part_from_others(corp_id, user_ids, moment=read_at)
    if failure is not None and changes == 0:
        raise failure
    return changes
