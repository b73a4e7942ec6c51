"""The codes by which members invite."""

from datetime import datetime

from msgspec import Struct

from loyalty import codes
from loyalty.errors import NotFound, Refused
from loyalty.policies import POLICIES
from loyalty.policies.referral import ReferralPolicy
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from models import db

SLOT = "referral"
SCENE = "ref_"

# Whoever was merged brought hers along: any of them leads to her, the first made is shown.
_FIND = f"""
SELECT code FROM referral_code WHERE member_id = ANY({HER_IDS})
ORDER BY made_at, member_id LIMIT 1
"""
_MAKE = """
INSERT INTO referral_code (member_id, code, made_at)
SELECT id, $2, $3 FROM member WHERE id = $1 ON CONFLICT (member_id) DO NOTHING
"""


def in_force(rules: Programme, *, at: datetime) -> Rule:
    """Return the rule by which members invite now.

    Raises:
        Refused: ``no_invitations_now``: none is published, or its time is over.
    """
    rule = rules.find(SLOT, POLICIES, at)
    if rule is None or not isinstance(rule.body, ReferralPolicy):
        raise Refused("no_invitations_now")
    return rule


def policy_in_force(rules: Programme, *, at: datetime) -> ReferralPolicy:
    """Return what the rule says by which members invite now.

    Raises:
        Refused: ``no_invitations_now``.
    """
    policy: ReferralPolicy = in_force(rules, at=at).body
    return policy


async def code_of(member_id: int, *, at: datetime) -> str:
    """Return the 16 letters and digits by which a member invites: 80 bits, the same for good.

    Raises:
        NotFound: ``no_such_member``.
    """
    rows = await db.fetch(_FIND, member_id)
    if not rows:
        await db.fetch(_MAKE, member_id, codes.letters(), at)
        rows = await db.fetch(_FIND, member_id)
    if not rows:
        raise NotFound("no_such_member")
    found: str = rows[0]["code"]
    return found


_QR = """
SELECT qr_url, qr_ends_at FROM referral_code
WHERE code = $1 AND qr_app_id = $2 AND qr_ends_at > $3
"""
_KEEP_QR = """
UPDATE referral_code SET qr_app_id = $2, qr_url = $3, qr_ends_at = $4 WHERE code = $1
"""


class CodeQr(Struct, frozen=True):
    """What a QR code holds that leads to an invitation, and until when it does."""

    url: str
    ends_at: datetime


def scene_of(code: str) -> str:
    """Return the scene of the QR code by which friends follow and come by a code."""
    return SCENE + code


def code_in(scene: str | None) -> str | None:
    """Return the code that a scene is of; None where it is of something else."""
    return scene.removeprefix(SCENE) if scene and scene.startswith(SCENE) else None


async def qr_of(code: str, *, app_id: str, lasts_until: datetime) -> CodeQr | None:
    """Return the QR code that an official account has for a code, if it lasts so long."""
    rows = await db.fetch(_QR, code, app_id, lasts_until)
    return CodeQr(*rows[0]) if rows else None


async def keep_qr(code: str, qr: CodeQr, *, app_id: str) -> None:
    """Keep the QR code that WeChat made; the one before is shown no more, and still leads here."""
    await db.fetch(_KEEP_QR, code, app_id, qr.url, qr.ends_at)


async def holder(code: str) -> int:
    """Return the member whose code it is, as she is now; it may be typed in any dress.

    Raises:
        NotFound: ``no_such_referral_code``.
    """
    rows = await db.fetch(
        "SELECT coalesce(merged_into_id, id) AS id FROM referral_code"
        " JOIN customer ON customer.id = member_id WHERE code = $1",
        codes.plain(code),
    )
    if not rows:
        raise NotFound("no_such_referral_code")
    found: int = rows[0]["id"]
    return found
