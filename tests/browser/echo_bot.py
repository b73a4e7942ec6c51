"""A small bot on a real port: signed and encrypted answers, a menu, and a few words it knows."""

import json
from asyncio import sleep
from time import time
from xml.etree import ElementTree

from aiohttp import ClientSession, web
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from simulator.settings import OfficialAccount

MENU = {
    "button": [
        {
            "name": "会员",
            "sub_button": [
                {"type": "click", "name": "我的积分", "key": "POINTS"},
                {"type": "view", "name": "会员权益", "url": "https://example.com/tiers"},
            ],
        },
        {"type": "click", "name": "今日优惠", "key": "OFFERS"},
    ]
}
WELCOME = "欢迎关注 🎉 回复「积分」查询"
BALANCE = "你有 1,280 积分\n详情：https://example.com/points。"
HOSTILE = '<img src=x onerror="document.title=1"><b>粗</b> & <a href="javascript:alert(1)">坏</a>'
NEWS = [
    ("双旦会员日：积分翻倍", "线上线下同享", "https://example.com/a"),
    ("新店开业：浦东机场店", "", "https://example.com/b"),
]


class EchoBot:
    """Answers 积分, 图文, 选择, 慢, 坏 and 标签; any other text comes back as it is."""

    def __init__(self, account: OfficialAccount, platform: str) -> None:
        self.account = account
        self.platform = platform
        self.slow_seconds = 0.0
        self.crypto = WeChatCrypto(account.token, account.encoding_aes_key, account.app_id)

    def app(self) -> web.Application:
        """The bot's one address, /wechat."""
        app = web.Application()
        app.router.add_get("/wechat", self.verify)
        app.router.add_post("/wechat", self.hear)
        return app

    async def verify(self, request: web.Request) -> web.Response:
        """Proves that the token is known. Raises: InvalidSignatureException."""
        query = request.query
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"])

    async def hear(self, request: web.Request) -> web.Response:
        """Decrypts, answers, encrypts. Raises: InvalidSignatureException."""
        query = request.query
        inner = self.crypto.decrypt_message(
            await request.text(), query["msg_signature"], query["timestamp"], query["nonce"]
        )
        heard = {node.tag: node.text or "" for node in ElementTree.fromstring(inner)}
        answer = await self._answer(heard)
        if answer is None:
            return web.Response(text="success")
        reply = self.crypto.encrypt_message(answer, query["nonce"], query["timestamp"])
        return web.Response(text=reply, content_type="application/xml")

    async def _answer(self, heard: dict[str, str]) -> str | None:
        if heard["MsgType"] == "event":
            said = {"subscribe": WELCOME, "SCAN": f"你扫了 {heard.get('EventKey')}"}
            said["CLICK"] = BALANCE
            known = said.get(heard["Event"])
            return None if known is None else _text(heard, known)
        word = heard.get("Content", heard["MsgType"])
        if word == "图文":
            return _news(heard)
        if word == "选择":
            await self.offer_choices(heard["FromUserName"])
            return None
        if word == "慢":
            await sleep(self.slow_seconds)
        known_words = {"积分": BALANCE, "标签": HOSTILE, "坏": "names not swapped"}
        if word == "坏":
            heard = heard | {"FromUserName": "nobody"}
        return _text(heard, known_words.get(word, f"你说：{word}"))

    async def offer_choices(self, openid: str) -> None:
        """A menu message in the chat, sent as a customer message."""
        choices = [{"id": "101", "content": "积分"}, {"id": "102", "content": "人工"}]
        menu = {"head_content": "想查什么？", "list": choices, "tail_content": "点一下即可"}
        await self._call(
            "message/custom/send", {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu}
        )

    async def create_menu(self) -> None:
        """Puts the account's menu under the chat."""
        await self._call("menu/create", MENU)

    async def _call(self, path: str, body: object) -> None:
        async with ClientSession(self.platform) as session:
            wanted = {"appid": self.account.app_id, "secret": self.account.app_secret}
            wanted["grant_type"] = "client_credential"
            async with session.post("/cgi-bin/stable_token", json=wanted) as response:
                token = (await response.json(content_type=None))["access_token"]
            sent = json.dumps(body, ensure_ascii=False).encode()
            async with session.post(f"/cgi-bin/{path}?access_token={token}", data=sent) as response:
                answer = await response.json(content_type=None)
        assert answer["errcode"] == 0, answer


def _text(heard: dict[str, str], content: str) -> str:
    return _reply(heard, "text", f"<Content><![CDATA[{content}]]></Content>")


def _news(heard: dict[str, str]) -> str:
    items = "".join(
        f"<item><Title><![CDATA[{title}]]></Title><Description><![CDATA[{line}]]></Description>"
        f"<PicUrl></PicUrl><Url><![CDATA[{url}]]></Url></item>"
        for title, line, url in NEWS[:1]
    )
    return _reply(heard, "news", f"<ArticleCount>1</ArticleCount><Articles>{items}</Articles>")


def _reply(heard: dict[str, str], kind: str, content: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{heard['FromUserName']}]]></ToUserName>"
        f"<FromUserName><![CDATA[{heard['ToUserName']}]]></FromUserName>"
        f"<CreateTime>{int(time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{content}</xml>"
    )
