"""What edges and jobs ask of a WeCom corp: contacts, who is in a group, a QR code into it."""

from collections.abc import Sequence
from datetime import datetime

import aiohttp

from loyalty import acquaintances, communities, mass_sends
from loyalty.acquaintances import Seen
from loyalty.communities import Contact, Door, Image, Roster
from loyalty.mass_sends import Asked
from models import Community
from web.context import Context, Corp, now
from web.logs import log
from wechat.errors import CallFailed, TryAgain
from wechat.group_chats import Group, Room
from wechat.wecom import Followed

REMARK = "jifen"
LARGEST_PICTURE_BYTES = 1024 * 1024
PICTURE_CHUNK_BYTES = 64 * 1024
PICTURE_TIMEOUT = aiohttp.ClientTimeout(total=3)


async def read(corp: Corp, chat_id: str) -> Roster | None:
    """Read who is in a group; None where there is no such group any more.

    Raises:
        CallFailed: the platform does not tell.
    """
    group = await corp.client.group_chats.read(chat_id)
    return None if group is None else _roster(group)


async def refresh(corp: Corp, community: Community, *, at: datetime) -> int:
    """Read a group and take over what it tells; return how many joined and left.

    Raises:
        CallFailed: the platform does not tell.
    """
    read_at = now()
    roster = await read(corp, community.chat_id)
    return await take_over(community, roster, read_at=read_at, at=at)


async def take_over(
    community: Community, roster: Roster | None, *, read_at: datetime, at: datetime
) -> int:
    """Take over a list that was read at ``read_at``; return how many joined and left.

    None stands for a group that is no more.
    """
    if roster is None:
        await communities.dismiss(community.id, at=at)
        log.warning("community_dismissed", community_id=community.id)
        return 0
    told = await communities.tell(community.id, roster, read_at=read_at, at=at)
    return told.joined + told.left


async def look_at_contact(corp: Corp, external_user_id: str, *, at: datetime) -> int:
    """Read which of the staff have a contact, and take it over; return what changed.

    Raises:
        CallFailed: the platform does not tell.
    """
    read_at = now()
    found = await corp.client.contacts.followed(external_user_id)
    return await acquaintances.see(
        corp.connection.scope, _seen(found), contact=external_user_id, read_at=read_at, at=at
    )


async def look_at_staff(corp: Corp, user_id: str, *, at: datetime) -> int:
    """Read the contacts of a staff member, and take them over; return what changed.

    Raises:
        CallFailed: the platform does not tell.
    """
    read_at = now()
    found = await corp.client.contacts.of_staff(user_id)
    return await acquaintances.see(
        corp.connection.scope, _seen(found), staff=user_id, read_at=read_at, at=at
    )


async def picture_of(context: Context, corp: Corp, group: Door | None) -> str:
    """Return a group's QR code as messages show it, given to the platform once; "" for no group.

    Raises:
        CallFailed: the platform takes or gives no picture.
    """
    if group is None:
        return ""
    kept = await communities.picture_of(group.community_id)
    if kept is not None:
        return kept
    image = await communities.image_of(group.community_id)
    if image is None:
        image = Image(*await download(context.http, group.qr_code))
    picture = await corp.client.upload_picture(image.content, kind=image.kind)
    await communities.keep_picture(group.community_id, qr_code=group.qr_code, picture=picture)
    return picture


async def download(http: aiohttp.ClientSession, address: str) -> tuple[bytes, str]:
    """Return a picture that the platform shows, and its content type."""
    try:
        body = b""
        async with http.get(address, timeout=PICTURE_TIMEOUT) as answer:
            async for chunk in answer.content.iter_chunked(PICTURE_CHUNK_BYTES):
                body += chunk
                if len(body) > LARGEST_PICTURE_BYTES:
                    break
    except (aiohttp.ClientError, TimeoutError) as error:
        raise TryAgain(type(error).__name__, endpoint="join way") from None
    is_picture = answer.content_type.startswith("image/")
    if answer.status != 200 or len(body) > LARGEST_PICTURE_BYTES or not is_picture:
        raise TryAgain(f"http {answer.status}, {len(body)} bytes", endpoint="join way")
    return body, answer.content_type


