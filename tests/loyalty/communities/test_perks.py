"""What is for the members of a group alone: offers, rewards, challenges, by one condition."""

import pytest

from loyalty import programme, publishing
from loyalty.challenges.orders import Orders
from loyalty.conditions import Conditions
from loyalty.conditions.in_community import InCommunity
from loyalty.discounts.percent import Percent
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case
from loyalty.standing import facts_of
from tests.loyalty.communities.conftest import AT, Tell, member, roster

GROUP_ONLY = Conditions([InCommunity()])


async def refusal(member_id: int) -> str | None:
    facts = await facts_of(member_id, at=AT, rules=await programme.load())
    for found in GROUP_ONLY.refusals(Case(facts)):
        return found.code
    return None


async def lay() -> None:
    offer = Percent(name_zh="群友价", name_en="Group price", percent=10, conditions=GROUP_ONLY)
    await publishing.publish("offer:group", offer, by="t", at=AT)


async def test_it_holds_while_she_is_in_a_group(vip: int, tell: Tell) -> None:
    await lay()
    lin, wang = await member("u-lin"), await member("u-wang")
    await tell(roster("u-lin"))
    assert (await refusal(lin), await refusal(wang)) == (None, "not_in_community")
    await tell(roster("u-wang"), seconds=9)
    assert (await refusal(lin), await refusal(wang)) == ("not_in_community", None)


async def test_a_rule_that_others_ask_for_is_not_ended(vip: int) -> None:
    await lay()
    with pytest.raises(Refused, match="rule_is_named"):
        await publishing.end("community:vip", by="t", at=AT)
    nowhere = Conditions([InCommunity(community_slot="community:none")])
    with pytest.raises(NotFound, match="slot_is_empty"):
        await publishing.publish("challenge:a", Orders(conditions=nowhere), by="t", at=AT)
