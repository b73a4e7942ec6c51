"""Another member's id, in every operation that takes one, is as good as one that nobody has.

The operations come from the document and the ids from every table that holds one, so that what is
new is tried by being there.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from jifen.seeds import rewards
from models import db
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import PREFIX, Phone
from tests.miniprogram_api.shopping import (
    CART,
    bought,
    fresh_coupon,
    place,
    quote,
    signed_in,
    store,
)
from tests.miniprogram_api.test_me import earn
from tests.web.conftest import Asked, Caller, Json

__all__ = ["store"]

HERE = "{here}"
REFUSED = (409, 422)
# Bodies that are good but for the id. An operation that is not among them is asked with what its
# schema takes.
BODIES: dict[str, Any] = {
    "miniprogram_redemptions_redeem": {"reward": "tote", "coupon": HERE},
    "miniprogram_quotes_ask": {**CART, "coupon": HERE},
    "miniprogram_reviews_write": {"purchase": HERE, "sku": "C-100", "stars": 5},
}


def taking_an_id(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and what is told of each operation that takes a uuid in its path or body."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            in_path = [
                one for one in told.get("parameters", ()) if one["schema"].get("format") == "uuid"
            ]
            if in_path or _holds_uuid(told.get("requestBody"), document):
                yield method.upper(), path.removeprefix(PREFIX), told


def _holds_uuid(node: Any, document: Json) -> bool:
    if isinstance(node, dict):
        if node.get("format") == "uuid":
            return True
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            return _holds_uuid(document["components"]["schemas"][name], document)
        return any(_holds_uuid(one, document) for one in node.values())
    return isinstance(node, list) and any(_holds_uuid(one, document) for one in node)


async def ids_of(member_id: int) -> set[str]:
    """Every uuid that any table holds beside this member, and her own."""
    columns = await db.fetch(
        "SELECT mine.table_name, mine.column_name, hers.column_name AS owner"
        " FROM information_schema.columns AS mine JOIN information_schema.columns AS hers"
        "  ON hers.table_schema = mine.table_schema AND hers.table_name = mine.table_name"
        "  AND (hers.column_name IN ('member_id', 'customer_id')"
        "   OR (hers.table_name = 'customer' AND hers.column_name = 'id'))"
        " WHERE mine.table_schema = 'public' AND mine.data_type = 'uuid'"
    )
    found: set[str] = set()
    for table, column, owner in columns:
        rows = await db.fetch(f'SELECT "{column}" FROM "{table}" WHERE "{owner}" = $1', member_id)
        found |= {str(row[0]) for row in rows if row[0]}
    return found


async def things_of(member_id: int) -> list[Any]:
    """All that stands in the tables about this member."""
    tables = await db.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name IN ('member_id', 'customer_id')"
        " AND table_name <> 'shopper_session' ORDER BY 1, 2"
    )
    found = []
    for table, owner in tables:
        rows = await db.fetch(f'SELECT * FROM "{table}" WHERE "{owner}" = $1', member_id)
        found.append((table, sorted(repr(tuple(row.values())) for row in rows)))
    return found


def sample(schema: Json, document: Json) -> Any:
    """The plainest value that a schema takes, with the id where it wants one."""
    if "$ref" in schema:
        return sample(
            document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document
        )
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], document)
    if "enum" in schema or "examples" in schema:
        return (schema.get("examples") or schema["enum"])[0]
    if schema.get("type") == "object":
        wanted = schema.get("properties", {})
        return {name: sample(one, document) for name, one in wanted.items()}
    if schema.get("type") == "array":
        return [sample(schema["items"], document)]
    if schema.get("format") == "uuid":
        return HERE
    plain = {"integer": schema.get("minimum", 1), "boolean": True, "null": None}
    return plain.get(schema.get("type", ""), "x" * schema.get("minLength", 1))


def body_of(told: Json, document: Json) -> Any:
    if "requestBody" not in told:
        return None
    return sample(told["requestBody"]["content"]["application/json"]["schema"], document)


async def asked(phone: Phone, method: str, path: str, *, body: Any, uuid: str) -> Asked:
    for part in ("{uuid}", "%7Buuid%7D"):
        path = path.replace(part, uuid)
    if body is None:
        return await phone.ask(method, path)
    return await phone.ask(method, path, json=_filled(body, uuid))


def _filled(node: Any, uuid: str) -> Any:
    if isinstance(node, dict):
        return {name: _filled(one, uuid) for name, one in node.items()}
    if isinstance(node, list):
        return [_filled(one, uuid) for one in node]
    return uuid if node == HERE else node


def told_of(answer: Asked) -> tuple[int, str, str]:
    """What an asker learns from a refusal; the id of the request and her own id tell nothing."""
    error = answer.error if answer.http_status >= 400 else {"code": ""}
    return answer.http_status, error["code"], repr(error.get("figures"))


@pytest.fixture
async def emmas(emma: Phone) -> int:
    """Emma has one of everything that has an id."""
    await rewards.lay(at=NOVEMBER_22)
    member_id = await signed_in(emma)
    await earn(member_id, 1000, key="emma")
    await fresh_coupon(member_id)
    await bought(emma)
    await place(emma, (await quote(emma))["quote"])
    redeemed = await emma.ask("PUT", f"/me/redemptions/{uuid4()}", json={"reward": "tote"})
    assert redeemed.http_status == 200, redeemed.told
    return member_id


async def test_anothers_id_is_as_good_as_none_in_every_operation(
    lin: Phone, emmas: int, server: Caller
) -> None:
    mine = await signed_in(lin)
    await earn(mine, 1000, key="lin")
    before = await things_of(emmas)
    ids = sorted(await ids_of(emmas))
    assert len(ids) >= 5, "herself, a coupon, two orders, a redemption"
    tried = 0
    document = (await server.get("/openapi.json")).told
    found = taking_an_id(document)
    # Last what names itself: its name is hers from then on.
    for method, path, told in sorted(found, key=lambda one: one[0] == "PUT"):
        name = told["operationId"]
        body = BODIES.get(name) or body_of(told, document)
        if name == "miniprogram_orders_place":
            body = {"quote": (await quote(lin))["quote"]}
        absent = told_of(await asked(lin, method, path, body=body, uuid=str(uuid4())))
        for uuid in ids:
            answer = told_of(await asked(lin, method, path, body=body, uuid=uuid))
            # What she names herself is hers; a name that another has used is refused as used.
            fits = answer == absent or (method == "PUT" and answer[0] in REFUSED)
            assert fits, (name, uuid, answer)
            tried += 1
    assert tried >= 5 * 6
    assert await things_of(emmas) == before
