"""到店: what a shop's code is for; scanned by the menu's scanner or sent as a link, it counts."""

from bot.router import intent
from bot.turn import Reply, Turn
from loyalty import shop_visits
from loyalty.errors import LoyaltyError
from web.texts import text
from web.visits import told

PAGE = "pages/visit/visit"


@intent(
    "到店",
    "到店打卡",
    "门店打卡",
    "扫码打卡",
    "到店签到",
    "shop visit",
    "visit",
    "check in at a shop",
    key="shop_visit",
    looks=lambda said: shop_visits.typed(said) is not None and "/" in said,
)
async def visit_shop(turn: Turn) -> Reply:
    code = _scanned(turn)
    if code is None:
        where = turn.link(PAGE, zh="打开到店打卡", en="Open shop visits")
        return turn.say(
            zh=f"在店内用微信扫一扫到店码即可打卡得积分，请向店员询问。\n{where}",
            en="Scan the code in one of our shops with WeChat, and your visit earns points: ask the"
            f" staff for it.\n{where}",
        )
    assert turn.sealer is not None, "whoever runs intents that act gives it"
    try:
        one = await shop_visits.visit(
            turn.customer_id,
            turn.key,
            code,
            sealer=turn.sealer,
            at=turn.at,
            wire_at=turn.inbound.created_at,
        )
    except LoyaltyError as refusal:
        why = text(refusal.code, turn.language, refusal.figures)
        return turn.say(zh=f"{why}。", en=f"{why}.")
    hers = await shop_visits.of_member(turn.customer_id, at=turn.at)
    spoken = told(one, hers.weeks_in_a_row)
    return turn.say(zh=spoken.zh, en=spoken.en)


def _scanned(turn: Turn) -> str | None:
    """Return what she scanned or sent; None where she only asked."""
    scan = turn.inbound.fields.get("ScanCodeInfo")
    found = scan.get("ScanResult") if isinstance(scan, dict) else None
    if isinstance(found, str) and found:
        return found
    said = turn.inbound.content
    return said if shop_visits.typed(said) is not None and "/" in said else None
