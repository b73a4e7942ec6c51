"""The demo's own store: what it sells, and its offers."""

from base64 import b64encode
from datetime import datetime
from pathlib import Path

from jifen.seeds.laying import lay_rules
from jifen.seeds.rewards import EARLY_SKU
from loyalty.conditions import Conditions
from loyalty.conditions.birthday import Birthday
from loyalty.conditions.cart_left import CartLeft
from loyalty.discounts import Budget
from loyalty.discounts.cheapest_item import CheapestItem
from loyalty.discounts.percent import Percent
from loyalty.policies.margin import Margin
from models import Product

PICTURES = Path(__file__).parent / "pictures"
# SKU, Chinese and English name, category, yuan, cost in yuan.
PRODUCTS = (
    ("C-100", "冷萃咖啡液", "Cold brew concentrate", "咖啡", 128, 52),
    ("M-020", "手冲壶", "Pour-over kettle", "器具", 269, 140),
    ("B-330", "精品豆", "Single-origin beans", "咖啡", 98, 41),
    ("B-331", "季节限定豆", "Seasonal beans", "咖啡", 118, 55),
)
# Opens for everybody later: see the rewards.
EARLY = (EARLY_SKU, "瑰夏新豆", "New Geisha beans", "咖啡", 188, 92)
COFFEE_5 = Percent(
    name_zh="咖啡会员 95 折",
    name_en="5% off coffee",
    lane="offer",
    percent=5,
    categories=("咖啡",),
    budgets=(Budget("daily", uses=500), Budget("monthly", fen=2_000_000)),
)
SECOND_WARE = CheapestItem(
    name_zh="器具第二件 8 折",
    name_en="Second brewing tool 20% off",
    of=2,
    percent=20,
    categories=("器具",),
)
MARGIN = Margin(least_line_percent=20, least_order_percent=30, most_percent_without_cost=10)
BIRTHDAY = Percent(
    name_zh="生日 88 折",
    name_en="12% off around your birthday",
    lane="goods",
    percent=12,
    conditions=Conditions([Birthday(days_before=3, days_after=3)]),
)
CART_LEFT = Percent(
    name_zh="久等了，再减 8%",
    name_en="8% off for the cart you left",
    lane="goods",
    percent=8,
    conditions=Conditions([CartLeft(hours=24, again_after_days=30)]),
)


async def lay(*, at: datetime) -> None:
    """Put the products on sale and publish the offers; a second time changes nothing."""
    offers = [
        ("offer:coffee_5", COFFEE_5),
        ("offer:second_ware", SECOND_WARE),
        ("offer:birthday", BIRTHDAY),
        ("offer:cart_left", CART_LEFT),
    ]
    await lay_rules([*offers, ("margin", MARGIN)], at=at)
    for sku, name_zh, name_en, category, yuan, cost_yuan in (*PRODUCTS, EARLY):
        if not await Product.exists(sku=sku):
            await Product.create(
                sku=sku,
                name_zh=name_zh,
                name_en=name_en,
                category=category,
                brand="积分咖啡",
                price_fen=yuan * 100,
                cost_fen=cost_yuan * 100,
                picture=picture(sku),
                is_on_sale=True,
            )


def picture(sku: str) -> str:
    """Return the address of a product's picture: it is small, and the address holds it."""
    drawn = (PICTURES / f"{sku}.svg").read_bytes().strip()
    return f"data:image/svg+xml;base64,{b64encode(drawn).decode()}"
