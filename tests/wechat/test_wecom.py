"""Calls of a corp's app, and what its events say."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.wechat import vectors
from tests.wechat.conftest import PATIENT
from tests.wechat.platform import Platform, hang_up
from wechat.crypto import Crypto
from wechat.errors import (
    BadCiphertext,
    BadSignature,
    Rejected,
    TokenRefused,
    TryAgain,
    UnknownOutcome,
)
from wechat.inbound import parse, parse_outer
from wechat.tokens import MemoryTokens
from wechat.wecom import WeCom
from wechat.wecom_events import ContactChanged, GroupChanged, read

CORP_ID, SECRET = "ww1234567890abcdef", "s3cret-of-the-corp"
TOKEN = "/qyapi/cgi-bin/gettoken"
GROUPS = "/qyapi/cgi-bin/externalcontact/groupchat"
MEMBER = {"userid": "wm1", "type": 2, "join_time": 1_700_000_000, "join_scene": 3, "name": "林"}


@pytest.fixture
def wecom(platform: Platform, http: aiohttp.ClientSession, tokens: MemoryTokens) -> WeCom:
    """A corp below a path of its own, as in the simulator."""
    issue(platform)
    return another(platform, http, tokens)


def another(platform: Platform, http: aiohttp.ClientSession, tokens: MemoryTokens) -> WeCom:
    base = f"{platform.base}/qyapi"
    return WeCom(http, tokens, corp_id=CORP_ID, secret=SECRET, api_base=base, limits=PATIENT)


def issue(platform: Platform) -> None:
    token = platform.issue()
    platform.answers[TOKEN] += [{"errcode": 0, "access_token": token, "expires_in": 7200}] * 3


def group(*members: Any, **more: Any) -> dict[str, Any]:
    told = {"chat_id": "wr1", "name": "", "owner": "chen", "member_version": "v2", **more}
    return {"errcode": 0, "group_chat": {**told, "member_list": list(members)}}


async def test_many_callers_fetch_one_token(wecom: WeCom, platform: Platform) -> None:
    for _ in range(5):
        platform.answers[f"{GROUPS}/get"].append(group())
    await asyncio.gather(*(wecom.group_chats.read("wr1") for _ in range(5)))
    assert platform.paths().count(TOKEN) == 1
    asked = platform.calls[0]
    assert asked.query == {"corpid": CORP_ID, "corpsecret": SECRET}
    assert platform.calls[1].query == {"access_token": platform.issued[0]}


async def test_a_token_that_is_refused_is_fetched_once_more(
    wecom: WeCom, platform: Platform
) -> None:
    refused = {"errcode": 40014, "errmsg": "invalid access_token", "group_chat_list": []}
    platform.answers[f"{GROUPS}/list"] = [refused, {"errcode": 0, "group_chat_list": []}]
    assert [one async for one in wecom.group_chats.chat_ids()] == []
    assert platform.paths().count(TOKEN) == 2
    platform.answers[f"{GROUPS}/list"] = [refused, refused]
    with pytest.raises(TokenRefused):
        _ = [one async for one in wecom.group_chats.chat_ids()]


async def test_a_wrong_secret_is_no_stale_token(
    platform: Platform, http: aiohttp.ClientSession, tokens: MemoryTokens
) -> None:
    told = "invalid credential, hint: [1588070216_61_9e1fdf37], from ip: 1.2.3.4"
    platform.answers[TOKEN] = [{"errcode": 40001, "errmsg": told, "access_token": ""}]
    with pytest.raises(Rejected) as failed:
        await another(platform, http, tokens).group_chats.read("wr1")
    assert (failed.value.errcode, failed.value.rid) == (40001, "1588070216_61_9e1fdf37")
    assert platform.paths() == [TOKEN]
    assert SECRET not in str(failed.value)


async def test_groups_come_page_by_page(wecom: WeCom, platform: Platform) -> None:
    first = {"group_chat_list": [{"chat_id": "wr1", "status": 0}], "next_cursor": "c"}
    platform.answers[f"{GROUPS}/list"] = [first, {"group_chat_list": [{"chat_id": "wr2"}]}]
    assert [one async for one in wecom.group_chats.chat_ids(["chen"])] == ["wr1", "wr2"]
    asked = [call.json for call in platform.calls if call.path == f"{GROUPS}/list"]
    assert asked[0]["owner_filter"] == {"userid_list": ["chen"]}
    assert [one.get("cursor") for one in asked] == [None, "c"]


async def test_a_group_tells_its_contacts_and_how_many_staff(
    wecom: WeCom, platform: Platform
) -> None:
    staff = {"userid": "chen", "type": 1, "join_time": 1, "join_scene": 1}
    bound = {**MEMBER, "userid": "wm2", "unionid": "u2", "state": "vip"}
    platform.answers[f"{GROUPS}/get"] = [group(staff, MEMBER, bound)]
    told = await wecom.group_chats.read("wr1")
    assert told is not None
    assert (told.member_version, told.staff_count) == ("v2", 1)
    assert [(one.external_user_id, one.unionid, one.state) for one in told.contacts] == [
        ("wm1", "", ""),
        ("wm2", "u2", "vip"),
    ]
    assert platform.calls[-1].json == {"chat_id": "wr1", "need_name": 1}


async def test_what_is_gone_is_none_and_anything_else_is_told(
    wecom: WeCom, platform: Platform
) -> None:
    platform.answers[f"{GROUPS}/get"] = [
        {"errcode": 40050, "errmsg": "invalid chat_id"},
        {"errcode": 48002, "errmsg": "api forbidden"},
    ]
    assert await wecom.group_chats.read("wr1") is None
    with pytest.raises(Rejected):
        await wecom.group_chats.read("wr1")
    contact = "/qyapi/cgi-bin/externalcontact/get"
    platform.answers[contact] = [
        {"errcode": 84061, "errmsg": "not external contact", "follow_user": []},
        {
            "errcode": 0,
            "external_contact": {"external_userid": "wm1"},
            "follow_user": [{"userid": "chen", "createtime": 1_700_000_000}],
            "next_cursor": "more",
        },
        {
            "errcode": 0,
            "external_contact": {"external_userid": "wm1", "unionid": "u1"},
            "follow_user": [
                {"userid": "zhou", "createtime": 1_700_000_001, "add_way": 1, "state": "shop"}
            ],
            "next_cursor": "",
        },
    ]
    assert await wecom.contacts.followed("wm1") == []
    chen, zhou = await wecom.contacts.followed("wm1")
    assert (chen.user_id, chen.unionid, chen.state, chen.add_way) == ("chen", "", "", 0)
    assert (zhou.user_id, zhou.unionid, zhou.state, zhou.add_way) == ("zhou", "u1", "shop", 1)
    assert zhou.added_at - chen.added_at == timedelta(seconds=1)
    platform.answers["/qyapi/cgi-bin/externalcontact/unionid_to_external_userid"] = [
        {"errcode": 84061, "errmsg": "not external contact"},
        {"errcode": 0, "external_userid": "wm1"},
    ]
    assert [await wecom.contacts.external_user_id("u1") for _ in range(2)] == [None, "wm1"]


async def test_a_join_way_is_made_once_and_read_for_its_code(
    wecom: WeCom, platform: Platform
) -> None:
    way = {"config_id": "c1", "qr_code": "https://example.invalid/c1"}
    platform.answers[f"{GROUPS}/add_join_way"] = [{"errcode": 0, "config_id": "c1"}, hang_up]
    platform.answers[f"{GROUPS}/get_join_way"] = [{"errcode": 0, "join_way": way}]
    made = await wecom.group_chats.add_join_way("wr1", state="vip")
    assert (made.config_id, made.qr_code) == ("c1", way["qr_code"])
    (asked,) = (call.json for call in platform.calls if call.path == f"{GROUPS}/add_join_way")
    assert (asked["chat_id_list"], asked["state"], asked["auto_create_room"]) == (["wr1"], "vip", 0)
    assert (made.chat_ids, made.makes_next) == ((), False)
    with pytest.raises(UnknownOutcome):
        await wecom.group_chats.add_join_way("wr1", state="vip")
    assert platform.paths().count(f"{GROUPS}/add_join_way") == 2


async def test_reading_is_tried_again_where_the_platform_is_busy(
    wecom: WeCom, platform: Platform
) -> None:
    busy = {"errcode": 45033, "errmsg": "api concurrent out of limit"}
    platform.answers[f"{GROUPS}/get"] = [busy, busy, group(MEMBER)]
    assert await wecom.group_chats.read("wr1") is not None
    platform.answers[f"{GROUPS}/get"] = [busy] * 3
    with pytest.raises(TryAgain):
        await wecom.group_chats.read("wr1")


def test_the_official_sample_is_refused_for_another_corp_or_signature() -> None:
    crypto = Crypto(**{**vectors.WECOM, "receive_id": "ww0000000000000000"})
    crypto.check_message_signature(
        vectors.WECOM_SIGNATURE, vectors.WECOM_TIMESTAMP, vectors.WECOM_NONCE, vectors.WECOM_ENCRYPT
    )
    with pytest.raises(BadCiphertext):
        crypto.decrypt(vectors.WECOM_ENCRYPT)
    with pytest.raises(BadSignature):
        crypto.check_message_signature(
            vectors.WECOM_SIGNATURE, vectors.WECOM_TIMESTAMP, "1", vectors.WECOM_ENCRYPT
        )
    body = f"<xml><AgentID>218</AgentID><Encrypt>{vectors.WECOM_ENCRYPT}</Encrypt></xml>"
    assert parse_outer(body.encode()).encrypt == vectors.WECOM_ENCRYPT


def told_by(nodes: str, event: str = "change_external_chat") -> Any:
    document = (
        "<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName>"
        "<CreateTime>1700000000</CreateTime><MsgType>event</MsgType>"
        f"<Event>{event}</Event>{nodes}</xml>"
    )
    return parse(document.encode())


CHANGED = "<ChatId>wr1</ChatId><ChangeType>update</ChangeType><UpdateDetail>{}</UpdateDetail>"


@pytest.mark.parametrize(
    ("list_", "who"),
    [
        ("<MemChangeList><Item>wm1</Item></MemChangeList>", ("wm1",)),
        ("<MemChangeList><Item>wm1</Item><Item>wm2</Item></MemChangeList>", ("wm1", "wm2")),
        ("<MemChangeList></MemChangeList>", ()),
        ("<MemChangeList><Item></Item></MemChangeList>", ()),
        ("<MemChangeList>wm1</MemChangeList>", ()),
        ("", ()),
    ],
)
def test_who_changed_is_one_several_or_nobody(list_: str, who: tuple[str, ...]) -> None:
    joined = read(told_by(CHANGED.format("add_member") + list_ + "<CurMemVer>v2</CurMemVer>"))
    assert joined == GroupChanged("wr1", "update", joined=who, version="v2")
    left = read(told_by(CHANGED.format("del_member") + list_))
    assert left == GroupChanged("wr1", "update", left=who)


def test_other_events_say_nothing_of_groups() -> None:
    nodes = "<UserID>chen</UserID><ExternalUserID>wm1</ExternalUserID><ChangeType>{}</ChangeType>"
    added = told_by(nodes.format("add_external_contact"), "change_external_contact")
    found = read(added)
    assert isinstance(found, ContactChanged)
    assert (found.external_user_id, found.user_id, found.change) == ("wm1", "chen", "added")
    gone = read(told_by(nodes.format("del_follow_user"), "change_external_contact"))
    assert isinstance(gone, ContactChanged)
    assert gone.change == "deleted_by_contact"
    other = nodes.format("transfer_fail")
    assert read(told_by(other, "change_external_contact")) is None
    assert read(told_by("", "enter_agent")) is None
    assert read(told_by("<ChangeType>update</ChangeType>")) is None
    assert read(told_by("<ChatId>wr1</ChatId><ChangeType>dismiss</ChangeType>")) == GroupChanged(
        "wr1", "dismiss"
    )


def test_two_joins_in_one_second_are_two_events_and_a_retry_is_one() -> None:
    one, again, other = (
        told_by(CHANGED.format("add_member") + f"<MemChangeList><Item>{who}</Item></MemChangeList>")
        for who in ("wm1", "wm1", "wm2")
    )
    assert one.dedupe_key == again.dedupe_key != other.dedupe_key
