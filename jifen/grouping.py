"""`jifen community`: which group of WeCom is the VIP group of a rule."""

import aiohttp

from jifen import clients
from jifen.refusing import refused
from loyalty import brand, communities, connections, programme
from loyalty.connections import WeComSettings
from loyalty.policies import POLICIES
from loyalty.policies.community import CommunityPolicy
from loyalty.sealing import Sealer
from web import wecom
from web.context import Corp, now
from wechat.errors import CallFailed
from wechat.tokens import MemoryTokens

PREFIX = "community:"


async def run(code: str, corp_id: str, chat_id: str, *, capacity: int, sealer: Sealer) -> int:
    """Let a group be the one of a rule, and read who is in it."""
    at = now() + await brand.offset()
    rule = (await programme.load()).find(PREFIX + code, POLICIES, at)
    if rule is None or not isinstance(rule.body, CommunityPolicy):
        return refused(f"no rule {PREFIX}{code} is in force: publish it first")
    if not 2 <= capacity <= communities.MOST_IN_A_GROUP:
        return refused(f"a group holds 2 to {communities.MOST_IN_A_GROUP} people")
    corps = {one.scope: one for one in await connections.load(WeComSettings, sealer=sealer)}
    if corp_id not in corps:
        return refused(f"the corp {corp_id} is not connected: see `jifen connect`")
    async with aiohttp.ClientSession() as http:
        client = clients.wecom(corps[corp_id].settings, http=http, tokens=MemoryTokens())
        corp = Corp(corps[corp_id], client)
        read_at = now()
        try:
            roster = await wecom.read(corp, chat_id)
        except CallFailed as failed:
            return refused(str(failed))
    if roster is None:
        return refused(f"the corp {corp_id} has no group {chat_id}")
    await communities.connect(
        rule.slot,
        corp_id=corp_id,
        chat_id=chat_id,
        name=roster.name,
        owner=roster.owner,
        capacity=capacity,
    )
    found = await communities.find(corp_id, chat_id)
    assert found is not None, "it was connected just now"
    await wecom.take_over(found, roster, read_at=read_at, at=at)
    print(f"{rule.slot}: {roster.name} ({len(roster.contacts)} contacts, at most {capacity})")
    return 0
