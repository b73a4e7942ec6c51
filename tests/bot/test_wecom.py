"""The corp's callback: who may speak to us, how we answer, and what becomes of it."""

import asyncio
import time
from typing import Any

import pytest

from bot import corp_events
from bot.corp_events import CorpEvents
from jifen.seeds.communities import CHAT_ID
from jobs.reconcile_communities import reconcile_communities
from jobs.refresh_communities import refresh_communities
from loyalty import communities, customers, programme
from loyalty.orders import IdentityRef
from loyalty.policies.community import CommunityPolicy
from models import Community, IdentityKind, db
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.corp import PREVIOUS_CORP_KEY, event, sealed, stamps, wrapped
from tests.bot.platform import AES_KEY
from web.context import now
from wechat.errors import CallFailed

Json = dict[str, Any]
GOOD = event(ChatId=CHAT_ID, ChangeType="update")
OK = (200, "")
BAD_SIGNATURE = (403, "bad_signature")
BAD_CIPHERTEXT = (400, "bad_ciphertext")
BAD_XML = (400, "bad_xml")
AT_ONCE = Assumed(group_lag_seconds=0)


async def stored(town: Town) -> int:
    return await town.count("inbound_event")


async def silver(town: Town, nickname: str) -> tuple[Json, int]:
    """Let a consumer be a member of the second tier who is known by her unionid."""
    consumer = await town.phones.consumer(nickname)
    ref = IdentityRef(IdentityKind.UNIONID, "", consumer["unionid"])
    member_id = await customers.meet((ref,), at=now(), through="test")
    await db.fetch(
        "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
        " still_counts, derived_at)"
        " VALUES ($1, 'silver', $2, 1, 60000, 60000, 0, $2)",
        member_id,
        now(),
    )
    return consumer, member_id


async def invited(town: Town, nickname: str = "林小满") -> tuple[Json, int, str]:
    """Invite a consumer, and return her, her id and the address behind her QR code."""
    await refresh_communities(town.context, now())
    consumer, member_id = await silver(town, nickname)
    found = await communities.invite(member_id, "vip", at=now())
    assert found.qr_code is not None
    return consumer, member_id, found.qr_code


async def state_of(member_id: int) -> str:
    rows = await db.fetch("SELECT state FROM invitation WHERE member_id = $1", member_id)
    return str(rows[0]["state"])


async def test_the_platform_verifies_our_address_by_a_sealed_echo(town: Town) -> None:
    echo = sealed(b"1234567890123456789")
    query = {**stamps(echo), "echostr": echo}
    assert await town.corp.ask("GET", query) == (200, "1234567890123456789")
    told = (await town.phones.post("groups/verify"))["verified"]
    assert told is True
    wrong = {**query, "msg_signature": "0" * 40}
    assert await town.corp.ask("GET", wrong) == BAD_SIGNATURE
    assert await town.corp.ask("GET", {**stamps("plain"), "echostr": "plain"}) == BAD_CIPHERTEXT
    other = sealed(b"echo", receive_id="ww0000000000000000")
    assert await town.corp.ask("GET", {**stamps(other), "echostr": other}) == BAD_CIPHERTEXT


async def test_an_event_is_stored_once_and_answered_with_nothing(town: Town) -> None:
    answers = [await town.corp.send(GOOD) for _ in range(3)]
    assert answers == [OK] * 3
    assert await stored(town) == 1
    (row,) = await town.rows("SELECT kind, sender, state, attempts FROM inbound_event")
    assert row == {
        "kind": "event:change_external_chat",
        "sender": "sys",
        "state": "received",
        "attempts": 0,
    }


async def test_two_joins_in_one_second_are_two_events(town: Town) -> None:
    told = {"ChatId": CHAT_ID, "ChangeType": "update", "UpdateDetail": "add_member"}
    second = int(time.time())
    for who in ("wm1", "wm2"):
        item = f"<Item>{who}</Item>"
        assert await town.corp.send(event(CreateTime=second, MemChangeList=item, **told)) == OK
    assert await stored(town) == 2


