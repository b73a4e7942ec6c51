"""wechatpy's own methods, called over our transport against a server that checks them."""

import ast
import inspect
from datetime import date

import pytest
from wechatpy.client.api.base import BaseWeChatAPI

from tests.wechat.platform import Platform
from wechat.errors import Rejected
from wechat.official_account import OfficialAccount

OK = {"errcode": 0, "errmsg": "ok"}
BUTTONS = {"button": [{"type": "click", "name": "积分", "key": "points"}]}
ARTICLE = {"title": "会员日", "content": "<p>双倍</p>", "thumb_media_id": "M1"}
PLAIN_CALLS = [
    ("message.send_text", ("o1", "积分"), "POST", "message/custom/send"),
    ("message.send_image", ("o1", "M1"), "POST", "message/custom/send"),
    ("message.send_articles", ("o1", "M1"), "POST", "message/custom/send"),
    ("message.send_mini_program_page", ("o1", {"title": "会员"}), "POST", "message/custom/send"),
    ("message.send_msg_menu", ("o1", {"list": []}), "POST", "message/custom/send"),
    ("message.send_template", ("o1", "T1", {"k": {"value": "1"}}), "POST", "message/template/send"),
    ("message.send_subscribe_message", ("o1", "T1", {}), "POST", "message/subscribe/bizsend"),
    ("message.send_mass_text", ("会员日", ["o1", "o2"]), "POST", "message/mass/send"),
    ("message.get_autoreply_info", (), "GET", "get_current_autoreply_info"),
    ("menu.create", (BUTTONS,), "POST", "menu/create"),
    ("menu.update", (BUTTONS,), "POST", "menu/create"),
    ("menu.delete", (), "GET", "menu/delete"),
    ("menu.get_menu_info", (), "GET", "get_current_selfmenu_info"),
    ("menu.add_conditional", (BUTTONS,), "POST", "menu/addconditional"),
    ("qrcode.create", ({"action_name": "QR_STR_SCENE"},), "POST", "qrcode/create"),
    ("user.get", ("o1",), "GET", "user/info"),
    ("user.get_followers", (), "GET", "user/get"),
    ("user.update_remark", ("o1", "王"), "POST", "user/info/updateremark"),
    ("tag.update", (1, "金卡"), "POST", "tags/update"),
    ("tag.delete", (1,), "POST", "tags/delete"),
    ("tag.tag_user", (1, ["o1"]), "POST", "tags/members/batchtagging"),
    ("tag.untag_user", (1, "o1"), "POST", "tags/members/batchuntagging"),
    ("tag.get_tag_users", (1,), "POST", "user/tag/get"),
    ("media.upload_video", ("M1", "t", "d"), "POST", "media/uploadvideo"),
    ("misc.check_network", (), "POST", "callback/check"),
    ("template.get_all_private_template", (), "GET", "template/get_all_private_template"),
    ("template.del_private_template", ("T1",), "POST", "template/del_private_template"),
    ("draft.add", ([ARTICLE],), "POST", "draft/add"),
    ("customservice.get_session", ("o1",), "GET", "/customservice/kfsession/getsession"),
    ("customservice.add_account", ("a@b", "小陈", "pw"), "POST", "/customservice/kfaccount/add"),
    ("quota.clear", (), "POST", "clear_quota"),
]
TAKEN_APART = [
    ("user.get_batch", (["o1"],), "user/info/batchget", {"user_info_list": [1]}, [1]),
    ("user.get_group_id", ("o1",), "groups/getid", {"groupid": 7}, 7),
    ("tag.create", ("金卡",), "tags/create", {"tag": {"id": 1}}, {"id": 1}),
    ("tag.get", (), "tags/get", {"tags": [1]}, [1]),
    ("tag.get_user_tag", ("o1",), "tags/getidlist", {"tagid_list": [2]}, [2]),
    ("misc.get_wechat_ips", (), "getcallbackip", {"ip_list": ["1.2.3.4"]}, ["1.2.3.4"]),
    ("media.upload_image", (b"PNG",), "media/uploadimg", {"url": "u"}, "u"),
    ("template.get", ("TM1",), "template/api_add_template", {"template_id": "T1"}, "T1"),
    ("template.get_category", (), "/wxaapi/newtmpl/getcategory", {"data": [1]}, [1]),
    ("customservice.get_accounts", (), "customservice/getkflist", {"kf_list": [1]}, [1]),
    (
        "customservice.get_online_accounts",
        (),
        "customservice/getonlinekflist",
        {"kf_online_list": [1]},
        [1],
    ),
    (
        "datacube.get_user_summary",
        (date(2026, 11, 1), date(2026, 11, 2)),
        "/datacube/getusersummary",
        {"list": [1]},
        [1],
    ),
    (
        "datacube.get_user_cumulate",
        (date(2026, 11, 1), date(2026, 11, 2)),
        "/datacube/getusercumulate",
        {"list": [1]},
        [1],
    ),
    (
        "quota.get",
        ("/cgi-bin/user/info",),
        "openapi/quota/get",
        {"quota": {"remain": 3}},
        {"remain": 3},
    ),
    ("quota.request_by_rid", ("1-2-3",), "openapi/rid/get", {"request": {}}, {}),
]


