"""The demo's own store: each of its products has a small picture of our own."""

import base64
from xml.etree import ElementTree

import pytest

from jifen.seeds import brand, store
from models import Product
from tests.cast import JUNE_1

LARGEST = 2_000


@pytest.mark.usefixtures("database")
async def test_each_product_has_a_small_drawing_that_asks_for_nothing_else() -> None:
    await brand.lay()
    await store.lay(at=JUNE_1)
    products = await Product.all()
    assert len({one.picture for one in products}) == len(products) == 5
    for one in products:
        kind, _, drawn = one.picture.partition(";base64,")
        assert (kind, len(one.picture) < LARGEST) == ("data:image/svg+xml", True)
        used = {node.tag for node in ElementTree.fromstring(base64.b64decode(drawn)).iter()}
        shapes = ("svg", "path", "circle", "ellipse", "g")
        assert used <= {f"{{http://www.w3.org/2000/svg}}{name}" for name in shapes}


@pytest.mark.usefixtures("database")
async def test_a_demo_that_starts_again_leaves_products_as_staff_made_them() -> None:
    await store.lay(at=JUNE_1)
    await Product.filter(sku="B-330").update(picture="", price_fen=1)
    await store.lay(at=JUNE_1)
    assert (await Product.get(sku="B-330")).price_fen == 1
