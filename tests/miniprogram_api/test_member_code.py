"""Her member code, as her phone asks for it."""

from datetime import datetime, timedelta

from loyalty import codes, member_codes
from models import Identity
from tests.miniprogram_api.conftest import Phone
from web.context import Context, now


async def test_the_code_of_this_minute_names_her(
    lin: Phone, emma: Phone, connected: Context
) -> None:
    seen = set()
    for phone in (lin, emma):
        await phone.sign_in()
        told = (await phone.get("/me/code")).told
        identity = await Identity.get(kind="openid", value=phone.openid.value)
        said = member_codes.read(told["code"], sealer=connected.sealer)
        assert said.identity_id == identity.id
        assert codes.grouped(told["code"]) == told["code_grouped"]
        assert told["qr"].startswith("data:image/svg+xml;base64,")
        left = datetime.fromisoformat(told["renews_at"]) - now()
        assert timedelta(seconds=-30) < left <= timedelta(minutes=1)
        seen.add(told["code"])
    assert len(seen) == 2


async def test_the_same_minute_shows_the_same_code_and_nobody_sees_it_without_a_session(
    lin: Phone,
) -> None:
    await lin.sign_in()
    first, second = [(await lin.get("/me/code")).told for _ in range(2)]
    if first["renews_at"] == second["renews_at"]:
        assert first["code"] == second["code"]
    lin.token = "A" * 43
    assert (await lin.get("/me/code")).http_status == 401