def path(short: str) -> str:
    return short if short.startswith("/") else f"/cgi-bin/{short}"


async def called(account: OfficialAccount, name: str, arguments: tuple[object, ...]) -> object:
    family, method = name.split(".")
    return await getattr(getattr(account, family), method)(*arguments)


@pytest.mark.parametrize(("name", "arguments", "method", "short"), PLAIN_CALLS)
async def test_calls_reach_their_place_with_a_token_and_raw_utf8(
    account: OfficialAccount,
    platform: Platform,
    name: str,
    arguments: tuple[object, ...],
    method: str,
    short: str,
) -> None:
    assert await called(account, name, arguments) == OK
    assert (platform.calls[-1].method, platform.calls[-1].path) == (method, path(short))


@pytest.mark.parametrize(("name", "arguments", "short", "answer", "expected"), TAKEN_APART)
async def test_calls_that_take_an_answer_apart_give_the_part(
    account: OfficialAccount,
    platform: Platform,
    name: str,
    arguments: tuple[object, ...],
    short: str,
    answer: dict[str, object],
    expected: object,
) -> None:
    platform.answers[path(short)] = [answer]
    assert await called(account, name, arguments) == expected
    assert platform.paths()[-1] == path(short)


async def test_an_answer_without_its_part_is_an_error_of_ours(
    account: OfficialAccount, platform: Platform
) -> None:
    with pytest.raises(Exception, match="without what was asked for") as failed:
        await account.user.get_group_id("o1")
    assert failed.type.__name__ == "UnknownOutcome"


async def test_no_menu_is_none_and_other_errors_stay_errors(
    account: OfficialAccount, platform: Platform
) -> None:
    platform.answers["/cgi-bin/menu/get"] = [
        {"errcode": 46003, "errmsg": "menu no exist"},
        {"menu": BUTTONS},
        {"errcode": 48001, "errmsg": "api unauthorized"},
    ]
    assert await account.menu.get() is None
    assert await account.menu.get() == {"menu": BUTTONS}
    with pytest.raises(Rejected):
        await account.menu.get()


async def test_followers_are_read_page_by_page_to_the_end(
    account: OfficialAccount, platform: Platform
) -> None:
    pages = [
        {"data": {"openid": ["o1", "o2"]}, "next_openid": "o2"},
        {"data": {"openid": ["o3"]}, "next_openid": "o3"},
        {"count": 0, "next_openid": "o3"},
    ]
    platform.answers["/cgi-bin/user/get"] = list(pages)
    assert [openid async for openid in account.user.iter_followers()] == ["o1", "o2", "o3"]
    asked = [call.query.get("next_openid") for call in platform.calls[1:]]
    assert asked == [None, "o2", "o3"]
    platform.answers["/cgi-bin/user/tag/get"] = [pages[0], {**pages[1], "next_openid": ""}]
    assert [openid async for openid in account.tag.iter_tag_users(7)] == ["o1", "o2", "o3"]
    assert platform.calls[-1].json == {"tagid": 7, "next_openid": "o2"}


def test_the_picture_of_a_code_is_not_fetched_behind_our_back(account: OfficialAccount) -> None:
    with pytest.raises(RuntimeError, match="draw the code"):
        account.qrcode.show("TICKET")


def calls_of(method: ast.AST) -> list[ast.Call]:
    """Calls that give something to await: of the client, or of other methods of the class."""
    calls = (node for node in ast.walk(method) if isinstance(node, ast.Call))
    own = ("self._get", "self._post", "self._send", "self.get", "self.delete", "self.create")
    return [call for call in calls if ast.unparse(call.func).startswith(own)]


def reads_before_awaiting(method: ast.FunctionDef) -> bool:
    """Whether a blocking helper does anything with an answer but return it."""
    returned = [node.value for node in ast.walk(method) if isinstance(node, ast.Return)]
    names = {value.id for value in returned if isinstance(value, ast.Name)}
    kept = {
        id(node.value)
        for node in ast.walk(method)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names
    }
    safe = kept | {id(value) for value in returned}
    guarded = any(isinstance(node, ast.Try) for node in ast.walk(method))
    around = "requests." in ast.unparse(method) or "self.session" in ast.unparse(method)
    return around or any(guarded or id(call) not in safe for call in calls_of(method))


FAMILIES = ["customservice", "datacube", "draft", "freepublish", "media", "menu", "message",
            "misc", "qrcode", "tag", "template", "user"]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_helper_that_reads_an_answer_too_early_has_a_twin(
    account: OfficialAccount, family: str
) -> None:
    api = type(getattr(account, family))
    theirs = next(base for base in api.__mro__ if base.__module__.startswith("wechatpy"))
    assert issubclass(theirs, BaseWeChatAPI)
    tree = ast.parse(inspect.getsource(theirs))
    blocking = {
        method.name
        for method in ast.walk(tree)
        if isinstance(method, ast.FunctionDef) and reads_before_awaiting(method)
    }
    assert blocking <= set(vars(api)), blocking
