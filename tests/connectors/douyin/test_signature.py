"""The golden vectors of calls and pushes."""

from connectors.douyin.signature import fits_push, param_json, signature

KEY, SECRET = "7000000000000000001", "dy-secret-0001"
PUSH = (
    b'[{"tag":"101","msg_id":"1-101-1630373504","data":"{\\"p_id\\":4837328765348566675,'
    b'\\"s_ids\\":[4837328765348566675],\\"shop_id\\":77977,\\"order_status\\":2,'
    b'\\"pay_amount\\":1990,\\"pay_time\\":1630373504,\\"pay_type\\":1,\\"biz\\":2,'
    b'\\"order_type\\":0}"}]'
)


def test_a_call_is_signed_as_douyin_signs_it() -> None:
    asked = param_json({"shop_order_id": "4837328765348566675"})
    told = signature(
        SECRET,
        app_key=KEY,
        method="order.orderDetail",
        asked=asked,
        timestamp="2026-05-20 10:00:00",
    )
    assert told == "0cafebff12fcc4dbdb4ee5f7bea250d5a81dd9548928dd0d369f90853293d945"


def test_what_is_asked_is_sorted_at_every_depth_compact_and_not_escaped() -> None:
    asked = param_json({"b": {"d": "<林&>", "c": [1, {"y": True, "x": 2}]}, "a": ""})
    assert asked == '{"a":"","b":{"c":[1,{"x":2,"y":true}],"d":"<林&>"}}'


def test_a_push_is_verified_over_its_very_bytes() -> None:
    told = "b89fb56aacbc25abffe9294692b7d251"
    assert fits_push(told, SECRET, app_key=KEY, body=PUSH)
    assert not fits_push(told, SECRET, app_key=KEY, body=PUSH + b" ")
    assert not fits_push(told, "another", app_key=KEY, body=PUSH)
    assert not fits_push("林", SECRET, app_key=KEY, body=PUSH)
    assert not fits_push("\udcff", "of no app", app_key="\udcff", body=PUSH), "a byte of no text"
