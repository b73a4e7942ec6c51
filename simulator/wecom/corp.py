"""The corp put together, and what consumers do with it on their phones (C3, C8)."""

import base64
import hashlib
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from simulator import xml
from simulator.actions import Impossible
from simulator.assumed import Assumed
from simulator.callback import Callback
from simulator.callbacks import Callbacks, Delivery
from simulator.clock import Clock
from simulator.consumers import Consumer, Consumers
from simulator.errors import Refused
from simulator.settings import WeCom
from simulator.wecom.contact_ways import ContactWay, ContactWays
from simulator.wecom.groups import JOINED_BY_QR_CODE, Group, GroupMember, Groups, new_chat_id
from simulator.wecom.help_desks import HelpDesks, HelpDesksState
from simulator.wecom.join_ways import JoinWay, JoinWays
from simulator.wecom.mass_sends import MassSend, MassSends
from simulator.wecom.scan_codes import ScanCodes
from simulator.wecom.tags import Tags, TagsState
from simulator.wecom.tokens import CorpTokens, CorpTokensState

if TYPE_CHECKING:
    from simulator.world import China

# What becomes of the event of a deed.
Telling = Literal["told", "lost", "doubled"]


class CorpContact(msgspec.Struct, frozen=True):
    """A consumer who added a staff member. One who deleted that staff member is still listed."""

    user_id: str
    added_at: int
    state: str = ""
    has_left: bool = False


class Welcome(msgspec.Struct):
    """What lets the app write to a new contact once, for a while of real time."""

    consumer_id: str
    user_id: str
    made_at: float
    is_used: bool = False


class CorpMessage(msgspec.Struct, frozen=True):
    """What a consumer, or everybody in a group, reads from a staff member."""

    consumer_id: str
    user_id: str
    said_at: int
    text: str
    pictures: tuple[str, ...] = ()
    chat_id: str = ""


class AppMessage(msgspec.Struct, frozen=True):
    """What the app wrote to a staff member, or he to it."""

    user_id: str
    said_at: int
    text: str
    is_from_staff: bool = False


class CorpState(msgspec.Struct):
    """Tokens, groups by chat id, join ways by config id, and contacts by consumer id."""

    tokens: CorpTokensState = msgspec.field(default_factory=CorpTokensState)
    groups: dict[str, Group] = {}
    join_ways: dict[str, JoinWay] = {}
    contacts: dict[str, list[CorpContact]] = {}
    welcomes: dict[str, Welcome] = {}
    messages: list[CorpMessage] = []
    mass_sends: dict[str, MassSend] = {}
    app_messages: list[AppMessage] = []
    contact_ways: dict[str, ContactWay] = {}
    tags: TagsState = msgspec.field(default_factory=TagsState)
    help_desks: HelpDesksState = msgspec.field(default_factory=HelpDesksState)


