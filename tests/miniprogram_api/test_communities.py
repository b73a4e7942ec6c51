"""VIP groups on the shopper's phone: what is missing, the QR code, and nobody else's."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

import miniprogram_api
from jifen.seeds import communities as seeded
from loyalty import communities, programme
from loyalty.connections import Connected, WeComSettings
from loyalty.policies.tiers import Tiers
from models import Community, Customer, Invitation, db
from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.settings import Group
from simulator.settings import WeCom as SimulatedCorp
from tests.cast import JUNE_1
from tests.miniprogram_api.conftest import CHINA, IMPATIENT, Phone, phone_of
from tests.web.conftest import Caller, Json, Serve
from web import wecom
from web.context import Context, Corp, now
from wechat.exchange import Limits
from wechat.tokens import MemoryTokens
from wechat.wecom import WeCom

CORP_ID, SECRET, KEY = "ww1234567890abcdef", "corp-secret", "a" * 43
SPENT = (
    "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
    " still_counts, derived_at)"
    " VALUES ($1, $2, $3, 1, $4, $4, 0, $3) ON CONFLICT (member_id)"
    " DO UPDATE SET tier = excluded.tier, spent_fen = excluded.spent_fen,"
    " reached = excluded.reached"
)


@pytest.fixture
async def china() -> AsyncIterator[str]:
    """A simulator with a corp; nobody listens to its events."""
    group = Group(seeded.CHAT_ID, seeded.NAME, seeded.OWNER, capacity=2)
    corp = SimulatedCorp(
        CORP_ID, SECRET, "token", KEY, "http://127.0.0.1:1/", staff=("chen",), groups=(group,)
    )
    settings = replace(CHINA, wecom=corp, assumed=Assumed(group_lag_seconds=0))
    server = TestServer(create_app(settings))
    await server.start_server(shutdown_timeout=0.2)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def corp(http: aiohttp.ClientSession, china: str, limits: Limits) -> Corp:
    settings = WeComSettings(CORP_ID, SECRET, "token", KEY, api_base=f"{china}/qyapi")
    client = WeCom(
        http,
        MemoryTokens(),
        corp_id=CORP_ID,
        secret=SECRET,
        api_base=settings.api_base,
        limits=limits,
    )
    return Corp(Connected(2, CORP_ID, "积分", settings), client)


@pytest.fixture
async def server(serve: Serve, connected: Context, corp: Corp, database: None) -> Caller:
    for slot, rule in (("tiers", Tiers()), (seeded.SLOT, seeded.RULE)):
        await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=JUNE_1)
    await communities.connect(
        seeded.SLOT,
        corp_id=CORP_ID,
        chat_id=seeded.CHAT_ID,
        name=seeded.NAME,
        owner=seeded.OWNER,
        capacity=2,
    )
    context = Context(
        redis=connected.redis,
        http=connected.http,
        sealer=connected.sealer,
        accounts={},
        miniprograms=connected.miniprograms,
        corps={CORP_ID: corp},
    )
    return await serve(context, miniprogram_api.add_to)


async def signed_in(phone: Phone, *, tier: str = "basic", spent_fen: int = 0) -> int:
    answer = await phone.sign_in()
    customer = await Customer.get(uuid=answer.told["customer"])
    await db.fetch(SPENT, customer.id, tier, JUNE_1, spent_fen)
    return int(customer.id)


async def only(phone: Phone) -> Json:
    (found,) = (await phone.get("/communities")).told["communities"]
    return dict(found)


async def scans(phone: Phone, china: str) -> Json:
    """Let her scan the code behind the picture."""
    kept = await Community.get(chat_id=seeded.CHAT_ID)
    path = f"{china}/play/consumers/{phone.consumer['id']}/groups/join"
    body: Any = {"qr_code": kept.qr_code, "event": "lost"}
    async with phone.server.session.post(path, json=body) as response:
        return dict(await response.json())


async def test_she_reads_what_she_lacks_in_her_language(lin: Phone, emma: Phone) -> None:
    await signed_in(lin, spent_fen=30_000)
    found = await only(lin)
    assert (found["code"], found["name"], found["state"]) == (
        "vip",
        "VIP 会员群",
        "not_eligible",
    )
    assert found["missing"] == [
        {"code": "tier_too_low", "message": "需要达到银卡会员，还差 200 元消费"}
    ]
    assert (found["qr"], found["members"], found["capacity"]) == (None, 0, 2)
    await signed_in(emma)
    await emma.ask("PUT", "/me/language", json={"language": "en"})
    assert (await only(emma))["missing"][0]["message"] == (
        "Silver is needed, ¥500 of purchases to go"
    )


async def test_who_is_not_eligible_is_not_invited(lin: Phone) -> None:
    await signed_in(lin)
    refused = await lin.ask("PUT", "/me/invitations/vip")
    assert (refused.http_status, refused.error["code"]) == (422, "tier_too_low")
    assert await Invitation.all().count() == 0
    assert (await lin.ask("PUT", "/me/invitations/nobody")).http_status == 404
    assert (await lin.ask("PUT", "/me/invitations/VIP!")).http_status == 400


async def test_the_first_invitation_makes_the_join_way_and_all_share_it(
    lin: Phone, emma: Phone, china: str, corp: Corp
) -> None:
    await signed_in(lin, tier="silver", spent_fen=60_000)
    assert (await only(lin))["state"] == "eligible"
    first, again = [await lin.ask("PUT", "/me/invitations/vip") for _ in range(2)]
    assert (first.http_status, first.told["state"]) == (200, "invited")
    assert first.content == again.content
    kind, _, picture = first.told["qr"].partition(",")
    assert kind == "data:image/png;base64", "as the platform draws it"
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    await signed_in(emma, tier="gold", spent_fen=300_000)
    assert (await only(emma))["state"] == "eligible", "the invitation is Lin's"
    assert (await only(emma))["qr"] is None
    assert (await emma.ask("PUT", "/me/invitations/vip")).told["qr"] == first.told["qr"]
    async with emma.server.session.get(f"{china}/play/groups") as response:
        assert len((await response.json())["join_ways"]) == 1

    assert (await scans(lin, china)) == {"delivery_id": None}
    kept = await Community.get(chat_id=seeded.CHAT_ID)
    assert await wecom.refresh(corp, kept, at=now()) == 1
    joined = await only(lin)
    assert (joined["state"], joined["members"], joined["qr"]) == ("joined", 2, None)
    assert (await only(emma))["state"] == "invited", "the next group is made for her"


@pytest.mark.parametrize("limits", [IMPATIENT])
async def test_while_the_platform_makes_no_join_way_she_is_told_to_try_again(
    lin: Phone, china: str
) -> None:
    await signed_in(lin, tier="silver", spent_fen=60_000)
    path = "/qyapi/cgi-bin/externalcontact/groupchat/add_join_way"
    faults: Json = {"endpoints": {path: {"timeout_after_effect": True, "times": 1}}}
    async with lin.server.session.post(f"{china}/play/faults", json=faults) as response:
        assert response.status == 200
    refused = await lin.ask("PUT", "/me/invitations/vip")
    assert (refused.http_status, refused.error["code"]) == (503, "platform_unavailable")
    assert await Invitation.all().count() == 0
    assert (await lin.ask("PUT", "/me/invitations/vip")).told["state"] == "invited"


async def test_nobody_reads_groups_without_a_session(server: Caller, china: str) -> None:
    stranger = await phone_of(server, china, "林小满")
    for method, path in (("GET", "/communities"), ("PUT", "/me/invitations/vip")):
        assert (await stranger.ask(method, path)).http_status == 401
