"""The first hour's commands: the brand's look and its first rules, as somebody types them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from jifen import branding, rules
from jifen.seeds import brand as brand_seed
from jifen.seeds import campaigns, rewards
from loyalty import connections, programme
from loyalty.connections import TmallSettings
from loyalty.rewards import REWARDS
from loyalty.sealing import Sealer, new_master_key
from models import Brand, RuleVersion
from tests.cast import JUNE_1
from web.context import now

pytestmark = pytest.mark.usefixtures("database")

SEALER = Sealer(new_master_key())
Told = Callable[[], tuple[str, str]]
Publish = Callable[[str, object], Awaitable[int]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """What was printed since: out and errors."""
    return lambda: tuple(capsys.readouterr())  # type: ignore[return-value]


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    async def written(slot: str, rule: object) -> int:
        file = tmp_path / "rule.json"
        file.write_bytes(rule if isinstance(rule, bytes) else msgspec.json.encode(rule))
        return await rules.publish(slot, file, sealer_of=lambda: SEALER)

    return written


async def test_a_brand_is_dressed_part_by_part(told: Told, tmp_path: Path) -> None:
    assert await branding.run(None, None, "#112233", None) == 1
    assert "give both its names" in told()[1]
    assert await branding.run("北辰咖啡", "Nordlicht", None, None) == 0
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg/>")
    assert await branding.run(None, None, "#112233", logo) == 0
    assert told()[0].endswith("北辰咖啡 / Nordlicht  #112233  a logo of 34 characters\n")
    kept = await Brand.get(id=1)
    assert (kept.name_en, kept.logo) == ("Nordlicht", "data:image/svg+xml;base64,PHN2Zy8+")
    await brand_seed.lay()
    assert (await Brand.get(id=1)).name_en == "Nordlicht", "a demo that starts again keeps it"


async def test_a_look_that_cannot_be_is_refused_by_its_name(told: Told, tmp_path: Path) -> None:
    await branding.run("北辰咖啡", "Nordlicht", None, None)
    assert await branding.run(None, None, "red", None) == 1
    assert "The field colour is wrong" in told()[1]
    assert await branding.run("长" * 41, None, None, None) == 1
    assert "The field name_zh is wrong" in told()[1]
    for name, size, wrong in (("a.gif", 1, "a logo is one of"), ("a.png", 200_001, "at most")):
        (tmp_path / name).write_bytes(b"x" * size)
        assert await branding.run(None, None, None, tmp_path / name) == 1
        assert wrong in told()[1]
    assert (await Brand.get(id=1)).logo == ""


async def test_a_rule_is_read_changed_and_published(told: Told, publish: Publish) -> None:
    await rewards.lay(at=JUNE_1)
    assert await rules.show("reward:tote") == 0
    tote = msgspec.json.decode(told()[0])
    assert (tote["kind"], tote["points"]) == ("gift", 200)
    assert await publish("reward:tote", {**tote, "points": 120}) == 0
    assert "in force from now on" in told()[0]
    assert await publish("reward:tote", {**tote, "points": 120}) == 0
    assert "in force already" in told()[0]
    assert await RuleVersion.filter(slot="reward:tote").count() == 2
    await rewards.lay(at=now())
    rule = (await programme.load()).find("reward:tote", REWARDS, now())
    assert rule is not None
    assert rule.body.points == 120, "a demo that starts again keeps what was published"
    assert await rules.show(None) == 0
    assert "reward:tote" in told()[0]


@pytest.mark.parametrize(
    ("slot", "rule", "wrong"),
    [
        ("reward:tote", {"kind": "gift", "points": "x"}, "The field points is wrong: it must be"),
        ("reward:tote", {"kind": "gift", "pointz": 1}, "The field pointz is wrong: there is no"),
        ("reward:tote", {"kind": "boat"}, "There is no kind boat here: coupon, early_access"),
        ("reward:tote", {}, "There is no kind – here: coupon, early_access"),
        ("reward", {"kind": "gift"}, "There is no slot reward"),
        ("reward:a b", {"kind": "gift"}, "There is no slot reward:a b"),
        ("tiers:x", {}, "There is no slot tiers:x"),
        ("campaign:x", {"segment_slot": "segment:none"}, "Nothing is published in segment:none"),
        ("tiers", {"tiers": []}, "The field tiers is wrong"),
        ("reward:tote", b"{", "truncated"),
        ("reward:tote", b"[1]", "The field body is wrong"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_naming_what_is_wrong(
    told: Told, publish: Publish, slot: str, rule: object, wrong: str
) -> None:
    await rewards.lay(at=JUNE_1)
    assert await publish(slot, rule) == 1
    assert wrong in told()[1]
    assert await RuleVersion.filter(created_by="jifen publish").count() == 0


async def test_a_rule_is_ended_by_its_slot(told: Told, publish: Publish) -> None:
    await rewards.lay(at=now())
    assert await rules.end("coupon:ten_off") == 1
    assert told()[1] == (
        "jifen: reward:ten_off still names this rule: change or end that one first\n"
    )
    assert await rules.end("reward:ten_off") == 0
    assert told()[0] == "reward:ten_off: over from now on\n"
    assert await rules.show("reward:ten_off") == 1
    assert await rules.end("reward:ten_off") == 1
    assert "over already" in told()[1]


async def test_a_campaign_of_its_own_is_published_beside_the_demos(publish: Publish) -> None:
    await rewards.lay(at=JUNE_1)
    await campaigns.lay(at=JUNE_1)
    assert await publish("campaign:autumn", {"coupon_slot": "coupon:ten_off"}) == 0
    assert await RuleVersion.exists(slot="campaign:autumn", kind="campaign")


async def test_a_ladder_is_compared_with_its_shop(publish: Publish, told: Told) -> None:
    rung = {"code": "first", "spend_yuan": 500, "coupon_yuan": 25}
    ladder = {"shop": "tmall:flagship", "rungs": [rung]}
    assert await publish("ladder:tmall", ladder) == 1
    assert "The shop tmall:flagship is not connected" in told()[1]
    shop = TmallSettings(
        seller_nick="旗舰店", shop_code="flagship", app_key="1", app_secret="s", session="s"
    )
    await connections.save(shop, name="旗舰店", sealer=SEALER, at=now())
    assert await publish("ladder:tmall", ladder) == 1
    assert "coupons of 25 yuan; possible are 3, 5, 10, 20, 50, 100" in told()[1]
    assert await publish("ladder:tmall", {**ladder, "rungs": [{**rung, "coupon_yuan": 20}]}) == 0
    assert told()[0] == "ladder:tmall: in force from now on\n"
