"""What the events of a WeCom corp say: of its customer groups and contacts.

All of them come from "sys". What an event says is a hint to look: it may come twice, late or never.
"""

from msgspec import Struct

from wechat.bodies import Fields
from wechat.inbound import Inbound, one_or_many


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


class ContactAdded(Struct, frozen=True):
    """A consumer and a staff member added one another."""

    external_user_id: str


def read(inbound: Inbound) -> GroupChanged | ContactAdded | None:
    """What an event says; None where it is none of these, or names nobody."""
    fields = inbound.fields
    if inbound.event == "change_external_chat":
        chat_id = _text(fields, "ChatId")
        return _group(fields, chat_id) if chat_id else None
    if inbound.event == "change_external_contact":
        external_user_id = _text(fields, "ExternalUserID")
        is_added = _text(fields, "ChangeType") in ("add_external_contact", "edit_external_contact")
        return ContactAdded(external_user_id) if is_added and external_user_id else None
    return None


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
