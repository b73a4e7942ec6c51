"""The demo's staff: one account a role, all with the password that the page shows."""

from datetime import datetime

from loyalty import staff
from models import Role, StaffMember

STAFF = (
    ("owner", "周老板", Role.OWNER),
    ("chen", "陈晨", Role.MANAGER),
    ("marketer", "苏青", Role.MARKETER),
    ("guide", "何静", Role.GUIDE),
    ("auditor", "顾明", Role.AUDITOR),
)


async def lay(password: str, *, at: datetime) -> None:
    """Add them where there is none; the password is as slow to hash as it should be."""
    if await StaffMember.exists(account=STAFF[0][0]):
        return
    for account, name, role in STAFF:
        await staff.add(
            account,
            name=name,
            role=role,
            password=password,
            at=at,
            wecom_user_id=account if role is Role.MANAGER else None,
        )
