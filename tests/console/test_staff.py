"""Accounts of staff: who may open and change them, and the second step of signing in."""

import asyncio
import re
from datetime import timedelta

import pyotp
import pytest

from loyalty import staff
from loyalty.errors import Refused
from models import Role, StaffDeed, StaffMember, StaffSession
from tests.console.test_console import PASSWORD, Browser, away, browser, context, http, redis
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]
NEW = {"account": "li", "name": "<b>李想</b>", "role": "guide", "wecom": "", "password": "12345678"}


async def owner(browser: Browser) -> str:
    await browser.sign_in("owner")
    return await browser.proof()


async def test_an_owner_opens_an_account_that_signs_in(browser: Browser) -> None:
    proof = await owner(browser)
    http_status, page = await browser.post("/staff", proof=proof, **NEW)
    assert http_status == 200
    assert "&lt;b&gt;李想&lt;/b&gt;" in page
    assert "<b>李想" not in page
    assert (await browser.post("/staff", proof=proof, **NEW))[0] == 422, "it is taken"
    _, page = await browser.sign_in("li", "12345678")
    assert "导购" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"account": "two words"}, "account"),
        ({"name": " "}, "name"),
        ({"role": "king"}, "role"),
        ({"password": "short"}, "8"),
        ({"wecom": "chen"}, "chen"),
    ],
)
async def test_what_is_wrong_is_named_and_kept(
    browser: Browser, changed: dict[str, str], said: str
) -> None:
    proof = await owner(browser)
    http_status, page = await browser.post("/staff", proof=proof, **{**NEW, **changed})
    assert http_status == 422
    assert said in page
    assert 'value="&lt;b&gt;李想&lt;/b&gt;"' in page or changed.get("name")
    assert not await StaffMember.filter(name=NEW["name"]).exists()


async def test_a_role_and_a_password_change_at_once_and_end_sessions(browser: Browser) -> None:
    proof = await owner(browser)
    await browser.post("/staff", proof=proof, **NEW)
    li = await StaffMember.get(account="li")
    await staff.open_for(li, at=now())
    form = {"name": "李想", "role": "marketer", "wecom": "li", "password": ""}
    await browser.post(f"/staff/{li.id}", proof=proof, **form)
    await li.refresh_from_db()
    assert (li.name, li.role.value, li.wecom_user_id) == ("李想", "marketer", "li")
    assert not await StaffSession.filter(staff_member_id=li.id).exists()
    assert (await staff.check("li", "12345678")).id == li.id
    await browser.post(f"/staff/{li.id}", proof=proof, **{**form, "password": "another-one"})
    with pytest.raises(Refused, match="wrong_password"):
        await staff.check("li", "12345678")
    await browser.post(f"/staff/{li.id}/leave", proof=proof)
    with pytest.raises(Refused, match="wrong_password"):
        await staff.check("li", "another-one")
    http_status, _ = await browser.post(f"/staff/{li.id}", proof=proof, **form)
    assert http_status == 422, "who left is not changed"
    await browser.post("/staff", proof=proof, **NEW)
    assert (await staff.check("li", "12345678")).role.value == "guide", "and may come back"


async def test_nobody_locks_the_last_owner_out(browser: Browser) -> None:
    proof = await owner(browser)
    me = await StaffMember.get(account="owner")
    form = {"name": "我", "role": "guide", "wecom": "", "password": ""}
    assert (await browser.post(f"/staff/{me.id}", proof=proof, **form))[0] == 422
    assert (await browser.post(f"/staff/{me.id}/leave", proof=proof))[0] == 422
    assert (await StaffMember.get(account="owner")).left_at is None


async def test_two_owners_cannot_put_one_another_out_at_once(browser: Browser) -> None:
    first = await StaffMember.get(account="owner")
    added = await staff.add("two", name="二", role=Role.OWNER, password=PASSWORD, at=now())
    demoted = {"name": "x", "role": Role.GUIDE, "wecom_user_id": None}
    done = await asyncio.gather(
        staff.change(first.id, **demoted),  # type: ignore[arg-type]
        staff.change(added, **demoted),  # type: ignore[arg-type]
        staff.leave("owner", at=now(), needs_another_owner=True),
        staff.leave("two", at=now(), needs_another_owner=True),
        return_exceptions=True,
    )
    assert "last_owner_stays" in {one.code for one in done if isinstance(one, Refused)}
    assert await StaffMember.filter(role=Role.OWNER, left_at=None).count() == 1


async def test_a_code_told_twice_at_once_counts_once(browser: Browser, context: Context) -> None:
    await browser.sign_in("chen")
    totp = await secret_of(browser, context)
    known, sealer, moment = await StaffMember.get(account="chen"), context.sealer, now()
    await staff.begin_second_step(known, totp.at(moment), sealer=sealer, moment=moment)
    later = moment + timedelta(seconds=30)
    done = await asyncio.gather(
        *(staff.check_code(known, totp.at(later), sealer=sealer, moment=later) for _ in range(5)),
        return_exceptions=True,
    )
    assert done.count(None) == 1