async def test_what_is_not_the_corps_is_refused_and_not_stored(town: Town) -> None:
    good = sealed(GOOD)
    for_other = sealed(GOOD, receive_id="ww0000000000000000")
    other_key = sealed(GOOD, key=AES_KEY)
    to_other = sealed(event(ToUserName="ww0000000000000000", ChatId=CHAT_ID))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa">]><xml><Encrypt>&a;</Encrypt></xml>'
    inner_bomb = sealed(b'<!DOCTYPE x [<!ENTITY a "aa">]>' + GOOD)
    query = stamps(good)
    old = int(time.time()) - 301
    cases: dict[str, tuple[bytes, Any, tuple[int, str]]] = {
        "another token": (wrapped(good), stamps(good, token="another"), BAD_SIGNATURE),
        "the account's token": (wrapped(good), stamps(good, token="callbacktoken"), BAD_SIGNATURE),
        "another body's signature": (wrapped(good), stamps(sealed(GOOD)), BAD_SIGNATURE),
        "no signature": (wrapped(good), {}, BAD_SIGNATURE),
        "a parameter twice": (wrapped(good), [*query.items(), ("nonce", "1")], BAD_SIGNATURE),
        "too old": (wrapped(good), stamps(good, timestamp=old), (403, "stale")),
        "another receiver": (wrapped(for_other), stamps(for_other), BAD_CIPHERTEXT),
        "another key": (wrapped(other_key), stamps(other_key), BAD_CIPHERTEXT),
        "another corp inside": (wrapped(to_other), stamps(to_other), BAD_SIGNATURE),
        "plain": (GOOD, stamps(""), BAD_CIPHERTEXT),
        "no XML": (b"{}", query, BAD_XML),
        "an entity outside": (bomb, query, BAD_XML),
        "an entity inside": (wrapped(inner_bomb), stamps(inner_bomb), BAD_XML),
        "too large": (wrapped("A" * 70_000), query, (413, "body_too_large")),
    }
    told = {name: await town.corp.post(body, asked) for name, (body, asked, _) in cases.items()}
    assert told == {name: expected for name, (_, _, expected) in cases.items()}
    assert await stored(town) == 0
    nobody = f"{town.origin}/wecom/ww0000000000000000"
    async with town.http.post(nobody, data=wrapped(good), params=query) as response:
        assert response.status == 404


async def test_the_key_of_before_still_opens(town: Town) -> None:
    before = sealed(GOOD, key=PREVIOUS_CORP_KEY)
    assert await town.corp.post(wrapped(before), stamps(before)) == OK


async def test_a_scan_accepts_the_invitation_although_the_list_lags(begin: Begin) -> None:
    town = await begin(assumed=Assumed(group_lag_seconds=1.2))
    consumer, member_id, qr_code = await invited(town)
    await town.begin_worker()
    done = await town.phones.act(consumer, "groups/join", qr_code=qr_code)
    assert [one["outcome"] for one in done["attempts"]] == ["silent"]
    await town.until("invitation WHERE state = 'accepted'")
    assert await state_of(member_id) == "accepted"
    assert await town.count("identity WHERE kind = 'wecom_contact'") == 1
    await town.until("inbound_event WHERE state = 'worked'")
    await town.phones.act(consumer, "groups/leave", chat_id=CHAT_ID)
    await town.until("invitation WHERE state = 'left'")


