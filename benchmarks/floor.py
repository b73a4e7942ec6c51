"""The floor: aiohttp on uvloop as our server runs it, which reads a body and answers bytes.

No signature, no cipher, no XML, no database: what no callback of ours can be cheaper than.
"""

import sys

import uvloop
from aiohttp import web

ANSWER = b"<xml><Encrypt><![CDATA[" + b"A" * 384 + b"]]></Encrypt></xml>"


async def receive(request: web.Request) -> web.Response:
    """Read the body, answer as many bytes as a sealed reply has."""
    await request.read()
    return web.Response(body=ANSWER, headers={"Content-Type": "application/xml; charset=utf-8"})


def main(port: int) -> None:
    """Answer until SIGTERM."""
    app = web.Application()
    app.router.add_post("/wechat/{app_id}", receive)
    loop = uvloop.new_event_loop()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=loop)


if __name__ == "__main__":
    main(int(sys.argv[1]))