class Corp:
    """The corp. What its app does through the API raises no event; what people do raises one."""

    def __init__(
        self,
        state: CorpState,
        settings: WeCom,
        assumed: Assumed,
        *,
        clock: Clock,
        consumers: Consumers,
        callbacks: Callbacks,
    ) -> None:
        self.settings = settings
        self.callbacks = callbacks
        self.contacts = state.contacts
        self.welcomes = state.welcomes
        self.messages = state.messages
        self.app_messages = state.app_messages
        self.tokens = CorpTokens(state.tokens, assumed, clock)
        self.groups = Groups(state.groups, settings.groups, assumed, clock)
        self.join_ways = JoinWays(state.join_ways, assumed)
        self.mass_sends = MassSends(state.mass_sends, assumed, clock)
        self.contact_ways = ContactWays(state.contact_ways, assumed, tuple(settings.staff))
        self.scan_codes = ScanCodes(clock)
        self.tags = Tags(state.tags, assumed, clock)
        self.help_desks = HelpDesks(
            state.help_desks,
            settings.help_desks,
            assumed,
            clock,
            ring=lambda nodes: self._tell(nodes, "told"),
            external_user_id=self.external_user_id,
        )
        self.consumers = consumers
        self._names: dict[str, str] = {}
        self._clock = clock

    def external_user_id(self, consumer: Consumer) -> str:
        """`wm` and thirty characters, the same for a consumer every time."""
        digest = hashlib.sha256(f"{self.settings.corp_id}\n{consumer.nickname}".encode()).digest()
        return "wm" + base64.urlsafe_b64encode(digest).decode()[:30]

    def by_external_user_id(self, user_id: str) -> Consumer | None:
        """The consumer with this external user id, or None."""
        if user_id not in self._names:
            self._names = {self.external_user_id(one): one.id for one in self.consumers}
        return self.consumers.get(self._names.get(user_id, ""))

    def scan(self, consumer: Consumer, url: str, telling: Telling) -> Delivery | None:
        """Scans the QR code of a join way and is in a group of it. Raises: Impossible."""
        way = self.join_ways.by_config_id.get(url.rpartition("/")[2])
        if way is None:
            raise Impossible("no_such_join_way", "nothing lets in by this code")
        groups = [self.groups.by_chat_id[one] for one in way.chat_ids if self._has(one)]
        if any(group.member(consumer.id) for group in groups):
            raise Impossible("already_in_group", f"{consumer.nickname} is in the group already")
        group = next((group for group in groups if not group.is_full), None)
        if group is None:
            group = self._next_room(way, groups)
        before = group.roster.version
        user_id = self.external_user_id(consumer)
        now = self._clock.now()
        self.groups.add(group, GroupMember(user_id, now, JOINED_BY_QR_CODE, consumer.id, way.state))
        return self._tell_change(
            group, "add_member", user_id, before, telling, nodes={"JoinScene": JOINED_BY_QR_CODE}
        )

    def posters(self) -> list[dict[str, str]]:
        """The QR codes that let consumers in, with the name of the group behind each."""
        return [
            {"config_id": way.config_id, "name": self.groups.by_chat_id[way.chat_ids[0]].name}
            for way in self.join_ways.by_config_id.values()
            if way.chat_ids and self._has(way.chat_ids[0])
        ]

    def leave(self, consumer: Consumer, chat_id: str, telling: Telling) -> Delivery | None:
        """Leaves a group. Raises: Impossible."""
        return self._out(consumer, chat_id, telling, quit_scene=0)

    def put_out(self, consumer: Consumer, chat_id: str, telling: Telling) -> Delivery | None:
        """Is put out of a group by its owner. Raises: Impossible."""
        return self._out(consumer, chat_id, telling, quit_scene=1)

    def dismiss(self, chat_id: str, telling: Telling) -> Delivery | None:
        """The owner dismisses a group. Raises: Impossible."""
        if not self._has(chat_id):
            raise Impossible("no_such_group", "there is no such group")
        del self.groups.by_chat_id[chat_id]
        return self._tell(
            {"Event": "change_external_chat", "ChatId": chat_id, "ChangeType": "dismiss"}, telling
        )

    def add_contact(
        self,
        consumer: Consumer,
        user_id: str,
        state: str,
        telling: Telling,
        *,
        is_half: bool = False,
    ) -> Delivery | None:
        """Adds a staff member as a contact; by half without being asked. Raises: Impossible."""
        if user_id not in self.settings.staff:
            raise Impossible("no_such_staff", "there is no such staff member")
        known = self.contacts.setdefault(consumer.id, [])
        if any(each.user_id == user_id and not each.has_left for each in known):
            raise Impossible("already_contact", f"{consumer.nickname} has added {user_id} already")
        known[:] = [each for each in known if each.user_id != user_id]
        known.append(CorpContact(user_id, self._clock.now(), state))
        change = "add_half_external_contact" if is_half else "add_external_contact"
        nodes = self._of_contact(change, consumer, user_id)
        code = base64.urlsafe_b64encode(os.urandom(24)).decode()
        self.welcomes[code] = Welcome(consumer.id, user_id, time.time())
        nodes["WelcomeCode"] = code
        return self._tell(nodes | ({"State": state} if state else {}), telling)

    def scan_contact_way(
        self, consumer: Consumer, url: str, telling: Telling
    ) -> tuple[str, Delivery | None]:
        """Scans the code of a contact way and adds one of its staff. Raises: Impossible."""
        way = self.contact_ways.by_config_id.get(url.rpartition("/")[2])
        if way is None:
            raise Impossible("no_such_contact_way", "nobody is added by this code")
        known = {one.user_id for one in self.contacts.get(consumer.id, []) if not one.has_left}
        if known & set(way.user):
            raise Impossible("already_contact", f"{consumer.nickname} has added one of them")
        user_id = self.contact_ways.next_user(way)
        return user_id, self.add_contact(consumer, user_id, way.state, telling)

    def say(self, welcome: Welcome, text: str, pictures: tuple[str, ...]) -> None:
        """Lets a new contact read what the app wrote for its staff member."""
        welcome.is_used = True
        said_at = self._clock.now()
        self.messages.append(
            CorpMessage(welcome.consumer_id, welcome.user_id, said_at, text, pictures)
        )

    def confirm_send(self, user_id: str, msgid: str) -> int:
        """A staff member sends what the app asked of him; how many got it. Raises: Impossible."""
        friends = [
            self.external_user_id(consumer)
            for consumer in self.consumers
            for each in self.contacts.get(consumer.id, [])
            if each.user_id == user_id and not each.has_left
        ]
        sent = self.mass_sends.confirm(msgid, user_id, friends)
        send, now = self.mass_sends.by_msgid[msgid], self._clock.now()
        self.messages += [
            CorpMessage(one.consumer_id, user_id, now, send.text, send.pictures, one.chat_id)
            for one in sent
        ]
        return len(sent)

    def tell_staff(self, user_id: str, text: str, *, once_within_seconds: int) -> None:
        """Lets a staff member read what the app writes, unless he read the same just now."""
        since = self._clock.now() - once_within_seconds
        if once_within_seconds and any(
            (one.user_id, one.text, one.is_from_staff) == (user_id, text, False)
            and one.said_at >= since
            for one in self.app_messages
        ):
            return
        self.app_messages.append(AppMessage(user_id, self._clock.now(), text))

    def tag(
        self, consumer: Consumer, user_id: str, name: str, telling: Telling, *, is_off: bool
    ) -> Delivery | None:
        """A staff member gives a contact a tag of the corp, or takes it. Raises: Impossible."""
        if not any(each.user_id == user_id for each in self.contacts.get(consumer.id, [])):
            raise Impossible("no_contact", f"{consumer.nickname} has not added {user_id}")
        tag_id = self.tags.by_name(name).id
        add, remove = ([], [tag_id]) if is_off else ([tag_id], [])
        self.tags.mark(user_id, self.external_user_id(consumer), add, remove)
        return self._tell(self._of_contact("edit_external_contact", consumer, user_id), telling)

    def make_tag(self, group_name: str, name: str, telling: Telling) -> Delivery | None:
        """Staff make a tag of the corp in WeCom itself. Raises: Impossible."""
        try:
            _, (tag,) = self.tags.add("", group_name, [(name, 0)], is_of_app=False)
        except Refused as refused:
            raise Impossible("tag_refused", str(refused.code)) from refused
        told: dict[str, xml.Node] = {"Id": tag.id, "TagType": "tag", "ChangeType": "create"}
        return self._tell({"Event": "change_external_tag", **told}, telling)

    def say_to_app(self, user_id: str, text: str) -> Delivery:
        """A staff member writes to the app."""
        self.app_messages.append(AppMessage(user_id, self._clock.now(), text, is_from_staff=True))
        nodes: dict[str, xml.Node] = {
            "ToUserName": self.settings.corp_id,
            "FromUserName": user_id,
            "CreateTime": self._clock.now(),
            "MsgType": "text",
            "Content": text,
            "MsgId": time.time_ns(),
            "AgentID": self.settings.agent_id,
        }
        title = f"{user_id} → {self.settings.name}"
        return self.callbacks.deliver(Callback(title=title, openid="", xml=xml.render(nodes)))

    def delete_contact(
        self, consumer: Consumer, user_id: str, telling: Telling, *, is_by_staff: bool
    ) -> Delivery | None:
        """One of the two deletes the other. Raises: Impossible."""
        known = self.contacts.get(consumer.id, [])
        found = next((each for each in known if each.user_id == user_id), None)
        if found is None or (found.has_left and not is_by_staff):
            raise Impossible("no_contact", f"{consumer.nickname} has not added {user_id}")
        known.remove(found)
        if not is_by_staff:
            known.append(msgspec.structs.replace(found, has_left=True))
        change = "del_external_contact" if is_by_staff else "del_follow_user"
        return self._tell(self._of_contact(change, consumer, user_id), telling)

    def _of_contact(self, change: str, consumer: Consumer, user_id: str) -> dict[str, xml.Node]:
        return {
            "Event": "change_external_contact",
            "ChangeType": change,
            "UserID": user_id,
            "ExternalUserID": self.external_user_id(consumer),
        }

    def _has(self, chat_id: str) -> bool:
        return chat_id in self.groups.by_chat_id

    def _next_room(self, way: JoinWay, full: list[Group]) -> Group:
        """The group that is made when all of a join way are full."""
        if not way.auto_create_room or not full:
            raise Impossible("group_full", "the group is full")
        name = f"{way.room_base_name}{way.room_base_id}" if way.room_base_name else ""
        way.room_base_id += 1
        last = full[-1]
        group = self.groups.create(new_chat_id(), name, owner=last.owner, capacity=last.capacity)
        way.chat_ids = [*way.chat_ids, group.chat_id]
        created: dict[str, xml.Node] = {"ChatId": group.chat_id, "ChangeType": "create"}
        self._tell({"Event": "change_external_chat", **created}, "told")
        return group

    def _out(
        self, consumer: Consumer, chat_id: str, telling: Telling, *, quit_scene: int
    ) -> Delivery | None:
        group = self.groups.by_chat_id.get(chat_id)
        member = group.member(consumer.id) if group else None
        if group is None or member is None:
            raise Impossible("not_in_group", f"{consumer.nickname} is not in this group")
        before = group.roster.version
        self.groups.remove(group, member)
        return self._tell_change(
            group, "del_member", member.user_id, before, telling, nodes={"QuitScene": quit_scene}
        )

    def _tell_change(
        self,
        group: Group,
        detail: str,
        user_id: str,
        before: str,
        telling: Telling,
        *,
        nodes: Mapping[str, xml.Node],
    ) -> Delivery | None:
        told: dict[str, xml.Node] = {
            "Event": "change_external_chat",
            "ChatId": group.chat_id,
            "ChangeType": "update",
            "UpdateDetail": detail,
            **nodes,
            "MemChangeCnt": 1,
        }
        if self.settings.tells_changes:
            told["MemChangeList"] = {"Item": user_id}
            told |= {"LastMemVer": before, "CurMemVer": group.roster.version}
        return self._tell(told, telling)

    def _tell(self, nodes: Mapping[str, xml.Node], telling: Telling) -> Delivery | None:
        """Sends an event; nothing where it gets lost, two deliveries where it is doubled."""
        if telling == "lost":
            return None
        common: dict[str, xml.Node] = {
            "ToUserName": self.settings.corp_id,
            "FromUserName": "sys",
            "CreateTime": self._clock.now(),
            "MsgType": "event",
        }
        what = nodes.get("UpdateDetail") or nodes.get("ChangeType") or nodes["Event"]
        callback = Callback(
            title=f"{what} → {self.settings.name}",
            openid="",
            xml=xml.render(common | dict(nodes)),
            event=str(nodes["Event"]),
        )
        if telling == "doubled":
            self.callbacks.deliver(callback)
        return self.callbacks.deliver(callback)


def corp_of(china: "China") -> Corp:
    """The corp of a run that has one: without it nothing leads here."""
    assert china.corp is not None
    return china.corp
