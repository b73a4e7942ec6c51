"""The golden vectors of calls and of the connection to messages."""

import pytest

from connectors.tmall.signature import connect_signature, signature

SECRET = "top-secret-0001"
ASKED = {
    "method": "taobao.trade.fullinfo.get",
    "app_key": "12345678",
    "session": "sess-1",
    "timestamp": "2026-05-20 10:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "tid,status,payment,orders",
    "tid": "2067719225654838",
}


@pytest.mark.parametrize(
    ("method", "signed"),
    [
        ("md5", "2E57D0B7FB8A93A874687DCF3EBD5A16"),
        ("hmac", "4A46BF4B3662615BFC12757E742CF964"),
        ("hmac-sha256", "58562FB79BDC4EC70928A94CD4B30045BE76695B4B4CA1D4BA56506E2E41CEBD"),
    ],
)
def test_a_call_is_signed_as_taobao_signs_it(method: str, signed: str) -> None:
    assert signature({**ASKED, "sign_method": method}, SECRET, method=method) == signed


def test_names_are_sorted_by_their_bytes_and_texts_signed_as_utf8() -> None:
    one = signature({"b": "林", "B": "1", "a_1": "2"}, SECRET, method="md5")
    other = signature({"a_1": "2", "b": "林", "B": "1"}, SECRET, method="md5")
    assert one == other
    assert one != signature({"a_1": "2", "b": "林1", "B": ""}, SECRET, method="md5")


def test_an_app_connects_to_its_messages_as_taobao_signs_it() -> None:
    signed = connect_signature("12345678", SECRET, group="default", timestamp="1779242400000")
    assert signed == "0FBDC3238123F73D603676381F532787"
