"""What the document says is what the server does: schemathesis asks it all, in and out of bounds.

Every operation is taken from the document, so that a new one is asked by being there.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from loyalty import sessions
from tests.miniprogram_api.conftest import APP_ID, Phone
from tests.miniprogram_api.shopping import bought, fresh_coupon, signed_in, store
from tests.web.conftest import Caller, Json
from web.context import Context, now

__all__ = ["store"]

EXAMPLES = 4
CONFIG = SchemathesisConfig.from_path(Path(__file__).parents[2] / "schemathesis.toml")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


async def token_of(phone: Phone, member_id: int, context: Context) -> str:
    """A session of her own for each operation: none asks so often that it is told to wait."""
    opened = await sessions.open_for(
        member_id,
        app_id=APP_ID,
        openid=phone.openid.value,
        session_key="k",
        sealer=context.sealer,
        at=now(),
    )
    return opened.token


def without_security(document: Json) -> Json:
    """Leave out who may ask, so that nothing but the session's own token is sent for one."""
    for methods in document["paths"].values():
        for told in methods.values():
            told.pop("security", None)
    return document


def takes_anything(operation: Any) -> bool:
    """Say whether a request of the operation can be wrong in anything that it tells."""
    told = operation.definition.raw
    return bool(told.get("parameters") or told.get("requestBody"))


def asked(operation: Any, mode: GenerationMode, *, checks: Sequence[Any], headers: Any) -> None:
    """Ask one operation as the document has it (positive) or against it (negative)."""

    @seed(20261122)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=checks, headers=headers)

    ask()


@pytest.mark.parametrize("mode", list(GenerationMode))
async def test_the_server_keeps_its_document(
    lin: Phone, server: Caller, connected: Context, mode: GenerationMode
) -> None:
    member_id = await signed_in(lin)
    await fresh_coupon(member_id)
    await bought(lin)
    document = without_security((await server.get("/openapi.json")).told)
    schema = schemathesis.openapi.from_dict(document, config=CONFIG)
    schema.config.update(base_url=server.origin)
    kept = negative_data_rejection if mode.is_negative else positive_data_acceptance
    checks = [*CHECKS, kept]
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode.is_negative and not takes_anything(operation):
            continue
        headers = {"Authorization": f"Bearer {await token_of(lin, member_id, connected)}"}
        await asyncio.to_thread(asked, operation, mode, checks=checks, headers=headers)
