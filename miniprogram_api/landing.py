"""The page behind the link in a shop's QR code, where WeChat does not open the mini-program by it.

WeChat opens the mini-program itself once the operator told it of the link
(扫普通链接二维码打开小程序). Another scanner, or a brand that has not done so yet, comes here:
it says how to go on, and nothing counts by opening it.
"""

from aiohttp import web

from loyalty.shop_visits.codes import PAGE
from models import Brand

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>到店打卡 · Shop visit</title>
<style>body{{font:17px/1.7 system-ui,sans-serif;margin:0;padding:48px 24px;text-align:center;
color:#1c211f;background:#f5f5f2}}main{{max-width:26em;margin:auto}}
p[lang]{{margin:1.2em 0}}</style>
</head><body><main><h1>{name}</h1>
<p>打开微信，进入小程序「{name}」，在「任务」页点「到店打卡」扫这个码。</p>
<p lang="en">In WeChat, open the mini-program {name_en}; on its Tasks page tap “Shop visit” and scan
this code there.</p></main></body></html>
"""


async def show(request: web.Request) -> web.Response:
    """Say how to go on; the same for any code, known or not."""
    brand = await Brand.get_or_none(id=1)
    names = (brand.name_zh, brand.name_en) if brand else ("jifen", "jifen")
    zh, en = (one.translate(_ESCAPED) for one in names)
    return web.Response(
        text=_PAGE.format(name=zh, name_en=en),
        content_type="text/html",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )


_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def add_to(app: web.Application) -> None:
    """Mount it."""
    app.router.add_get(PAGE + "{code}", show)
