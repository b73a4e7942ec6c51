"""Posters: every word is on them, light on dark or dark on light."""

from io import BytesIO

import pytest
from PIL import Image, UnidentifiedImageError

from web import posters
from web.posters import Poster, drawn

PLAIN = Poster(
    "海岸咖啡", "邀请您成为会员", "#1d6b4f", ("首单您得 50 积分",), "扫一扫", "https://a.cn/1"
)


def picture(poster: Poster) -> Image.Image:
    return Image.open(BytesIO(drawn(poster))).convert("RGB")


def replaced(**more: object) -> Poster:
    return Poster(**{name: getattr(PLAIN, name) for name in PLAIN.__struct_fields__} | more)  # type: ignore[arg-type]


def test_it_is_as_long_as_what_it_says() -> None:
    long = replaced(
        lines=("三十天内首单实付满二十元，您得五十积分和一张优惠券，朋友也有一份。",) * 3
    )
    assert picture(long).height > picture(PLAIN).height
    assert picture(PLAIN).getpixel((10, 10)) == (0x1D, 0x6B, 0x4F)


def test_words_break_where_people_break_them() -> None:
    width = posters.WIDTH - 4 * posters.MARGIN
    for words in (
        "You get 50 points and a coupon for a first order of at least ¥20",
        "积分，" * 30,
    ):
        lines = posters._wrapped(words, 34, width)
        assert len(lines) > 1
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        assert not any(line[0] in "，。 " for line in lines)
    assert posters._wrapped("", 34, width) == []


@pytest.mark.parametrize(("colour", "ink"), [("#f5d76e", 0x1F), ("#8a4b2a", 0xFF)])
def test_what_stands_on_the_brands_colour_is_read(colour: str, ink: int) -> None:
    head = picture(replaced(colour=colour)).crop((0, 60, posters.WIDTH, 300))
    assert any(pixel == (ink, ink, ink) for _, pixel in head.getcolors(10**6) or [])


@pytest.mark.parametrize("brand", ["海" * 40, "M" * 40, "Harbour Coffee and " * 2, ""])
def test_long_names_stay_on_it_and_off_the_card(brand: str) -> None:
    made = picture(replaced(brand=brand, title="M" * 40, lines=("W" * 80,), caption="W" * 60))
    for column in (0, posters.WIDTH - 1):
        strip = made.crop((column, 0, column + 1, made.height))
        assert len(strip.getcolors() or []) == 2, "the head's colour and the ground's alone"
    pixels = [made.getpixel((posters.MARGIN + 2, y)) for y in range(made.height)]
    corner = pixels.index((0xFF, 0xFF, 0xFF)) - posters.RADIUS
    between = made.crop((0, corner - 8, posters.WIDTH, corner))
    assert between.getcolors() == [(8 * posters.WIDTH, (0x1D, 0x6B, 0x4F))], "no word is so low"


def test_what_can_be_read_is_a_picture() -> None:
    png = drawn(PLAIN)
    assert posters.is_picture(png)
    assert not posters.is_picture(png[: len(png) // 2])
    assert not posters.is_picture(b"no picture")
    assert not posters.is_picture(b"")


def test_a_code_that_is_no_picture_is_no_poster() -> None:
    with pytest.raises(UnidentifiedImageError):
        drawn(replaced(code=b"no picture"))
