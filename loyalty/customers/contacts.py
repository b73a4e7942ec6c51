"""Which of our customers a WeCom contact is."""

from collections.abc import Mapping
from datetime import datetime

from loyalty.customers.identifying import Buyer, find, identify
from loyalty.orders import IdentityRef
from models import IdentityKind

THROUGH = "wecom"


async def know_contacts(
    corp_id: str, unionids: Mapping[str, str | None], *, at: datetime
) -> dict[str, int]:
    """Return the customers among contacts, by external user id; ``unionids`` has all of them.

    A contact whom we know by unionid is known by her external user id from now on. Nobody becomes
    a customer by being a contact. Where the two names lead to two customers, her unionid counts.
    Joins the caller's transaction, which must be open, and may end in ``db.Collision``.
    """
    names = {contact: _names(corp_id, contact, unionids[contact]) for contact in unionids}
    known = await find(ref for refs in names.values() for ref in refs)
    found: dict[str, int] = {}
    to_name: dict[str, Buyer] = {}
    for contact, refs in names.items():
        hers = [known[ref] for ref in refs if ref in known]
        if not hers:
            continue
        found[contact] = hers[0]
        if len(hers) < len(refs):
            to_name[contact] = refs
    await identify(list(to_name.values()), at=at, through=THROUGH)
    return found


def _names(corp_id: str, contact: str, unionid: str | None) -> Buyer:
    """Return her names, the one that counts first."""
    contact_name = IdentityRef(IdentityKind.WECOM_CONTACT, corp_id, contact)
    if not unionid:
        return (contact_name,)
    return (IdentityRef(IdentityKind.UNIONID, "", unionid), contact_name)
