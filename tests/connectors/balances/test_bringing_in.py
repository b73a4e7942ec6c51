"""Members and points of an earlier programme come in once, with the day that they lapse."""

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from loyalty import customers, ledger, purchases
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import Identity, IdentityKind, Member, db
from tests.cast import line, order
from tests.connectors.balances.conftest import Balances
from web.context import now

HEADER = "会员卡号,手机号,微信openid,积分,有效期至,入会日期\n"
LIN = "V001,138 0013 8000,oLin,1200,2130-12-31,2019-05-01\n"
WANG = "V002,+86-13900139000,,300,永久,2020/2/3 9:03\n"
APP = ("--app-id", "wx1")


async def lots() -> list[tuple[int, str | None]]:
    rows = await db.fetch("SELECT points, expires_at FROM lot ORDER BY points DESC")
    return [
        (row["points"], row["expires_at"] and f"{row['expires_at']:%Y-%m-%d %H}") for row in rows
    ]


async def test_members_come_with_their_names_points_and_days(jifen_balances: Balances) -> None:
    said = await jifen_balances(HEADER + LIN + WANG, *APP)
    assert said.status == 0
    assert (
        said.out
        == "2 rows: 2 balances with 1,500 points brought in, 0 known before, 0 rows refused\n"
    )
    assert await lots() == [(1200, "2130-12-31 16"), (300, None)], "good to the end of its day"
    openid = await Identity.get(kind="openid")
    assert (openid.scope, openid.value) == ("wx1", "oLin")
    member = await Member.get(id=openid.customer_id)
    assert member.joined_at == datetime(2019, 4, 30, 16, tzinfo=UTC)
    assert (member.joined_through, member.points_available) == ("opening", 1200)
    (balance,) = (await ledger.balances([member.id], at=now())).values()
    assert balance.available == 1200
    assert await ledger.verify() == []


async def test_a_number_is_sealed_and_found_again(jifen_balances: Balances, sealer: Sealer) -> None:
    await jifen_balances(HEADER + LIN, *APP)
    known = customers.seal_phone("+8613800138000", sealer=sealer)
    identity = await Identity.get(kind="mobile", value=known.digest)
    assert identity.sealed_value
    assert (
        sealer.unseal(identity.sealed_value, purpose=f"mobile:{known.digest}") == b"+8613800138000"
    )
    told = await db.fetch("SELECT key FROM entry")
    assert all("13800138000" not in row["key"] for row in told)


async def test_the_same_file_again_changes_nothing_and_another_balance_is_refused(
    jifen_balances: Balances,
) -> None:
    await jifen_balances(HEADER + LIN + WANG, *APP)
    again = await jifen_balances(HEADER + LIN + WANG, *APP)
    assert "0 balances with 0 points brought in, 2 known before" in again.out
    other = await jifen_balances(HEADER + LIN.replace("1200", "1300"), *APP)
    assert other.status == 1
    assert "Other points came in for this member before: 1300 now" in other.out
    assert [points for points, _ in await lots()] == [1200, 300]
    beside = await jifen_balances(HEADER + LIN, *APP, source="older")
    assert "1 balance with 1,200 points" in beside.out, "two programmes, one person"
    assert await Member.filter(points_available=2400).count() == 1


async def test_lots_of_one_member_come_side_by_side_and_those_of_one_day_together(
    jifen_balances: Balances,
) -> None:
    rows = "V1,100,2130-01-01\nV1,50,2131-01-01\nV1,20,2130-01-01\nV1,7,\n"
    said = await jifen_balances("member number,points,expires on\n" + rows)
    assert "3 balances with 177 points" in said.out
    assert [points for points, _ in await lots()] == [120, 50, 7]
    assert (await lots())[2][1] is not None, "by the programme's rule"


REFUSED: list[tuple[str, str]] = [
    ("V1,138****8000,1,", "mobile: the phone number is masked and names nobody"),
    ("V1,12345,1,", "mobile: not a phone number"),
    ("V1,,1.5,", "points: no whole points: 1.5"),
    ("V1,,-5,", "points: no whole points: -5"),
    ("V1,,1e400,", "points: no whole points: 1e400"),
    ("V1,,NaN,", "points: no whole points: NaN"),
    ("V1,,1,2020-01-01", "The points have lapsed already"),
    ("V1,,1,31/12/2030", "expires on: not a date and time: 31/12/2030"),
    (",,1,", "no member is named"),
    ("1.23E+15,,1,", "member number: a spreadsheet rounded this number"),
]


@pytest.mark.parametrize(("row", "told"), REFUSED)
async def test_a_row_that_cannot_be_used_is_told_and_spoils_no_other(
    jifen_balances: Balances, row: str, told: str
) -> None:
    said = await jifen_balances(f"member number,mobile,points,expires on\n{row}\nV9,,10,\n")
    assert said.status == 1
    assert told in said.out, said.out
    assert [points for points, _ in await lots()] == [10]


async def test_files_that_are_no_table_of_members(jifen_balances: Balances) -> None:
    said = await jifen_balances("积分,有效期\n1,\n", language="zh")
    assert said.status == 1
    assert "找不到说明会员的列" in said.error
    said = await jifen_balances("卡号,会员号,积分\n1,2,3\n", language="zh")
    assert "两列意思相同" in said.error
    said = await jifen_balances("openid,积分\noLin,3\n", language="zh")
    assert "openid 属于哪个小程序或公众号" in said.out


async def test_refused_rows_are_written_out_corrected_and_brought_in(
    jifen_balances: Balances, tmp_path: Path
) -> None:
    out = tmp_path / "parked.csv"
    await jifen_balances("会员号,积分\nV1,=1+1\nV2,5\n", "--parked", str(out), language="zh")
    rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1][:2] == ["V1", "'=1+1"]
    rows[1][1] = "2"
    corrected = "\n".join(",".join(row) for row in rows)
    said = await jifen_balances(corrected, language="zh")
    assert said.status == 0
    assert [points for points, _ in await lots()] == [5, 2]


async def test_trying_out_writes_nothing(jifen_balances: Balances) -> None:
    said = await jifen_balances(HEADER + LIN + WANG, *APP, "--dry-run")
    assert "2 balances with 1,500 points brought in" in said.out
    assert await lots() == []
    assert await Member.all().count() == 0


async def test_whoever_bought_before_keeps_what_she_has(
    jifen_balances: Balances, sealer: Sealer
) -> None:
    phone = customers.seal_phone("+8613800138000", sealer=sealer)
    buyer = (IdentityRef(IdentityKind.MOBILE, "", phone.digest),)
    await purchases.record([order("1", line(9_900), buyer=buyer)], at=now())
    await jifen_balances(HEADER + LIN, *APP)
    (member,) = await Member.all()
    assert (member.points_pending, member.points_available) == (99, 1200)


async def test_two_at_once_bring_each_balance_in_once(jifen_balances: Balances) -> None:
    await asyncio.gather(*(jifen_balances(HEADER + LIN + WANG, *APP) for _ in range(3)))
    assert [points for points, _ in await lots()] == [1200, 300]
    assert await ledger.verify() == []


async def test_a_workbook_with_numbers_and_days_is_read(
    jifen_balances: Balances, tmp_path: Path
) -> None:
    book: Any = openpyxl.Workbook()
    book.active.append(["手机", "积分余额", "到期日"])
    book.active.append([13800138000, 12.0, datetime(2130, 6, 30)])
    book.save(tmp_path / "b.xlsx")
    assert (await jifen_balances(tmp_path / "b.xlsx")).status == 0
    assert await lots() == [(12, "2130-06-30 16")]
