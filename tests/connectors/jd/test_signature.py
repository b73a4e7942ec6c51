"""The golden vector of calls."""

from connectors.jd.signature import param_json, signature

SECRET = "jd-secret-0001"


def test_a_call_is_signed_as_jd_signs_it() -> None:
    asked = {"order_id": 287421234567, "optional_fields": "orderId,orderState,orderPayment"}
    told = {
        "method": "jingdong.pop.order.enGet",
        "app_key": "JDKEY",
        "access_token": "tok",
        "timestamp": "2026-05-20 10:00:00",
        "format": "json",
        "v": "2.0",
        "360buy_param_json": param_json(asked),
    }
    assert signature(SECRET, told) == "199E2E3931AF13372DD8A5CFF723577F"


def test_what_is_asked_is_ascii_sorted_and_compact() -> None:
    assert param_json({"b": "林", "a": 1}) == '{"a":1,"b":"\\u6797"}'
