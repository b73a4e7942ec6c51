"""A client library of others reads what the simulator sends, and is understood."""

import time

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

from tests.simulator.bot import AES_KEY, APP_ID, TOKEN
from tests.simulator.conftest import Player


async def test_wechatpy_opens_callbacks_and_its_replies_are_shown(sim: Player) -> None:
    lin = await sim.follower()
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    def answer(nodes: dict[str, str]) -> web.Response:
        heard = sim.bot.heard[-1]
        query = heard.query
        opened = crypto.decrypt_message(
            heard.body, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        message = parse_message(opened)
        reply = create_reply(f"收到{message.content}", message).render()
        return web.Response(text=crypto.encrypt_message(reply, "4711", str(int(time.time()))))

    sim.bot.raw = answer
    ended = await sim.says(lin, "积分😀")
    assert ended["bubbles"][0]["text"] == "收到积分😀"
