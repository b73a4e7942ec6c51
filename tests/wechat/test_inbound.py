"""Messages and events in one shape, and the key by which a retry is known."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message

from tests.wechat import vectors
from wechat.errors import BadJson, BadXml, CallbackRefused
from wechat.inbound import one_or_many, parse, parse_json, parse_outer, parse_outer_json

HEAD = {"ToUserName": "gh_sim", "FromUserName": "oSIM0001", "CreateTime": "1700000000"}


def xml(**nodes: object) -> bytes:
    """A body with the head that all have; a list repeats its node, None leaves one out."""

    def node(name: str, value: object) -> str:
        if isinstance(value, list):
            return "".join(node(name, each) for each in value)
        if isinstance(value, dict):
            value = "".join(node(*each) for each in value.items())
            return f"<{name}>{value}</{name}>"
        return f"<{name}><![CDATA[{value}]]></{name}>"

    kept = {name: value for name, value in {**HEAD, **nodes}.items() if value is not None}
    return f"<xml>{''.join(node(*each) for each in kept.items())}</xml>".encode()


def event(name: str, **nodes: object) -> bytes:
    return xml(MsgType="event", Event=name, **nodes)


def test_a_text_message_is_read_whole() -> None:
    said = parse(xml(MsgType="text", Content="  积分 ", MsgId="24500000000000001", Idx="1"))
    assert (said.kind, said.content, said.message_id) == ("text", "  积分 ", "24500000000000001")
    assert (said.from_user, said.to_user) == ("oSIM0001", "gh_sim")
    assert said.created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (said.event, said.event_key, said.key_is_scene, said.ticket) == ("", "", False, "")
    assert said.fields == {"Idx": "1"}


def test_wechatpy_reads_the_same_from_the_same_body() -> None:
    ours, theirs = parse(vectors.MESSAGE), parse_message(vectors.MESSAGE)
    assert (ours.from_user, ours.to_user) == (theirs.source, theirs.target)
    assert (ours.content, ours.message_id) == (theirs.content, str(theirs.id))
    assert ours.created_at == theirs.create_time


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (event("subscribe"), ("subscribe", "", False, "")),
        (event("subscribe", EventKey=""), ("subscribe", "", False, "")),
        (
            event("subscribe", EventKey="qrscene_shop-7", Ticket="gQ1"),
            ("subscribe", "shop-7", True, "gQ1"),
        ),
        (
            event("subscribe", EventKey="qrscene_qrscene_7", Ticket="gQ1"),
            ("subscribe", "qrscene_7", True, "gQ1"),
        ),
        (
            event("subscribe", EventKey="last_trade_no_1"),
            ("subscribe", "last_trade_no_1", False, ""),
        ),
        (event("SCAN", EventKey="shop-7", Ticket="gQ1"), ("scan", "shop-7", True, "gQ1")),
        (event("SCAN", EventKey="qrscene_7"), ("scan", "qrscene_7", True, "")),
        (event("CLICK", EventKey="qrscene_7"), ("click", "qrscene_7", False, "")),
        (event("VIEW", EventKey="https://a.cn/"), ("view", "https://a.cn/", False, "")),
        (event("an_event_of_tomorrow"), ("an_event_of_tomorrow", "", False, "")),
    ],
)
def test_events_tell_a_scene_from_other_keys(body: bytes, expected: tuple[object, ...]) -> None:
    said = parse(body)
    assert (said.event, said.event_key, said.key_is_scene, said.ticket) == expected
    assert (said.kind, said.content, said.message_id) == ("event", "", "")


def test_a_message_kind_of_tomorrow_is_read_too() -> None:
    said = parse(xml(MsgType="Hologram", MsgId="9", Depth="3"))
    assert (said.kind, said.fields) == ("hologram", {"Depth": "3"})


@pytest.mark.parametrize(
    "nodes",
    [
        {"MsgType": None},
        {"MsgType": ""},
        {"MsgType": "event"},
        {"MsgType": "text", "FromUserName": None},
        {"MsgType": "text", "ToUserName": " "},
        {"MsgType": "text", "CreateTime": None},
        {"MsgType": "text", "CreateTime": "soon"},
        {"MsgType": "text", "CreateTime": "-5"},
        {"MsgType": "text", "CreateTime": "1" * 30},
        {"MsgType": "text", "Content": ["twice", "over"]},
        {"MsgType": "text", "FromUserName": {"a": "1"}},
        {"MsgType": ["text", "event"]},
    ],
)
def test_a_body_without_what_all_have_is_refused(nodes: dict[str, object]) -> None:
    with pytest.raises(BadXml):
        parse(xml(**nodes))
    with pytest.raises(BadJson):
        parse_json(json.dumps({**HEAD, **nodes}).encode())


def test_one_subscription_template_and_several_read_alike() -> None:
    one = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
    two = {**one, "TemplateId": "T2"}
    for lists, expected in (([one], [one]), ([one, two], [one, two])):
        said = parse(event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": lists}))
        assert list(one_or_many(said.fields["SubscribeMsgPopupEvent"]["List"])) == expected
        body = {**HEAD, "MsgType": "event", "Event": "subscribe_msg_popup_event"}
        pushed = parse_json(json.dumps({**body, "List": lists if lists[1:] else one}).encode())
        assert list(one_or_many(pushed.fields["List"])) == expected
    assert one_or_many(None) == one_or_many("") == ()


def test_json_push_reads_like_xml_whether_ids_are_numbers_or_strings() -> None:
    body = {**HEAD, "MsgType": "text", "Content": "积分"}
    as_xml = parse(xml(MsgType="text", Content="积分", MsgId="24500000000000001999"))
    for message_id, moment in (
        (24500000000000001999, 1700000000),
        ("24500000000000001999", "1700000000"),
    ):
        pushed = json.dumps({**body, "MsgId": message_id, "CreateTime": moment}).encode()
        assert parse_json(pushed) == as_xml


def test_every_retry_has_the_same_dedupe_key_and_everything_else_another() -> None:
    bodies = [
        xml(MsgType="text", MsgId="1"),
        xml(MsgType="text", MsgId="2"),
        xml(MsgType="text", MsgId="1", FromUserName="oSIM0002"),
        xml(MsgType="text", Content="no id"),
        xml(MsgType="text", Content="no id either"),
        event("subscribe"),
        event("subscribe", EventKey="qrscene_7"),
        event("subscribe", FromUserName="oSIM0002"),
        event("subscribe", CreateTime="1700000001"),
        event("unsubscribe"),
        event("LOCATION", Latitude="23.1"),
        event("CLICK", EventKey="points"),
        event("CLICK", EventKey="help"),
        event("VIEW", EventKey="https://a.cn/" + "x" * 900 + "1"),
        event("VIEW", EventKey="https://a.cn/" + "x" * 900 + "2"),
        event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
        event("TEMPLATESENDJOBFINISH", MsgID="2", Status="success"),
        event("MASSSENDJOBFINISH", MsgID="1", Status="send success"),
        event("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": {"MsgID": "1"}}),
        event("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": {"MsgID": "2"}}),
        event("change_external_contact", FromUserName="sys", ExternalUserID="wm1"),
        event("change_external_contact", FromUserName="sys", ExternalUserID="wm2"),
    ]
    keys = [parse(body).dedupe_key for body in bodies]
    assert keys == [parse(body).dedupe_key for body in bodies]
    assert len(set(keys)) == len(bodies)
    assert all(len(key) <= 330 for key in keys)


def test_the_outer_body_shows_only_what_is_sealed() -> None:
    outer = parse_outer(b"<xml><ToUserName>gh_sim</ToUserName><Encrypt>\n abc= \n</Encrypt></xml>")
    assert (outer.to_user_name, outer.encrypt) == ("gh_sim", "abc=")
    plain = parse_outer(vectors.MESSAGE)
    assert (plain.to_user_name, plain.encrypt) == ("gh_sim", None)
    both = parse_outer(xml(MsgType="text", Content="forged", Encrypt="abc="))
    assert (both.encrypt, both.fields["Content"]) == ("abc=", "forged")
    wecom = parse_outer(
        b"<xml><ToUserName>wx5</ToUserName><AgentID>218</AgentID><Encrypt>a</Encrypt></xml>"
    )
    assert wecom.fields["AgentID"] == "218"
    assert parse_outer_json(b'{"ToUserName":"gh_sim","Encrypt":"abc="}').encrypt == "abc="


@pytest.mark.parametrize(
    "encrypt", ["<Encrypt/>", "<Encrypt>a</Encrypt><Encrypt>b</Encrypt>", "<Encrypt><a/></Encrypt>"]
)
def test_an_empty_or_doubled_encrypt_is_refused(encrypt: str) -> None:
    with pytest.raises(BadXml):
        parse_outer(f"<xml><ToUserName>gh</ToUserName>{encrypt}</xml>".encode())


@pytest.mark.parametrize("encrypt", ["", 1.5, None, [], {"a": 1}, ["a", "b"]])
def test_an_encrypt_in_json_that_is_no_text_is_refused_or_cannot_open(encrypt: object) -> None:
    body = json.dumps({"ToUserName": "gh", "Encrypt": encrypt}).encode()
    if encrypt == 1.5:
        assert parse_outer_json(body).encrypt == "1.5"
    else:
        with pytest.raises(BadJson):
            parse_outer_json(body)


nodes = st.recursive(
    st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from([*HEAD, "MsgType", "Event", "EventKey", "MsgId", "Content", "Encrypt", "x"])


@given(st.dictionaries(names, nodes))
def test_no_pushed_object_raises_anything_but_a_refusal(fields: dict[str, object]) -> None:
    body = json.dumps({"MsgType": "text", **HEAD, **fields}).encode()
    for read in (parse_json, parse_outer_json):
        try:
            said = read(body)
        except CallbackRefused as refusal:
            assert refusal.code in ("bad_json", "too_large")  # noqa: PT017
        else:
            assert getattr(said, "dedupe_key", "outer")


def test_what_the_platform_tells_of_several_in_one_second_is_told_apart() -> None:
    told = {"FromUserName": "oPlatform", "RevokeInfo": "8"}
    first = parse(event("user_authorization_revoke", OpenID="o-lin", **told))
    again = parse(event("user_authorization_revoke", OpenID="o-lin", **told))
    other = parse(event("user_authorization_revoke", OpenID="o-emma", **told))
    more = parse(event("user_authorization_revoke", OpenID="o-lin", **{**told, "RevokeInfo": "2"}))
    assert first.dedupe_key == again.dedupe_key
    assert len({first.dedupe_key, other.dedupe_key, more.dedupe_key}) == 3


def test_names_with_a_space_before_them_are_read_as_the_platforms_own_example_writes_them() -> None:
    body = {**HEAD, "MsgType": "event", "Event": "user_authorization_revoke", " OpenID": "o-lin"}
    assert parse_json(json.dumps(body).encode()).fields["OpenID"] == "o-lin"
