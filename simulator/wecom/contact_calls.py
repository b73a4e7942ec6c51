"""What the corp's app may call of contacts: who has them, and the welcome of a new one (C4, C5)."""

import time

import msgspec
from yarl import URL

from simulator.api import OK, Answer, Call
from simulator.consumers import Consumer
from simulator.errors import Refused
from simulator.media import upload_image
from simulator.wecom.corp import CorpContact, corp_of
from simulator.wecom.door import BASE, QyEndpoint

API = f"{BASE}/cgi-bin/externalcontact"
CORP_TAG = 1


class UnionidRequest(msgspec.Struct):
    """Body of unionid_to_external_userid."""

    unionid: str = ""


class BatchRequest(msgspec.Struct):
    """Body of batch/get_by_user."""

    userid_list: list[str] = []
    cursor: str = ""
    limit: int = 50


class Text(msgspec.Struct):
    """The text of a message."""

    content: str = ""


class Picture(msgspec.Struct):
    """A picture in a message: by its medium, or by the address that uploadimg gave."""

    media_id: str = ""
    pic_url: str = ""


class Attachment(msgspec.Struct):
    """Something that comes with a message."""

    msgtype: str = ""
    image: Picture | None = None


class WelcomeRequest(msgspec.Struct):
    """Body of send_welcome_msg."""

    welcome_code: str = ""
    text: Text = msgspec.field(default_factory=Text)
    attachments: list[Attachment] = []


async def contact(call: Call) -> Answer:
    """A contact and the staff whom she added; whoever is only in a group is none."""
    corp = corp_of(call.china)
    user_id = call.query.get("external_userid", "")
    if not user_id:
        raise Refused(40058)
    consumer = corp.by_external_user_id(user_id)
    followed = corp.contacts.get(consumer.id, []) if consumer else []
    if consumer is None or not followed:
        raise Refused(84061)
    call.consumer_id = consumer.id
    return {
        **OK,
        "external_contact": _card(call, consumer),
        "follow_user": [
            {
                **_followed(user_id, each),
                "remark": consumer.nickname,
                "tags": _tags(call, user_id, each),
            }
            for each in followed
        ],
    }


def _card(call: Call, consumer: Consumer) -> dict[str, object]:
    return {
        "external_userid": corp_of(call.china).external_user_id(consumer),
        "name": consumer.nickname,
        "type": 1,
        "avatar": "",
        "gender": 0,
        **unionid_of(call, consumer),
    }


def _followed(external_user_id: str, each: CorpContact) -> dict[str, object]:
    return {
        "userid": each.user_id,
        "remark": "",
        "description": "",
        "createtime": each.added_at,
        "remark_mobiles": [],
        "add_way": 1,
        "oper_userid": external_user_id,
        "state": each.state,
    }


def _tags(call: Call, user_id: str, each: CorpContact) -> list[dict[str, object]]:
    """Tags of a contact as one contact's card has them: with their names."""
    tags = corp_of(call.china).tags
    shown = []
    for tag_id in tags.of(each.user_id, user_id):
        group, tag = tags.find(tag_id)
        named = {"group_name": group.group_name, "tag_name": tag.name, "tag_id": tag_id}
        shown.append({**named, "type": CORP_TAG})
    return shown


def unionid_of(call: Call, consumer: Consumer) -> dict[str, object]:
    """Her unionid, where the corp is told any."""
    told = corp_of(call.china).settings.tells_unionid
    return {"unionid": consumer.unionid} if told else {}


async def unionid_to_external_user_id(call: Call) -> Answer:
    """The contact whom the Open Platform subject knows by a unionid."""
    asked = call.json(UnionidRequest)
    corp = corp_of(call.china)
    consumer = next((c for c in call.china.consumers if c.unionid == asked.unionid), None)
    if consumer is None or not corp.settings.tells_unionid:
        raise Refused(610014)
    if not corp.contacts.get(consumer.id):
        raise Refused(84061)
    return {**OK, "external_userid": corp.external_user_id(consumer)}


