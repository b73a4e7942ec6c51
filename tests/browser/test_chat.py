"""The chat as a consumer uses it, against a real bot behind the simulator."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import CORP, SmallChina
from tests.browser.hands import deeds, follow, more, said, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_newcomer_sees_the_account_and_is_welcomed_after_following(phone: Page) -> None:
    await expect(phone.locator(".profile__name")).to_have_text("星选会员")
    await expect(phone.locator("#composer")).to_be_hidden()
    await follow(phone)
    await expect(said(phone, "欢迎关注 🎉")).to_be_visible()
    await expect(phone.locator("#account-name")).to_have_text("星选会员")


async def test_points_are_asked_and_answered_with_a_link_that_ends_before_the_full_stop(
    phone: Page,
) -> None:
    await follow(phone)
    await write(phone, "积分")
    await expect(said(phone, "积分", by="consumer")).to_be_visible()
    answer = said(phone, "1,280 积分")
    link = answer.get_by_role("link", name="https://example.com/points")
    await expect(link).to_have_attribute("href", "https://example.com/points")
    await expect(phone.locator("#write")).to_have_value("")


async def test_what_a_bot_writes_is_never_read_as_html(desk: Page) -> None:
    title = await desk.title()
    await follow(desk)
    await write(desk, "标签")
    answer = said(desk, "onerror")
    await expect(answer).to_contain_text("<b>粗</b> & 坏")
    assert await answer.locator("img, b, a").count() == 0
    assert await desk.title() == title


async def test_a_long_word_wraps_inside_its_bubble(phone: Page) -> None:
    await follow(phone)
    await write(phone, "长" * 40 + "x" * 400)
    bubble = said(phone, "你说：长")
    await expect(bubble).to_be_visible()
    box = await bubble.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 375
    assert await phone.evaluate("document.documentElement.scrollWidth") == 375


async def test_a_server_that_answers_wrongly_shows_the_platforms_own_words(desk: Page) -> None:
    await follow(desk)
    await write(desk, "坏")
    line = desk.locator(".line--notice", has_text="该公众号提供的服务出现故障，请稍后再试")
    await expect(line).to_be_visible()


async def test_a_slow_server_is_tried_three_times(desk: Page, china: SmallChina) -> None:
    china.bot.slow_seconds = 8
    await follow(desk)
    await write(desk, "慢")
    await expect(desk.locator(".line--notice", has_text="服务出现故障")).to_be_visible()
    attempts = desk.locator(".exchange", has_text="超时").locator(".pill", has_text="第")
    assert await attempts.all_inner_texts() == ["第 3/3 次", "第 2/3 次", "第 1/3 次"]


async def test_the_accounts_menu_answers_and_its_web_pages_are_announced(phone: Page) -> None:
    await follow(phone)
    await phone.get_by_role("button", name="会员，有子菜单").click()
    await phone.get_by_role("button", name="我的积分").click()
    await expect(said(phone, "1,280 积分")).to_be_visible()
    await phone.get_by_role("button", name="会员，有子菜单").click()
    await phone.get_by_role("button", name="会员权益").click()
    sheet = phone.get_by_role("dialog", name="会员权益")
    link = sheet.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://example.com/tiers")
    await phone.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    assert [deed["title"] for deed in await deeds(phone, "VIEW")] == ["VIEW → 星选会员"]


async def test_a_choice_in_a_menu_message_is_sent_with_its_id_and_only_once(phone: Page) -> None:
    await follow(phone)
    await write(phone, "选择")
    await phone.locator(".choice", has_text="积分").dblclick()
    await expect(said(phone, "1,280 积分")).to_be_visible()
    await phone.wait_for_timeout(300)
    sent = [deed for deed in await deeds(phone, "text") if "bizmsgmenuid" in deed["inner"]]
    assert len(sent) == 1
    assert "<bizmsgmenuid>101</bizmsgmenuid>" in sent[0]["inner"].replace("<![CDATA[", "").replace(
        "]]>", ""
    )


async def test_a_double_tap_on_follow_follows_once(phone: Page) -> None:
    await phone.get_by_role("button", name="关注公众号").dblclick()
    await expect(said(phone, "欢迎关注")).to_have_count(1)
    assert len(await deeds(phone, "subscribe")) == 1
    await expect(phone.locator("#toast")).to_have_text("")


async def test_two_quick_texts_arrive_in_the_order_they_were_typed(desk: Page) -> None:
    await follow(desk)
    for word in ("一", "二", "三", "四"):
        await write(desk, word)
    await expect(said(desk, "你说：四")).to_be_visible()
    mine = desk.locator(".line--consumer .bubble")
    assert await mine.all_inner_texts() == ["一", "二", "三", "四"]


async def test_enter_that_ends_a_composition_does_not_send(desk: Page) -> None:
    await follow(desk)
    await desk.get_by_role("button", name="切换到键盘").click()
    field = desk.locator("#write")
    await field.fill("积")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(field).to_have_value("积")
    await field.press("Shift+Enter")
    await expect(field).to_have_value("积\n")
    await expect(desk.locator(".line--consumer")).to_have_count(0)


async def test_unfollowing_asks_first_and_following_again_brings_the_chat_back(
    phone: Page,
) -> None:
    await follow(phone)
    await expect(said(phone, "欢迎关注")).to_have_count(1)
    await more(phone, "不再关注")
    await phone.get_by_role("button", name="取消").click()
    await expect(phone.locator("#composer")).to_be_visible()
    await more(phone, "不再关注")
    await phone.get_by_role("dialog").get_by_role("button", name="不再关注").click()
    await expect(phone.get_by_role("button", name="关注公众号")).to_be_visible()
    await follow(phone)
    await expect(said(phone, "欢迎关注")).to_have_count(2)


async def test_scanning_a_shops_code_follows_and_names_the_shop_to_the_server(
    phone: Page,
) -> None:
    await phone.get_by_role("button", name="扫门店码关注").click()
    posters = phone.locator(".poster__code")
    await expect(posters).to_have_count(2)
    for number in range(2):
        await expect(posters.nth(number)).to_have_js_property("naturalWidth", 444)
    await phone.get_by_role("button", name="扫静安店的码").click()
    await expect(said(phone, "欢迎关注")).to_be_visible()
    assert "qrscene_shop_jingan" in (await deeds(phone, "subscribe"))[0]["inner"]
    await more(phone, "扫一扫")
    await phone.get_by_role("button", name="扫徐汇店的码").click()
    await expect(said(phone, "你扫了 shop_xuhui")).to_be_visible()


async def test_a_join_way_that_the_corp_makes_can_be_scanned_at_once(
    phone: Page, china: SmallChina
) -> None:
    api = f"{china.address}qyapi/cgi-bin"
    login = {"corpid": CORP.corp_id, "corpsecret": CORP.secret}
    token = (await (await phone.request.get(f"{api}/gettoken", params=login)).json())[
        "access_token"
    ]
    await phone.request.post(
        f"{api}/externalcontact/groupchat/add_join_way?access_token={token}",
        data={"scene": 2, "chat_id_list": ["wrVIP"]},
    )
    await follow(phone)
    await more(phone, "扫一扫")
    await phone.get_by_role("button", name="扫星选会员群的码").click()
    await expect(phone.locator("#toast")).to_contain_text("已扫星选会员群的码")
    told = await (await phone.request.get(f"{china.address}play/groups")).json()
    assert len(told["groups"][0]["consumer_ids"]) == 1


async def test_a_staff_members_code_adds_him_and_shows_what_he_wrote(
    phone: Page, china: SmallChina
) -> None:
    await follow(phone)
    for _ in range(2):  # who is a contact already reads the same again
        await more(phone, "扫一扫")
        await phone.get_by_role("button", name="扫chen的码").click()
        dialog = phone.get_by_role("dialog", name="企业微信 · chen")
        await expect(dialog.get_by_text("已添加，还没有消息")).to_be_visible()
        await phone.keyboard.press("Escape")
    told = await (await phone.request.get(f"{china.address}play/groups")).json()
    assert told["messages"] == []


async def test_a_staff_member_sends_what_the_app_asks_of_him_and_she_reads_it(
    phone: Page, china: SmallChina
) -> None:
    await follow(phone)
    await more(phone, "扫一扫")
    await phone.get_by_role("button", name="扫chen的码").click()
    await expect(phone.get_by_role("dialog", name="企业微信 · chen")).to_be_visible()
    await phone.keyboard.press("Escape")
    api = f"{china.address}qyapi/cgi-bin"
    asked = {"corpid": CORP.corp_id, "corpsecret": CORP.secret}
    token = (await (await phone.request.get(f"{api}/gettoken", params=asked)).json())[
        "access_token"
    ]
    wish = {"chat_type": "single", "sender": "chen", "text": {"content": "周六见"}}
    made = await phone.request.post(
        f"{api}/externalcontact/add_msg_template?access_token={token}", data=wish
    )
    assert (await made.json())["errcode"] == 0
    await more(phone, "员工手机")
    dialog = phone.get_by_role("dialog", name="员工手机")
    await expect(dialog.get_by_text("chen：发给 1 位客户")).to_be_visible()
    await dialog.get_by_role("button", name="chen发送").click()
    await expect(dialog.get_by_text("没有待发送的群发，也没有等待的顾客")).to_be_visible()
    await phone.keyboard.press("Escape")
    await more(phone, "企业微信消息")
    hers = phone.get_by_role("dialog", name="企业微信消息")
    await expect(hers.get_by_text("周六见")).to_be_visible()


async def test_at_a_help_desk_a_person_takes_over_and_the_app_hears_of_it(
    phone: Page, china: SmallChina
) -> None:
    await more(phone, "微信客服")
    chat = phone.get_by_role("dialog", name="积分客服")
    await chat.get_by_label("发送给积分客服").fill("人工")
    await phone.keyboard.press("Enter")
    await expect(chat.get_by_text("人工", exact=True)).to_be_visible()
    api = f"{china.address}qyapi/cgi-bin"
    asked = {"corpid": CORP.corp_id, "corpsecret": CORP.secret}
    token = (await (await phone.request.get(f"{api}/gettoken", params=asked)).json())[
        "access_token"
    ]
    read = await phone.request.post(
        f"{api}/kf/sync_msg?access_token={token}", data={"open_kfid": "wkDESK", "limit": 10}
    )
    told = (await read.json())["msg_list"]
    assert [one["msgtype"] for one in told] == ["event", "text"]
    wait = {
        "open_kfid": "wkDESK",
        "external_userid": told[1]["external_userid"],
        "service_state": 2,
    }
    await phone.request.post(f"{api}/kf/service_state/trans?access_token={token}", data=wait)
    await expect(chat.get_by_text("正在等待人工客服")).to_be_visible()
    await phone.keyboard.press("Escape")
    await more(phone, "员工手机")
    staff = phone.get_by_role("dialog", name="员工手机")
    await staff.get_by_role("button", name="接待").click()
    await staff.get_by_label("发送给").fill("我是小陈")
    await phone.keyboard.press("Enter")
    for word in ("今日", *("任务" for _ in range(12))):
        await staff.get_by_label("chen发给应用").fill(word)
        await phone.keyboard.press("Enter")
        await expect(staff.get_by_label("chen发给应用")).to_have_value("")
    await expect(staff.get_by_text("任务", exact=True).last).to_be_visible()
    await expect(staff.get_by_text("今日", exact=True)).to_be_visible()
    await staff.get_by_role("button", name="结束与").click()
    await expect(staff.get_by_text("没有待发送的群发，也没有等待的顾客")).to_be_visible()
    await phone.keyboard.press("Escape")
    await more(phone, "微信客服")
    await expect(chat.get_by_text("我是小陈")).to_be_visible()


async def test_the_platform_delivers_the_last_callback_again_under_the_same_id(
    desk: Page,
) -> None:
    await follow(desk)
    await write(desk, "你好")
    await expect(said(desk, "你说：你好")).to_be_visible()
    await more(desk, "让平台重投上一条回调")
    await expect(desk.locator(".exchange", has_text="text →")).to_have_count(2)
    first, second = await deeds(desk, "text")
    assert first["inner"] == second["inner"]
    assert first["url"] != second["url"]


async def test_there_is_nothing_to_deliver_again_for_who_did_nothing(desk: Page) -> None:
    await more(desk, "让平台重投上一条回调")
    await expect(desk.locator("#toast")).to_contain_text("还没有做过什么")


@pytest.mark.parametrize(
    ("tool", "bubble", "kind"),
    [
        ("图片", ".bubble--image img", "image"),
        ("语音", ".bubble--voice", "voice"),
        ("位置", ".bubble--location .map", "location"),
        ("链接", ".line--consumer .bubble--program", "link"),
    ],
)
async def test_other_kinds_of_messages_are_drawn_and_sent(
    phone: Page, tool: str, bubble: str, kind: str
) -> None:
    await follow(phone)
    await phone.get_by_role("button", name="切换到键盘").click()
    await phone.get_by_role("button", name="更多功能").click()
    await phone.get_by_role("button", name=tool, exact=True).click()
    await expect(phone.locator(bubble)).to_be_visible()
    await expect(said(phone, f"你说：{kind}")).to_be_visible()


async def test_an_article_is_a_card_that_leads_to_its_address(phone: Page) -> None:
    await follow(phone)
    await write(phone, "图文")
    card = phone.get_by_role("link", name="双旦会员日：积分翻倍")
    await expect(card).to_have_attribute("href", "https://example.com/a")
    await expect(card).to_have_attribute("rel", "noopener noreferrer")


async def test_emoji_are_chosen_from_the_panel_and_come_back(phone: Page) -> None:
    await follow(phone)
    await phone.get_by_role("button", name="切换到键盘").click()
    await phone.get_by_role("button", name="表情").click()
    await phone.get_by_role("button", name="🎉").click()
    await phone.get_by_role("button", name="发送").click()
    await expect(said(phone, "你说：🎉")).to_be_visible()
