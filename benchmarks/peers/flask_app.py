"""Flask and wechatpy, as wechatpy's own example for the encrypted mode."""

import json
import os

from flask import Flask, abort, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

account = json.loads(os.environ["BENCHMARK_ACCOUNT"])
app = Flask(__name__)


@app.post("/wechat/<app_id>")
def receive(app_id: str) -> str:
    asked = request.args
    timestamp, nonce = asked.get("timestamp", ""), asked.get("nonce", "")
    crypto = WeChatCrypto(account["token"], account["encoding_aes_key"], account["app_id"])
    try:
        check_signature(account["token"], asked.get("signature", ""), timestamp, nonce)
        body = crypto.decrypt_message(
            request.data, asked.get("msg_signature", ""), timestamp, nonce
        )
    except (InvalidSignatureException, InvalidAppIdException):
        abort(403)
    message = parse_message(body)
    is_asked = message.type == "text" and message.content == "积分"
    reply = create_reply("您有 100 积分可用。" if is_asked else "没有听懂。", message)
    sealed: str = crypto.encrypt_message(reply.render(), nonce, timestamp)
    return sealed
