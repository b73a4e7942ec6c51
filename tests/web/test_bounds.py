"""What a request may hold has bounds, and a contract that cannot be kept stops the program."""

from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from web.openapi import document
from web.typed import Api, get, post

Cups = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class Unbounded(Struct, forbid_unknown_fields=True):
    cups: int


class Endless(Struct, forbid_unknown_fields=True):
    name: str


class Anything(Struct, forbid_unknown_fields=True):
    thing: Any


class Open(Struct):
    cups: Cups


class Many(Struct, forbid_unknown_fields=True):
    cups: list[Cups]


class Deep(Struct, forbid_unknown_fields=True):
    inner: Unbounded | None = None


@pytest.mark.parametrize("struct", [Unbounded, Endless, Anything, Open, Many, Deep])
def test_a_request_without_bounds_stops_the_program(struct: type[Struct]) -> None:
    async def take(body: Any) -> None:
        """Take."""

    take.__annotations__["body"] = struct
    with pytest.raises(TypeError, match="/take body"):
        Api("x", prefix="", about="", operations=[post("/take", take)])


def test_a_parameter_that_nothing_fills_stops_the_program() -> None:
    async def take(stranger: bytes) -> None:
        """Take."""

    with pytest.raises(TypeError, match="nothing fills stranger"):
        Api("x", prefix="", about="", operations=[get("/take", take)])


def test_a_handler_without_words_stops_the_document() -> None:
    async def take() -> None: ...

    api = Api("x", prefix="", about="", operations=[get("/take", take)])
    with pytest.raises(TypeError, match="no docstring"):
        document([api], version="1")
