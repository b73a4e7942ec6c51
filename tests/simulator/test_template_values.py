"""Each place of a template takes what its name promises, and the refusal names the place."""

import pytest

from simulator.template_values import fits
from tests.simulator.conftest import POINTS_CHANGED, Player

GOOD = {
    "thing1": "购物获得积分|" + "十" * 20,
    "number3": "623|-1|0.5|" + "9" * 32,
    "letter4": "ABC",
    "symbol5": "+-*",
    "character_string2": "+128|A-1 #9",
    "time4": "15:01|2026年11月22日 10:30|2026-11-22 10:30:05|2019年10月1日|15:01~16:00",
    "date5": "2026年01月05日 15:01|2026/1/5|2026年1月~2026年2月",
    "amount6": "¥12.50|99元|0.01",
    "phone_number7": "+86-13800138000",
    "name8": "林小满|Emma O'Neil",
    "phrase9": "已完成",
    "keyword1": "anything at all, however long it may be, with 中文 in it",
    "thing": "a place without a number is of no kind" * 2,
}
BAD = {
    "thing1": "十" * 21,
    "number3": "1,280|一百|" + "9" * 33,
    "letter4": "A1",
    "character_string2": "积分|" + "a" * 33,
    "time4": "soon|15:01～16:00",
    "date5": "tomorrow",
    "amount6": "12345678901|$ 5",
    "name8": "林" * 11,
    "phrase9": "已经完成了呀|done",
}


@pytest.mark.parametrize("place", GOOD)
def test_what_a_place_takes(place: str) -> None:
    assert [value for value in GOOD[place].split("|") if not fits(place, value)] == []


@pytest.mark.parametrize("place", BAD)
def test_what_a_place_does_not_take(place: str) -> None:
    assert [value for value in BAD[place].split("|") if fits(place, value)] == []


async def test_a_template_message_with_a_value_that_does_not_fit_is_refused(sim: Player) -> None:
    lin = await sim.follower()
    data = {"thing1": {"value": "十" * 21}, "n2": {"value": "100"}}
    asked = {"touser": lin["openid"], "template_id": POINTS_CHANGED.template_id, "data": data}
    answer = await sim.call("/cgi-bin/message/template/send", asked)
    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith("argument invalid! data.thing1.value invalid rid: ")
    assert not [bubble for bubble in await sim.chat(lin) if bubble["via"] == "template"]