async def send_welcome(call: Call) -> Answer:
    """Writes to a new contact: once a code, within twenty seconds of real time (C4)."""
    asked = call.json(WelcomeRequest)
    corp, assumed = corp_of(call.china), call.china.settings.assumed
    if not asked.welcome_code:
        raise Refused(41049)
    welcome = corp.welcomes.get(asked.welcome_code)
    if welcome is None or time.time() - welcome.made_at > assumed.welcome_seconds:
        raise Refused(41050)
    if welcome.is_used:
        raise Refused(41051)
    size, attached = len(asked.text.content.encode()), asked.attachments
    if not size + len(attached) > 0 or size > assumed.welcome_text_bytes or len(attached) > 9:
        raise Refused(40058)
    corp.say(welcome, asked.text.content, tuple(shown_picture(call, one) for one in attached))
    call.consumer_id = welcome.consumer_id
    call.china.stream.publish("state", {})
    return OK


def shown_picture(call: Call, attached: Attachment) -> str:
    """The address of a picture; other kinds of attachments are not played."""
    if attached.msgtype != "image" or attached.image is None:
        raise Refused(41065)
    address = attached.image.pic_url
    if attached.image.media_id or not address.startswith(f"{URL(call.url).origin()}/play/media/"):
        raise Refused(40007)
    return address


async def upload_picture(call: Call) -> Answer:
    """Takes a picture that messages may show, for good."""
    return {**OK, **_told(await upload_image(call))}


def _told(answer: Answer) -> dict[str, object]:
    assert isinstance(answer, dict), "a picture was taken"
    return {"url": str(answer["url"]).replace(BASE, "")}


async def follow_users(call: Call) -> Answer:
    """The staff who may have contacts."""
    return {**OK, "follow_user": list(corp_of(call.china).settings.staff)}


async def contacts_of(call: Call) -> Answer:
    """The contacts of some staff, one for each pair, a page at a time."""
    asked = call.json(BatchRequest)
    corp, assumed = corp_of(call.china), call.china.settings.assumed
    right = (
        1 <= len(asked.userid_list) <= assumed.staff_a_batch
        and 1 <= asked.limit <= assumed.contacts_a_page
        and (not asked.cursor or asked.cursor.isdecimal())
    )
    if not right:
        raise Refused(40058)
    if any(one not in corp.settings.staff for one in asked.userid_list):
        raise Refused(60111)
    found = [
        (consumer, each)
        for consumer in call.china.consumers
        for each in corp.contacts.get(consumer.id, [])
        if each.user_id in asked.userid_list
    ]
    if not found:
        raise Refused(84061)
    start = int(asked.cursor or 0)
    page, end = found[start : start + asked.limit], start + asked.limit
    return {
        **OK,
        "external_contact_list": [
            {
                "external_contact": _card(call, consumer),
                "follow_info": {
                    **_followed(corp.external_user_id(consumer), each),
                    "tag_id": corp.tags.of(each.user_id, corp.external_user_id(consumer)),
                },
            }
            for consumer, each in page
        ],
        **({"next_cursor": str(end)} if end < len(found) else {}),
    }


ENDPOINTS = (
    QyEndpoint("GET", f"{API}/get", contact, empty={"follow_user": []}),
    QyEndpoint(
        "POST",
        f"{API}/unionid_to_external_userid",
        unionid_to_external_user_id,
        empty={"external_userid": ""},
    ),
    QyEndpoint("POST", f"{API}/send_welcome_msg", send_welcome),
    QyEndpoint("POST", f"{BASE}/cgi-bin/media/uploadimg", upload_picture, empty={"url": ""}),
    QyEndpoint("GET", f"{API}/get_follow_user_list", follow_users, empty={"follow_user": []}),
    QyEndpoint("POST", f"{API}/batch/get_by_user", contacts_of),
)
