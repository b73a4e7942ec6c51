"""Accounts of staff: who changes or leaves is signed out at once, whatever she did stays named."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from loyalty import staff
from loyalty.errors import NotFound, Refused
from models import Role, StaffMember, StaffSession

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PASSWORD, OTHER = "correct horse", "battery staple"


async def added(account: str = "chen", password: str = PASSWORD, **changed: object) -> int:
    told = {"name": "陈晨", "role": Role.MANAGER, "at": NOW, **changed}
    return await staff.add(account, password=password, **told)  # type: ignore[arg-type]


async def signed_in(account: str = "chen", password: str = PASSWORD) -> str:
    return (await staff.open_for(await staff.check(account, password), at=NOW)).token


async def is_in(token: str) -> bool:
    try:
        await staff.find(token, at=LATER)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("changed", [{"password": OTHER}, {"role": Role.GUIDE}])
async def test_a_new_password_or_role_ends_her_sessions_and_nobody_elses(
    changed: dict[str, object],
) -> None:
    await added(wecom_user_id="chen")
    await added("guide", role=Role.GUIDE)
    hers, anothers = await signed_in(), await signed_in("guide")
    await added(**changed)  # type: ignore[arg-type]
    assert not await is_in(hers)
    assert await is_in(anothers)
    assert await StaffSession.all().count() == 1


async def test_who_scans_with_wecom_still_does_after_a_new_password() -> None:
    await added(wecom_user_id="chen")
    await added(password=OTHER)
    assert (await staff.of_wecom("chen")).account == "chen"
    await added(password=OTHER, wecom_user_id="chen.chen")
    assert (await staff.of_wecom("chen.chen")).account == "chen"


async def test_a_sign_in_by_the_old_password_does_not_outlive_the_change() -> None:
    await added()
    known = await staff.check("chen", PASSWORD)
    await added(password=OTHER)
    with pytest.raises(Refused, match="wrong_password"):
        await staff.open_for(known, at=NOW)


async def test_a_sign_in_beside_a_change_leaves_no_session_of_before() -> None:
    await added()
    for number in range(5):
        known = await StaffMember.get(account="chen")
        await asyncio.gather(
            *(staff.open_for(known, at=NOW) for _ in range(3)),
            added(password=f"{OTHER} {number}"),
            return_exceptions=True,
        )
        assert await StaffSession.all().count() == 0


async def test_who_left_is_out_at_once_and_cannot_come_in_any_more() -> None:
    left_id = await added(wecom_user_id="chen")
    token, known = await signed_in(), await StaffMember.get(account="chen")
    await staff.leave("Chen", at=LATER)
    assert not await is_in(token)
    with pytest.raises(Refused, match="wrong_password"):
        await staff.check("chen", PASSWORD)
    with pytest.raises(Refused, match="wrong_password"):
        await staff.open_for(known, at=LATER)
    with pytest.raises(Refused, match="no_such_staff_member"):
        await staff.of_wecom("chen")
    kept = await StaffMember.get(id=left_id)
    assert (kept.name, kept.left_at) == ("陈晨", LATER)
    assert await StaffSession.all().count() == 0


async def test_who_left_may_leave_again_and_come_back_as_the_same() -> None:
    left_id = await added(wecom_user_id="chen")
    await staff.leave("chen", at=LATER)
    await staff.leave("chen", at=LATER + timedelta(days=1))
    assert (await StaffMember.get(id=left_id)).left_at == LATER
    await added("chen.two", wecom_user_id="chen")
    assert await added(password=OTHER) == left_id
    assert (await staff.check("chen", OTHER)).left_at is None
    assert (await staff.of_wecom("chen")).account == "chen.two"
    with pytest.raises(Refused, match="no_such_staff_member"):
        await staff.leave("nobody", at=LATER)


async def test_a_wecom_user_is_one_staff_member() -> None:
    await added(wecom_user_id="chen")
    with pytest.raises(Refused, match="wecom_user_of_another") as refused:
        await added("su", wecom_user_id="chen")
    assert refused.value.figures["account"] == "chen"
    told = await asyncio.gather(
        *(added(f"su{i}", wecom_user_id="su") for i in range(4)), return_exceptions=True
    )
    refusals = [one for one in told if isinstance(one, BaseException)]
    assert [getattr(one, "code", one) for one in refusals] == ["wecom_user_of_another"] * 3


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
async def test_a_password_of_no_use_is_refused(password: str) -> None:
    with pytest.raises(Refused, match="password_out_of_range"):
        await added(password=password)
    assert await StaffMember.all().count() == 0