async def test_a_doubled_event_counts_once(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, member_id, qr_code = await invited(town)
    await town.phones.act(consumer, "groups/join", qr_code=qr_code, event="doubled")
    other = {"ChatId": CHAT_ID, "ChangeType": "update", "UpdateDetail": "add_member"}
    assert await town.corp.send(event(**other, MemChangeCnt=1)) == OK
    await town.begin_worker()
    await town.until("inbound_event WHERE state = 'worked'", count=2)
    assert await stored(town) == 2, "the twin is the same event"
    assert await town.count("community_member") == 1
    assert await state_of(member_id) == "accepted"


async def test_events_out_of_order_end_in_what_is_true(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corp_events, "PAUSES_SECONDS", (0.01, 0.01))
    town = await begin(assumed=AT_ONCE)
    consumer, member_id, qr_code = await invited(town)
    await town.phones.act(consumer, "groups/join", qr_code=qr_code, event="lost")
    (there,) = (await town.phones.get("groups"))["groups"]
    group = {"ChatId": CHAT_ID, "ChangeType": "update", "CurMemVer": there["member_version"]}
    who = "<Item>wm-not-her</Item>"
    await town.corp.send(event(UpdateDetail="add_member", MemChangeList=who, **group))
    await CorpEvents(town.context).work(now())
    assert await state_of(member_id) == "accepted"
    gone = {**group, "CurMemVer": "older"}
    await town.corp.send(event(UpdateDetail="del_member", MemChangeList=who, **gone))
    await CorpEvents(town.context).work(now())
    assert await state_of(member_id) == "accepted"
    assert await town.count("inbound_event WHERE state = 'worked'") == 2


@pytest.mark.parametrize("job", [refresh_communities, reconcile_communities])
async def test_a_lost_event_is_made_up_for(begin: Begin, job: Any) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, member_id, qr_code = await invited(town)
    await town.phones.act(consumer, "groups/join", qr_code=qr_code, event="lost")
    assert await state_of(member_id) == "open"
    assert await job(town.context, now()) == 1
    assert await state_of(member_id) == "accepted"
    assert await job(town.context, now()) == 0
    kept = await Community.get(chat_id=CHAT_ID)
    assert (kept.reconciled_at is not None) is (job is reconcile_communities)


async def test_all_callbacks_lost_on_the_way_are_a_lost_event(begin: Begin) -> None:
    town = await begin(assumed=Assumed(group_lag_seconds=0, callback_timeout_seconds=2.0))
    consumer, member_id, qr_code = await invited(town)
    await town.phones.post("faults", {"drop_first_n": 3})
    done = await town.phones.act(consumer, "groups/join", qr_code=qr_code)
    assert [one["outcome"] for one in done["attempts"]] == ["dropped"] * 3
    await reconcile_communities(town.context, now())
    assert await state_of(member_id) == "accepted"


async def test_a_group_that_is_dismissed_is_no_more(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, member_id, qr_code = await invited(town)
    await town.phones.act(consumer, "groups/join", qr_code=qr_code)
    await town.phones.post(f"groups/{CHAT_ID}/dismiss?wait=1")
    await CorpEvents(town.context).work(now())
    assert (await Community.get(chat_id=CHAT_ID)).dismissed_at is not None
    assert await communities.memberships(member_id, at=now()) == []


async def test_an_event_is_tried_again_while_the_platform_is_away_then_parked(
    begin: Begin,
) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, member_id, qr_code = await invited(town)
    path = "/qyapi/cgi-bin/externalcontact/groupchat/get"
    await town.phones.post("faults", {"endpoints": {path: {"errcode": 48002}}})
    await town.phones.act(consumer, "groups/join", qr_code=qr_code)
    pump, at = CorpEvents(town.context), now()
    assert await pump.work(at) == 1
    assert await pump.work(at) == 0, "not at once"
    for _ in range(2):
        await db.fetch("UPDATE inbound_event SET claimed_until = $1", at)
        assert await pump.work(now()) == 1
    (row,) = await town.rows("SELECT state, error FROM inbound_event")
    assert row["state"] == "parked"
    assert "48002" in row["error"]
    with pytest.raises(CallFailed):
        await reconcile_communities(town.context, now())
    async with town.http.delete(f"{town.phones.origin}/play/faults"):
        pass
    await reconcile_communities(town.context, now())
    assert await state_of(member_id) == "accepted"


async def test_events_of_other_groups_and_kinds_are_worked_without_effect(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    for message in (
        event(ChatId="wrNobody", ChangeType="create"),
        event("enter_agent"),
        event("change_external_contact", ChangeType="del_follow_user", ExternalUserID="wm1"),
    ):
        assert await town.corp.send(message) == OK
    assert await CorpEvents(town.context).work(now()) == 3
    assert await town.count("inbound_event WHERE state = 'worked'") == 3
    assert await town.count("community_member") == 0


async def test_a_new_contact_is_the_customer_whom_we_know(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, member_id = await silver(town, "Emma")
    stranger = await town.phones.consumer("王金")
    for one in (consumer, stranger):
        await town.phones.act(one, "contacts", user_id="chen")
    before = await town.count("customer")
    await CorpEvents(town.context).work(now())
    (named,) = await town.rows("SELECT customer_id FROM identity WHERE kind = 'wecom_contact'")
    assert named["customer_id"] == member_id
    assert await town.count("customer") == before


async def test_one_token_and_one_join_way_however_many_ask(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    await asyncio.gather(*(refresh_communities(town.context, now()) for _ in range(4)))
    ways = (await town.phones.get("groups"))["join_ways"]
    kept = await Community.get(chat_id=CHAT_ID)
    assert [one["config_id"] for one in ways] == [kept.config_id]
    assert (ways[0]["state"], ways[0]["chat_ids"]) == ("vip", [CHAT_ID])


async def test_a_join_way_that_is_gone_is_made_anew(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    await refresh_communities(town.context, now())
    before = await Community.get(chat_id=CHAT_ID)
    assert before.config_id is not None
    await reconcile_communities(town.context, now())
    assert (await Community.get(chat_id=CHAT_ID)).config_id == before.config_id
    (corp,) = town.context.corps.values()
    await corp.client.group_chats.del_join_way(before.config_id)
    await corp.client.group_chats.del_join_way(before.config_id)
    await reconcile_communities(town.context, now())
    await refresh_communities(town.context, now())
    after = await Community.get(chat_id=CHAT_ID)
    assert after.config_id not in (None, before.config_id)
    assert after.qr_code != before.qr_code


async def test_the_chat_says_what_is_missing_then_how_to_join_then_that_she_is_in(
    begin: Begin,
) -> None:
    town = await begin(assumed=AT_ONCE)
    await refresh_communities(town.context, now())
    lin = await town.phones.follower("林小满")

    async def asks(word: str) -> str:
        told = await town.platform.says(word, openid=lin["openid"])
        return told.said

    assert await asks("会员群") == (
        "「VIP 会员群」暂时还不能加入：需要达到银卡会员，还差 500 元消费。"
    )
    (known,) = await town.rows(
        "SELECT customer_id FROM identity WHERE kind = 'openid' AND value = $1", lin["openid"]
    )
    await db.fetch(
        "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
        " still_counts, derived_at)"
        " VALUES ($1, 'gold', $2, 1, 300000, 300000, 0, $2)",
        known["customer_id"],
        now(),
    )
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, 'unionid', '', $2, $3)",
        known["customer_id"],
        lin["unionid"],
        now(),
    )
    told = await asks("会员群")
    (way,) = await town.rows("SELECT qr_code FROM community")
    assert "您可以加入「VIP 会员群」" in told
    assert way["qr_code"] in told
    assert await state_of(known["customer_id"]) == "open"
    await town.phones.act(lin, "groups/join", qr_code=way["qr_code"])
    await CorpEvents(town.context).work(now())
    assert await asks("会员群") == "您已在「VIP 会员群」中，共 2 人。"
    assert await asks("vip group") == "You are in “VIP group”, 2 people in all."


async def full_house(town: Town, *, event: str = "told") -> tuple[str, int]:
    """Fill the group and let one more scan its code; return the new group's id, and who she is."""
    _, _, qr_code = await invited(town)
    for nickname in ("林小满", "王金"):
        await town.phones.act(await town.phones.consumer(nickname), "groups/join", qr_code=qr_code)
    emma, emma_id = await silver(town, "Emma")
    await CorpEvents(town.context).work(now())
    scan = {"qr_code": qr_code, "event": event}
    if event == "lost":
        await town.phones.post(f"consumers/{emma['id']}/groups/join", scan)
    else:
        await town.phones.act(emma, "groups/join", **scan)
    rooms = (await town.phones.get("groups"))["groups"]
    return next(one["chat_id"] for one in rooms if emma["id"] in one["consumer_ids"]), emma_id


async def test_when_a_group_is_full_the_next_is_made_and_is_ours(begin: Begin) -> None:
    town = await begin(assumed=Assumed(group_lag_seconds=0.3))
    chat_id, emma = await full_house(town)
    await CorpEvents(town.context).work(now())
    made = await Community.get(chat_id=chat_id)
    first = await Community.get(chat_id=CHAT_ID)
    assert (made.slot, made.capacity, made.owner) == (first.slot, first.capacity, first.owner)
    assert made.name == f"{first.name}2"
    assert (await communities.membership(emma, "vip", at=now())).state == "joined"
    await refresh_communities(town.context, now())
    assert (await Community.get(chat_id=chat_id)).qr_code


async def test_a_next_group_whose_events_were_lost_is_found_at_night(begin: Begin) -> None:
    town = await begin(assumed=Assumed(group_lag_seconds=0))
    await refresh_communities(town.context, now())
    chat_id, emma = await full_house(town, event="lost")
    await db.fetch("DELETE FROM inbound_event")
    await reconcile_communities(town.context, now())
    await reconcile_communities(town.context, now())
    assert (await Community.get(chat_id=chat_id)).slot == "community:vip"
    assert (await communities.membership(emma, "vip", at=now())).state == "joined"


async def test_the_groups_of_others_are_left_alone(begin: Begin) -> None:
    town = await begin(assumed=Assumed(group_lag_seconds=0))
    chat_id, _ = await full_house(town)
    await db.fetch("UPDATE community SET state = 'another'")
    worker = CorpEvents(town.context)
    await worker.work(now())
    assert not await Community.exists(chat_id=chat_id)


async def test_a_rule_that_wants_no_next_group_tells_the_platform(begin: Begin) -> None:
    town = await begin(assumed=Assumed(group_lag_seconds=0))
    await refresh_communities(town.context, now())
    for wanted in (False, True):
        rule = CommunityPolicy(name_zh="群", next_when_full=wanted)
        await programme.publish("community:vip", rule, starts_at=now(), by="t", at=now())
        await reconcile_communities(town.context, now())
        (way,) = (await town.phones.get("groups"))["join_ways"]
        assert bool(way["auto_create_room"]) is wanted