async def test_the_address_with_a_slash_leads_to_the_first_page(browser: Browser) -> None:
    await browser.sign_in("chen")
    http_status, page = await browser.get("/")
    assert (http_status, "今日" in page) == (200, True)


async def test_others_open_and_change_nothing_by_whatever_form(browser: Browser) -> None:
    me = await StaffMember.get(account="owner")
    for account, seen in (("auditor", 200), ("chen", 200), ("marketer", 403), ("guide", 403)):
        await browser.sign_in(account)
        proof = await browser.proof()
        assert (await browser.get("/staff"))[0] == seen
        assert (await browser.post("/staff", proof=proof, **NEW))[0] == 403
        form = {"name": "x", "role": "owner", "wecom": "", "password": "12345678"}
        assert (await browser.post(f"/staff/{me.id}", proof=proof, **form))[0] == 403
        assert (await browser.post(f"/staff/{me.id}/leave", proof=proof))[0] == 403
    assert not await StaffMember.filter(account="li").exists()


async def secret_of(browser: Browser, context: Context) -> pyotp.TOTP:
    """Look at the page, and take the secret out of what an app would scan."""
    _, page = await browser.get("/security")
    assert "data:image/svg+xml" in page
    known = await StaffMember.get(account="chen")
    uri = await staff.propose_second_step(known, issuer="jifen", sealer=context.sealer)
    found = re.search("secret=([A-Z2-7]+)", uri)
    assert found
    return pyotp.TOTP(found[1])


async def test_a_second_step_is_asked_for_once_it_is_on(browser: Browser, context: Context) -> None:
    await browser.sign_in("chen")
    proof = await browser.proof()
    totp = await secret_of(browser, context)
    assert (await browser.post("/security", proof=proof, code="000000x"))[0] == 422
    first, next_ = totp.at(now()), totp.at(now() + timedelta(seconds=30))
    assert (await browser.post("/security", proof=proof, code=first))[0] == 200
    assert (await StaffMember.get(account="chen")).totp_since is not None
    http_status, page = await browser.sign_in("chen")
    assert (http_status, 'name="code"' in page) == (200, True)
    _, page = await browser.get("/members")
    assert 'name="password"' in page, "half signed in is not in"
    assert (await browser.post("/login/code", code=first))[0] == 422, "used before"
    http_status, page = await browser.post("/login/code", code=next_)
    assert (http_status, "今日" in page) == (200, True)
    assert (await browser.get("/members"))[0] == 200
    deeds = [(one.deed, one.http_status) for one in await StaffDeed.all().order_by("id")]
    assert deeds[-2:] == [("/login/code", 422), ("/login/code", 200)]
    told = str([one.told for one in await StaffDeed.all()])
    assert PASSWORD not in told


async def test_a_code_is_of_its_moment_and_a_wrong_one_opens_nothing(
    browser: Browser, context: Context
) -> None:
    await browser.sign_in("chen")
    totp = await secret_of(browser, context)
    known = await StaffMember.get(account="chen")
    sealer, moment = context.sealer, now()
    for seconds in (-90, 90):
        code = totp.at(moment + timedelta(seconds=seconds))
        with pytest.raises(Refused, match="wrong_code"):
            await staff.begin_second_step(known, code, sealer=sealer, moment=moment)
    await staff.begin_second_step(known, totp.at(moment), sealer=sealer, moment=moment)
    await known.refresh_from_db()
    with pytest.raises(Refused, match="second_step_is_on"):
        await staff.begin_second_step(known, totp.at(moment), sealer=sealer, moment=moment)
    earlier = totp.at(moment - timedelta(seconds=30))
    with pytest.raises(Refused, match="wrong_code"):
        await staff.check_code(known, earlier, sealer=sealer, moment=moment)


async def test_an_owner_ends_the_second_step_of_a_lost_phone(
    browser: Browser, context: Context
) -> None:
    await browser.sign_in("chen")
    totp = await secret_of(browser, context)
    chen = await StaffMember.get(account="chen")
    await staff.begin_second_step(chen, totp.at(now()), sealer=context.sealer, moment=now())
    proof = await owner(browser)
    form = {"name": chen.name, "role": "manager", "wecom": "chen", "password": ""}
    await browser.post(f"/staff/{chen.id}", proof=proof, no_second_step="yes", **form)
    _, page = await browser.sign_in("chen")
    assert "今日" in page


async def test_a_stranger_has_no_code_to_tell(browser: Browser) -> None:
    for _ in range(2):
        _, page = await browser.post("/login/code", code="123456")
        assert 'name="password"' in page
    _, page = await browser.get("/login/code")
    assert 'name="password"' in page