def _seen(found: Sequence[Followed]) -> list[Seen]:
    return [
        Seen(
            one.external_user_id,
            one.user_id,
            one.added_at,
            one.add_way,
            one.state,
            one.unionid or None,
            one.tags,
        )
        for one in found
    ]


async def open_join_way(
    http: aiohttp.ClientSession, corp: Corp, community: Community, *, at: datetime
) -> None:
    """Make the join way of a community, where it has none.

    Two that make one at the same time keep one and take the other away.

    Raises:
        CallFailed: the platform makes none now; `UnknownOutcome` may leave one that nobody uses.
    """
    way = await corp.client.group_chats.add_join_way(
        community.chat_id,
        state=community.state,
        remark=REMARK,
        next_room=await _next_room(community, at=at),
    )
    is_kept = await communities.keep_join_way(
        community.id, config_id=way.config_id, qr_code=way.qr_code
    )
    if is_kept:
        log.info("join_way_opened", community_id=community.id)
        await draw_code(http, community.id, way.qr_code)
    else:
        await corp.client.group_chats.del_join_way(way.config_id)


async def draw_code(http: aiohttp.ClientSession, community_id: int, qr_code: str) -> None:
    """Keep a join way's QR code as the platform draws it; what does not come now comes later."""
    try:
        image = Image(*await download(http, qr_code))
    except CallFailed as failed:
        log.warning("join_code_not_drawn", community_id=community_id, code=failed.code)
        return
    await communities.keep_image(community_id, qr_code=qr_code, image=image)


async def check_join_way(corp: Corp, community: Community, *, at: datetime) -> None:
    """Forget the join way of a community where the platform has it no more.

    Where its rule says otherwise by now, the platform is told whether to make the next group; those
    that it made are ours.

    Raises:
        CallFailed: the platform does not tell.
    """
    config_id, chats = community.config_id, corp.client.group_chats
    if config_id is None:
        return
    way = await chats.join_way(config_id)
    if way is None:
        await communities.forget_join_way(community.id, config_id=config_id)
        log.warning("join_way_lost", community_id=community.id)
        return
    next_room = await _next_room(community, at=at)
    if way.makes_next != (next_room is not None):
        await chats.update_join_way(
            config_id,
            community.chat_id,
            state=community.state,
            remark=REMARK,
            next_room=next_room,
        )
    for chat_id in way.chat_ids:
        if await communities.find(corp.connection.scope, chat_id) is None:
            await adopt(corp, chat_id, state=community.state)


async def _next_room(community: Community, *, at: datetime) -> Room | None:
    room = await communities.next_room(community, at=at)
    return Room(room.name, room.number) if room else None


async def adopt(
    corp: Corp, chat_id: str, *, state: str = ""
) -> tuple[Community | None, Roster | None]:
    """Let a group be ours that the platform made for a join way of ours, and say who is in it.

    So it is where it is told so by `state`, that of the join way, or by how its members came.

    Raises:
        CallFailed: the platform does not tell.
    """
    group = await corp.client.group_chats.read(chat_id)
    if group is None:
        return None, None
    found = await communities.adopt(
        corp.connection.scope,
        chat_id,
        states={state, *(one.state for one in group.contacts)},
        name=group.name,
        owner=group.owner,
    )
    if found is not None:
        log.info("community_adopted", community_id=found.id)
    return found, _roster(group)


async def remind(context: Context, one: Asked, *, at: datetime) -> bool:
    """Remind a staff member of a mass send; False where the platform does not, today."""
    try:
        await context.corps[one.corp_id].client.mass_sends.remind(one.msgid)
    except CallFailed as failed:
        log.warning("staff_not_reminded", part_id=one.part_id, code=failed.code)
        return False
    await mass_sends.reminded(one.part_id, at=at)
    return True


def _roster(group: Group) -> Roster:
    return Roster(
        name=group.name,
        owner=group.owner,
        version=group.member_version,
        staff_count=group.staff_count,
        contacts=tuple(
            Contact(
                external_user_id=one.external_user_id,
                unionid=one.unionid or None,
                name=one.name,
                join_scene=one.join_scene,
                joined_at=one.joined_at,
            )
            for one in group.contacts
        ),
    )
