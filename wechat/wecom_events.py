"""What a WeCom corp is told: of its customer groups, contacts and help desks; what staff write.

All events come from "sys". What an event says is a hint to look: it may come twice, late or never.
"""

from datetime import datetime

from msgspec import Struct

from wechat.bodies import Fields
from wechat.inbound import SYSTEM, Inbound, one_or_many


class GroupChanged(Struct, frozen=True):
    """A customer group was made, changed or dismissed.

    `joined` and `left` are external user ids; older apps are told neither, nor the versions of the
    list before and after.
    """

    chat_id: str
    change: str
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    version: str = ""


class DeskRang(Struct, frozen=True):
    """Somebody wrote to a help desk; `token` lets us read it without a limit for ten minutes."""

    open_kfid: str
    token: str


class TagsChanged(Struct, frozen=True):
    """The corp's tags were made, changed or taken away by staff."""


class StaffSaid(Struct, frozen=True):
    """A staff member wrote to the app."""

    user_id: str
    text: str
    at: datetime


class ContactChanged(Struct, frozen=True):
    """Something changed between a consumer and a staff member, at a second of the platform's.

    `change`: added, half_added (she need not agree to it), edited; deleted_by_staff, or
    deleted_by_contact. `welcome_code` lets us write to a new one, once and for 20 seconds; there is
    none where the staff member has a welcome of her own, or the two have chatted already.
    """

    external_user_id: str
    user_id: str
    change: str
    at: datetime
    state: str = ""
    welcome_code: str = ""


_CHANGES = {
    "add_external_contact": "added",
    "add_half_external_contact": "half_added",
    "edit_external_contact": "edited",
    "del_external_contact": "deleted_by_staff",
    "del_follow_user": "deleted_by_contact",
}


Told = GroupChanged | ContactChanged | DeskRang | StaffSaid | TagsChanged


def read(inbound: Inbound) -> Told | None:
    """What an event says; None where it is none of these, or names nobody."""
    fields = inbound.fields
    if inbound.event == "change_external_chat":
        chat_id = _text(fields, "ChatId")
        return _group(fields, chat_id) if chat_id else None
    if inbound.event == "change_external_contact":
        return _contact(inbound)
    if inbound.event == "change_external_tag":
        return TagsChanged()
    if inbound.event == "kf_msg_or_event":
        open_kfid = _text(fields, "OpenKfId")
        return DeskRang(open_kfid, _text(fields, "Token")) if open_kfid else None
    if inbound.kind == "text" and inbound.from_user != SYSTEM:
        return StaffSaid(inbound.from_user, inbound.content, inbound.created_at)
    return None


def _contact(inbound: Inbound) -> ContactChanged | None:
    fields = inbound.fields
    external_user_id, user_id = _text(fields, "ExternalUserID"), _text(fields, "UserID")
    change = _CHANGES.get(_text(fields, "ChangeType"))
    if not (external_user_id and change):
        return None
    return ContactChanged(
        external_user_id,
        user_id,
        change,
        inbound.created_at,
        state=_text(fields, "State"),
        welcome_code=_text(fields, "WelcomeCode"),
    )


def _group(fields: Fields, chat_id: str) -> GroupChanged:
    detail, changed = _text(fields, "UpdateDetail"), _changed(fields)
    return GroupChanged(
        chat_id,
        _text(fields, "ChangeType"),
        joined=changed if detail == "add_member" else (),
        left=changed if detail == "del_member" else (),
        version=_text(fields, "CurMemVer"),
    )


def _changed(fields: Fields) -> tuple[str, ...]:
    """The items of MemChangeList: one is a text, several are a list, none is an empty text."""
    told = fields.get("MemChangeList")
    items = one_or_many(told.get("Item")) if isinstance(told, dict) else ()
    return tuple(item for item in items if isinstance(item, str) and item)


def _text(fields: Fields, name: str) -> str:
    told = fields.get(name)
    return told.strip() if isinstance(told, str) else ""
