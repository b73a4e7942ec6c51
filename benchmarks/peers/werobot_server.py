"""WeRoBot on waitress, its sessions off: the fastest way to run it that was found."""

import json
import logging
import os
import sys

from waitress import serve
from werobot import WeRoBot

THREADS = 8  # the best of 1, 2, 4, 8, 16

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line a waiting request is dear
account = json.loads(os.environ["BENCHMARK_ACCOUNT"])
robot = WeRoBot(
    token=account["token"],
    encoding_aes_key=account["encoding_aes_key"],
    app_id=account["app_id"],
    enable_session=False,
)


@robot.filter("积分")
def show_points() -> str:
    return "您有 100 积分可用。"


@robot.handler
def otherwise() -> str:
    return "没有听懂。"


if __name__ == "__main__":
    serve(robot.wsgi, host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS)
