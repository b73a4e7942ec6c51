"""What is hers is kept by nobody on the way: no browser, no proxy, no phone."""

from tests.miniprogram_api.conftest import PREFIX, Phone
from tests.miniprogram_api.shopping import signed_in


async def test_no_answer_of_the_shoppers_edge_may_be_stored(lin: Phone) -> None:
    await signed_in(lin)
    document = (await lin.server.ask("GET", "/openapi.json")).told
    asked = 0
    for path, methods in document["paths"].items():
        if "get" not in methods or "{" in path or not path.startswith(PREFIX):
            continue
        answer = await lin.get(path.removeprefix(PREFIX))
        assert answer.headers["Cache-Control"] == "no-store", path
        asked += 1
    assert asked > 15
    signed_out = await lin.server.ask("GET", f"{PREFIX}/me/code")
    assert (signed_out.http_status, signed_out.headers["Cache-Control"]) == (401, "no-store")
