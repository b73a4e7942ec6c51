"""What edges and jobs ask of a WeCom corp's help desks: what was said since the last time."""

from datetime import datetime, timedelta

from loyalty import help_desks, inbox
from loyalty.inbox import Arrival
from web.context import Corp, now
from wechat.errors import Rejected
from wechat.help_desks import BAD_TOKEN, BY_CONSUMER, Page, Said
from wechat.replies import NOTHING

# What was said before we first looked was said to somebody else, and so late an answer is none.
FIRST_REACH = timedelta(minutes=1)
REACH = timedelta(minutes=30)
MOST_PAGES = 50


async def read(corp: Corp, open_kfid: str, *, token: str, at: datetime) -> list[tuple[int, Said]]:
    """Read a desk to its end; return what is new, stored and claimed: the caller's to work.

    Raises:
        CallFailed: the platform does not tell; what was read stays read.
    """
    found: list[tuple[int, Said]] = []
    for _ in range(MOST_PAGES):
        read_at = now()
        reading = await help_desks.reading_of(corp.connection.scope, open_kfid)
        try:
            page = await corp.client.help_desks.read(open_kfid, cursor=reading.cursor, token=token)
        except Rejected as refused:
            if refused.errcode != BAD_TOKEN or not token:
                raise
            token = ""  # the ring is older than ten minutes
            continue
        since = read_at - (FIRST_REACH if reading.is_first else REACH)
        arrivals = [_arrival(corp, open_kfid, one, since=since) for one in page.said]
        ids = await help_desks.take(reading, page.cursor, arrivals, read_at=read_at, at=at)
        found += [
            (event_id, one)
            for event_id, one, arrival in zip(ids, page.said, arrivals, strict=True)
            if event_id is not None and arrival.reply is None
        ]
        if not page.has_more or _stands_still(page, reading.cursor):
            break
    return found


def _stands_still(page: Page, cursor: str) -> bool:
    return not page.said and page.cursor == cursor


def _arrival(corp: Corp, open_kfid: str, said: Said, *, since: datetime) -> Arrival:
    """Return what is stored of a message: of what people said to her, only that it was said."""
    is_for_us = said.origin == BY_CONSUMER or bool(said.event)
    return Arrival(
        connection_id=corp.connection.id,
        event_key=f"desk:{open_kfid}:{said.msgid}",
        kind=f"desk:{said.event or said.kind}",
        sender=said.external_user_id,
        body=said.body if is_for_us else b"",
        nonce=None,
        reply=None if is_for_us and said.at >= since else NOTHING,
    )


async def look(corp: Corp, open_kfid: str, *, at: datetime) -> int:
    """Read a desk without having been rung for, for a worker to answer; return what is new.

    Raises:
        CallFailed: the platform does not tell, or not so soon again.
    """
    found = await read(corp, open_kfid, token="", at=at)
    await inbox.give_back([event_id for event_id, _ in found], again_after=timedelta())
    return len(found)


async def learn(corp: Corp) -> list[str]:
    """Take over which desks there are, with a link into each; return their ids.

    Raises:
        CallFailed: the platform does not tell.
    """
    corp_id, client = corp.connection.scope, corp.client.help_desks
    listed = await client.desks()
    await help_desks.learn(corp_id, [(one.open_kfid, one.name) for one in listed], moment=now())
    for open_kfid in await help_desks.without_link(corp_id):
        link = await client.link(open_kfid, scene="jifen")
        await help_desks.keep_link(corp_id, open_kfid, link)
    return [one.open_kfid for one in listed]
