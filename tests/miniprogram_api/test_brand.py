"""What everybody may know of the brand."""

from models import Brand
from tests.miniprogram_api.conftest import PREFIX
from tests.web.conftest import Caller


async def test_the_brand_is_told_without_a_login_in_the_language_asked_for(server: Caller) -> None:
    await Brand.create(
        id=1, name_zh="星选", name_en="Starpick", logo="data:x", colour="#123456", offset_seconds=0
    )
    english = {"Accept-Language": "en"}
    assert (await server.get(f"{PREFIX}/brand")).told == {
        "name": "星选",
        "logo": "data:x",
        "colour": "#123456",
    }
    assert (await server.get(f"{PREFIX}/brand", headers=english)).told["name"] == "Starpick"


async def test_before_there_is_a_brand_it_is_called_jifen(server: Caller) -> None:
    told = (await server.get(f"{PREFIX}/brand")).told
    assert (told["name"], told["logo"]) == ("jifen", "")
