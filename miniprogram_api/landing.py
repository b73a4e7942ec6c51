"""The page behind the links in QR codes of shops and events, where WeChat does not open us by it.

WeChat opens the mini-program itself once the operator told it of the link
(扫普通链接二维码打开小程序). Another scanner, or a brand that has not done so yet, comes here:
it says how to go on, and nothing counts by opening it.
"""

from functools import partial

from aiohttp import web

from loyalty import brand_events, shop_visits
from loyalty.wording import Worded
from models import Brand

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{what} · {what_en}</title>
<style>body{{font:17px/1.7 system-ui,sans-serif;margin:0;padding:48px 24px;text-align:center;
color:#1c211f;background:#f5f5f2}}main{{max-width:26em;margin:auto}}
p[lang]{{margin:1.2em 0}}</style>
</head><body><main><h1>{name}</h1>
<p>打开微信，进入小程序「{name}」，在「任务」页点「{what}」扫这个码。</p>
<p lang="en">In WeChat, open the mini-program {name_en}; on its Tasks page tap “{what_en}” and scan
this code there.</p></main></body></html>
"""
_LINKS = (
    (shop_visits.codes.PAGE, Worded("到店打卡", "Shop visit")),
    (brand_events.codes.PAGE, Worded("活动", "Events")),
)


async def _show(what: Worded, request: web.Request) -> web.Response:
    """Say how to go on; the same for any code, known or not."""
    brand = await Brand.get_or_none(id=1)
    names = (brand.name_zh, brand.name_en) if brand else ("jifen", "jifen")
    zh, en = (one.translate(_ESCAPED) for one in names)
    return web.Response(
        text=_PAGE.format(name=zh, name_en=en, what=what.zh, what_en=what.en),
        content_type="text/html",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )


_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def add_to(app: web.Application) -> None:
    """Mount it."""
    for page, what in _LINKS:
        app.router.add_get(page + "{code}", partial(_show, what))
