"""Subscribe messages: one for each time that she allowed one, with values as the platform wants."""

import pytest

from tests.simulator.conftest import MINI_APP_ID, Json, Player

SEND = "/cgi-bin/message/subscribe/send"
VALUES = {
    "thing1": {"value": "VIP 8 折"},
    "date2": {"value": "2026年01月05日 15:01"},
    "character_string3": {"value": "AB-12"},
}


async def allow(sim: Player, lin: Json, *ids: str) -> Json:
    path = f"/play/consumers/{lin['id']}/miniprogram/subscriptions"
    return await sim.post(path, {"accepted": list(ids)})


async def send(sim: Player, body: Json) -> Json:
    return await sim.call(SEND, body, access_token=await sim.token(MINI_APP_ID))


def message(lin: Json, **changed: object) -> Json:
    return {"touser": lin["miniprogram_openid"], "template_id": "coupon", "data": VALUES, **changed}


async def test_one_permission_is_one_message_and_permissions_add_up(sim: Player) -> None:
    lin = await sim.consumer()
    assert (await send(sim, message(lin)))["errcode"] == 43101
    assert (await allow(sim, lin, "coupon", "unknown"))["accepted"] == ["coupon"]
    await allow(sim, lin, "coupon")
    told = [(await send(sim, message(lin)))["errcode"] for _ in range(3)]
    assert told == [0, 0, 43101]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "二" * 21),
        ("thing1", ""),
        ("date2", "2026年1月5日～2026年1月6日"),
        ("character_string3", "中文"),
    ],
)
async def test_a_value_that_breaks_its_rule_is_named_and_uses_nothing_up(
    sim: Player, key: str, value: str
) -> None:
    lin = await sim.consumer()
    await allow(sim, lin, "coupon")
    wrong = message(lin, data={**VALUES, key: {"value": value}})
    told = await send(sim, wrong)
    assert told["errcode"] == 47003
    assert f"data.{key}.value" in told["errmsg"]
    assert (await send(sim, message(lin)))["errcode"] == 0


async def test_wrong_names_are_refused(sim: Player) -> None:
    lin = await sim.consumer()
    for changed, errcode in (
        ({"touser": lin["openid"]}, 40003),
        ({"template_id": "none"}, 40037),
        ({"page": "a b"}, 41030),
    ):
        assert (await send(sim, message(lin, **changed)))["errcode"] == errcode
