"""Staff scan or type the code on her phone, and see who she is and what is hers now."""

from uuid import uuid4

from loyalty import codes, customers, ledger, member_codes, redemptions
from loyalty.ledger import Earn
from models import Customer, Identity
from tests.cast import WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]


async def shown(customer_id: int, context: Context, *, turns: int = 0) -> str:
    identity = await Identity.get(customer_id=customer_id)
    at = now() + turns * member_codes.TURN
    return member_codes.code_of(identity.id, sealer=context.sealer, at=at).digits


async def test_a_code_opens_her_page_with_what_she_may_get(
    browser: Browser, context: Context
) -> None:
    wang = await customers.meet((WANG,), at=NOW, through="test")
    await ledger.record_one(Earn(member_id=wang, key="e", at=NOW, points=500, settles_at=NOW))
    await redemptions.redeem(wang, uuid4(), slot="reward:tote", at=now())
    await redemptions.redeem(wang, uuid4(), slot="reward:ten_off", at=now())
    await browser.sign_in("guide")
    typed = codes.grouped(await shown(wang, context))
    http_status, page = await browser.post("/hand-over", code=typed, proof=await browser.proof())
    assert http_status == 200
    number = (await Customer.get(id=wang)).uuid.hex[-8:].upper()
    for said in (f"No. {number}", "现在可以给她的", "帆布袋", "立减 10 元"):
        assert said in page


async def test_a_code_of_another_time_says_so_and_opens_nothing(
    browser: Browser, context: Context
) -> None:
    wang = await customers.meet((WANG,), at=NOW, through="test")
    await browser.sign_in("chen")
    for turns, said in ((-5, "会员码已过期"), (5, "会员码不正确")):
        digits = await shown(wang, context, turns=turns)
        proof = await browser.proof()
        http_status, page = await browser.post("/hand-over", code=digits, proof=proof)
        assert (http_status, said in page, "现在可以给她的" in page) == (422, True, False)


async def test_whoever_may_hand_nothing_over_opens_nobody_by_a_code(
    browser: Browser, context: Context
) -> None:
    wang = await customers.meet((WANG,), at=NOW, through="test")
    await browser.sign_in("auditor")
    digits = await shown(wang, context)
    http_status, _ = await browser.post("/hand-over", code=digits, proof=await browser.proof())
    assert http_status == 403
