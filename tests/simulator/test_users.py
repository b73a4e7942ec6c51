"""Followers, tags, the blacklist."""

from simulator.assumed import Assumed
from tests.simulator.conftest import Json, Player, Start

TAGGING = "/cgi-bin/tags/members/batchtagging"


async def _tag(sim: Player, name: str) -> int:
    return int((await sim.call("/cgi-bin/tags/create", {"tag": {"name": name}}))["tag"]["id"])


async def test_a_follower_has_a_portrait_without_a_name_and_others_have_none(
    sim: Player,
) -> None:
    lin, emma = await sim.follower(), await sim.consumer("Emma")
    portrait = await sim.call("/cgi-bin/user/info", openid=lin["openid"], lang="zh_CN")
    assert "errcode" not in portrait
    assert (portrait["subscribe"], portrait["nickname"], portrait["sex"]) == (1, "", 0)
    assert portrait["unionid"] == lin["unionid"]
    assert await sim.call("/cgi-bin/user/info", openid=emma["openid"]) == {
        "subscribe": 0, "openid": emma["openid"], "unionid": emma["unionid"]
    }  # fmt: skip
    assert (await sim.call("/cgi-bin/user/info", openid="o1"))["errcode"] == 40003
    assert (await sim.call("/cgi-bin/user/info"))["errcode"] == 41009


async def test_many_portraits_come_at_once_or_not_at_all(sim: Player) -> None:
    lin, emma = await sim.follower(), await sim.consumer("Emma")
    path = "/cgi-bin/user/info/batchget"
    keys = [{"openid": each["openid"], "lang": "zh_CN"} for each in (lin, emma)]
    listed = await sim.call(path, {"user_list": keys})
    assert [each["subscribe"] for each in listed["user_info_list"]] == [1, 0]
    assert (await sim.call(path, {"user_list": []}))["errcode"] == 40032
    assert (await sim.call(path, {"user_list": keys * 51}))["errcode"] == 40032
    assert (await sim.call(path, {"user_list": [*keys, {"openid": "o"}]}))["errcode"] == 40003


async def test_followers_are_listed_by_pages_and_the_last_page_is_empty(start: Start) -> None:
    sim = await start(assumed=Assumed(openids_a_page=1))
    path = "/cgi-bin/user/get"
    assert await sim.call(path) == {"total": 0, "count": 0, "next_openid": ""}
    lin, emma = await sim.follower(), await sim.follower("Emma")
    first = await sim.call(path)
    second = await sim.call(path, next_openid=first["next_openid"])
    third = await sim.call(path, next_openid=second["next_openid"])
    openids = {*first["data"]["openid"], *second["data"]["openid"]}
    assert openids == {lin["openid"], emma["openid"]}
    assert third == {"total": 2, "count": 0, "next_openid": ""}
    assert (await sim.call(path, next_openid="o"))["errcode"] == 40003


async def test_a_remark_has_thirty_characters(sim: Player) -> None:
    lin, path = await sim.follower(), "/cgi-bin/user/info/updateremark"
    asked: Json = {"openid": lin["openid"], "remark": "常" * 30}
    assert (await sim.call(path, asked))["errcode"] == 0
    assert (await sim.call(path, {**asked, "remark": "常" * 31}))["errcode"] == 45002
    assert (await sim.call("/cgi-bin/user/info", openid=lin["openid"]))["remark"] == "常" * 30


async def test_tags_are_made_renamed_and_taken_away(sim: Player) -> None:
    gold = await _tag(sim, "金卡")
    names = {"tag": {"name": "金卡"}}
    assert (await sim.call("/cgi-bin/tags/create", names))["errcode"] == 45157
    assert (await sim.call("/cgi-bin/tags/create", {"tag": {"name": "长" * 31}}))[
        "errcode"
    ] == 45158
    renamed = {"tag": {"id": gold, "name": "黑卡"}}
    assert (await sim.call("/cgi-bin/tags/update", renamed))["errcode"] == 0
    for tag_id, errcode in ((2, 45058), (999, 45159), (gold, 0), (gold, 45159)):
        answer = await sim.call("/cgi-bin/tags/delete", {"tag": {"id": tag_id}})
        assert answer["errcode"] == errcode


async def test_tagging_is_for_all_of_the_list_or_for_none(sim: Player) -> None:
    lin, emma, gold = await sim.follower(), await sim.follower("Emma"), await _tag(sim, "金卡")
    openids = [lin["openid"], emma["openid"]]
    for listed, tag_id, errcode in (
        ([], gold, 40032),
        (openids * 26, gold, 40032),
        ([*openids, "oNobody"], gold, 40003),
        (openids, 999, 45159),
    ):
        answer = await sim.call(TAGGING, {"openid_list": listed, "tagid": tag_id})
        assert answer["errcode"] == errcode
    tags = await sim.call("/cgi-bin/tags/getidlist", {"openid": lin["openid"]})
    assert tags == {"tagid_list": []}
    assert (await sim.call(TAGGING, {"openid_list": openids, "tagid": gold}))["errcode"] == 0
    members = await sim.call("/cgi-bin/user/tag/get", {"tagid": gold, "next_openid": ""})
    assert sorted(members["data"]["openid"]) == sorted(openids)
    assert (await sim.call("/cgi-bin/tags/get"))["tags"][0]["count"] == 2
    untagging = "/cgi-bin/tags/members/batchuntagging"
    await sim.call(untagging, {"openid_list": openids[:1], "tagid": gold})
    members = await sim.call("/cgi-bin/user/tag/get", {"tagid": gold})
    assert members["data"]["openid"] == openids[1:]


async def test_twenty_tags_a_user_are_enough(sim: Player) -> None:
    lin = await sim.follower()
    for number in range(20):
        tagging = {"openid_list": [lin["openid"]], "tagid": await _tag(sim, f"t{number}")}
        assert (await sim.call(TAGGING, tagging))["errcode"] == 0
    tagging = {"openid_list": [lin["openid"]], "tagid": await _tag(sim, "t20")}
    assert (await sim.call(TAGGING, tagging))["errcode"] == 45059


async def test_a_hundred_tags_are_enough(start: Start) -> None:
    sim = await start(assumed=Assumed(tags_limit=2))
    await _tag(sim, "一")
    await _tag(sim, "二")
    assert (await sim.call("/cgi-bin/tags/create", {"tag": {"name": "三"}}))["errcode"] == 45056


async def test_the_blacklisted_are_listed_and_can_not_write(sim: Player) -> None:
    lin, asked = await sim.follower(), "/cgi-bin/tags/members/"
    listed = {"openid_list": [lin["openid"]]}
    assert (await sim.call(asked + "batchblacklist", listed))["errcode"] == 0
    page = await sim.call(asked + "getblacklist", {"begin_openid": ""})
    assert page["data"]["openid"] == [lin["openid"]]
    assert (await sim.says(lin, "在吗"))["error"]["code"] == "blacklisted"
    assert (await sim.call(asked + "batchunblacklist", listed))["errcode"] == 0
    assert (await sim.says(lin, "在吗"))["bubbles"][0]["text"] == "你好"
