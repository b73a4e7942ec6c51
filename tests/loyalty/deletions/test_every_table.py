"""No table that says something of a member is overlooked when she is forgotten."""

import re
from inspect import getsource

import pytest

from loyalty.deletions import forgetting
from models import db

pytestmark = pytest.mark.usefixtures("database")

# What stays under a number behind which nobody is known, and why.
STAYS = {
    "books": {
        "entry",
        "lot",
        "draw",
        "deletion",
        "discount_use",
        "purchase",
        "redemption",
        "coupon",
        "store_order",
        "merge",
    },
    "what others were given, or count": {
        "boost",
        "board_exclusion",
        "board_place",
        "board_prize",
        "challenge_claim",
        "gift",
        "live_visit",
        "milestone_reached",
        "referral",
        "shop_visit",
    },
    "proof": {"consent"},
    "work that ends by itself": {"changed_member"},
}
OF_A_MEMBER = """
SELECT DISTINCT table_name FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND column_name ~ '(^|_)(member_id|customer_id|inviter_id|invitee_id|root_id|owner_id)$'
  AND column_name <> 'staff_member_id'
"""


async def test_every_table_of_a_member_is_forgotten_or_said_to_stay() -> None:
    known = {row["table_name"] for row in await db.fetch(OF_A_MEMBER)}
    touched = set(re.findall(r"(?:DELETE FROM|UPDATE) (\w+)", getsource(forgetting)))
    stays = set().union(*STAYS.values())
    assert known - touched - stays == set()
    assert stays - known == set(), "said to stay, and is none of hers"
