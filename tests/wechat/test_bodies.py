"""Bodies in XML and JSON: what the platform sends is read, everything else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat import bodies
from wechat.bodies import BODY_LIMIT_BYTES, DEPTH_LIMIT, NODE_LIMIT, read_json, read_xml
from wechat.errors import BadJson, BadXml, CallbackRefused, TooLarge


def nested(depth: int) -> bytes:
    return b"<xml>" + b"<a>" * depth + b"x" + b"</a>" * depth + b"</xml>"


BILLION_LAUGHS = b"""<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<xml><Content>&b;</Content></xml>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<xml><Content>&e;</Content></xml>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"success",
        b"{}",
        b"<xml>",
        b"<xml></xml>",
        b"<xml>text</xml>",
        b"<xml><a>1</a></xml><xml></xml>",
        b"<xml><a>1</b></xml>",
        b"<other><a>1</a></other>",
        b"<xml><a>\x00</a></xml>",
        b"<xml><a>\x08</a></xml>",
        b"<xml><a>&#0;</a></xml>",
        b"<xml><a>&#xD800;</a></xml>",
        b"<xml><a>&unknown;</a></xml>",
        b"<xml><a>\xff\xfe</a></xml>",
        b"<xml><a>\xed\xa0\x80</a></xml>",
        "<xml><a>积分</a></xml>".encode("gb18030"),
        "<xml><a>积分</a></xml>".encode("utf-16"),
        "<xml><a>1</a></xml>".encode("utf-16-be"),
        "<xml><a>1</a></xml>".encode("utf-32"),
        b"<xml><a><![CDATA[cut",
        b"<?php echo 1 ?><xml><a>1</a></xml>",
        b"<xml><?run this?><a>1</a></xml>",
        b'<?xml-stylesheet href="http://127.0.0.1/"?><xml><a>1</a></xml>',
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>',
        BILLION_LAUGHS,
        EXTERNAL,
        nested(DEPTH_LIMIT),
        nested(5000),
        b"<xml>" + b"<a/>" * NODE_LIMIT + b"</xml>",
    ],
)
def test_broken_or_dangerous_xml_is_refused(body: bytes) -> None:
    with pytest.raises(BadXml):
        read_xml(body)


@pytest.mark.parametrize("read", [read_xml, read_json])
def test_a_body_over_64_kb_is_refused_before_it_is_read(read: object) -> None:
    with pytest.raises(TooLarge):
        read(b" " * (BODY_LIMIT_BYTES + 1))


def test_xml_within_the_limits_is_read() -> None:
    assert read_xml(nested(DEPTH_LIMIT - 1))["a"]
    many = read_xml(b"<xml>" + b"<a>1</a>" * (NODE_LIMIT - 1) + b"</xml>")
    assert many == {"a": ["1"] * (NODE_LIMIT - 1)}


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf<xml><a>1</a></xml>",
        b'<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>\n',
        b'<?xml version="1.0" encoding="GBK"?><xml><a>1</a></xml>',
        b"<xml><!-- seen in old samples --><a><![CDATA[1]]></a></xml>",
        b"<xml>\n  <a lang='zh'>1</a>\n</xml>",
    ],
)
def test_harmless_variants_of_xml_are_read(body: bytes) -> None:
    assert read_xml(body) == {"a": "1"}


def test_a_text_that_looks_like_markup_stays_a_text() -> None:
    text = "<!DOCTYPE html><?php ?>&lt; ]] > <b>"
    assert read_xml(f"<xml><a><![CDATA[{text}]]></a></xml>".encode()) == {"a": text}
    split = b"<xml><a><![CDATA[x]]]]><![CDATA[>]]>&amp;&#x6211;</a></xml>"
    assert read_xml(split) == {"a": "x]]>&我"}


def test_repeated_nodes_become_a_list_and_nested_nodes_stay_nested() -> None:
    body = (
        b"<xml><List><Id>1</Id><Id>2</Id><Id>3</Id></List>"
        b"<Pic><item><Md5>a</Md5></item><item><Md5>b</Md5></item></Pic><Empty/></xml>"
    )
    assert read_xml(body) == {
        "List": {"Id": ["1", "2", "3"]},
        "Pic": {"item": [{"Md5": "a"}, {"Md5": "b"}]},
        "Empty": "",
    }


PIECES = st.sampled_from(
    [
        *("<xml>", "</xml>", "<a>", "</a>", "<b>", "</b>", "<a/>", "<a x='1'>", "<积>", "</积>"),
        *("<![CDATA[", "]]>", "]]", "]", "<", ">", "&", "&amp;", "&#65;", "<!--", "-->", "<?a?>"),
        *("x", "积分", "😀", " ", "\n", "\t", "\r", "\r\n", "\0", "\x08", "\x7f", "\x85", "\u2028"),
        *("\ufeff", "\ufffd", "\ufffe", "\uffff", "\ud800", "<!DOCTYPE xml>"),
    ]
)
NODES = st.lists(PIECES, max_size=4).flatmap(
    lambda inside: st.sampled_from(
        [f"<a>{''.join(inside)}</a>", f"<b><![CDATA[{''.join(inside)}]]></b>", "".join(inside)]
    )
)


@given(st.lists(NODES, max_size=4).map(lambda nodes: f"<xml>{''.join(nodes)}</xml>"))
def test_what_the_expression_reads_is_what_the_parser_reads(text: str) -> None:
    body = text.encode("utf-8", "surrogatepass")
    fields = bodies._side_by_side(body)
    if fields is not None:
        assert fields == bodies._parsed(body)


def test_the_expression_reads_what_the_platform_sends_most() -> None:
    body = b"<xml>\n <a><![CDATA[1 > 0]]></a>\n<b>2</b><c></c>\n<d><![CDATA[]]></d></xml>\n"
    assert bodies._side_by_side(body) == {"a": "1 > 0", "b": "2", "c": "", "d": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml></xml>",
        b"[]",
        b'"text"',
        b'{"a":1',
        b'{"a":1}{"a":2}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b'{"a":"line\nbreak"}',
        '{"a":"积分"}'.encode("gb18030"),
        b"\xef\xbb\xbf{}",
        b'{"a":' + b"[" * 12 + b"]" * 12 + b"}",
        b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b"[" * 60_000,
    ],
)
def test_broken_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        read_json(body)


def test_numbers_of_json_keep_the_text_they_came_in() -> None:
    body = b'{"MsgId":24500000000000001999,"Lat":23.1370,"Big":1e400,"Yes":true,"No":null}'
    assert read_json(body) == {
        "MsgId": "24500000000000001999",
        "Lat": "23.1370",
        "Big": "1e400",
        "Yes": "true",
        "No": "",
    }


@given(
    st.one_of(
        st.binary(),
        st.text().map(lambda text: f"<xml><a>{text}</a></xml>".encode("utf-8", "surrogatepass")),
    )
)
def test_no_body_raises_anything_but_a_refusal(body: bytes) -> None:
    for read in (read_xml, read_json):
        try:
            fields = read(body)
        except CallbackRefused:
            continue
        assert isinstance(fields, dict)
