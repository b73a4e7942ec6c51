"""Customer groups: who is in them, and what the API shows of that, which lags a little (C8)."""

import os
import time

import msgspec

from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused
from simulator.settings import Group as GroupSeed

JOINED_BY_INVITATION = 1
JOINED_BY_QR_CODE = 3


class GroupMember(msgspec.Struct, frozen=True):
    """One in a group: a staff user id, or a consumer by her external user id."""

    user_id: str
    joined_at: int
    join_scene: int
    consumer_id: str = ""
    state: str = ""


class Roster(msgspec.Struct, frozen=True):
    """The members of a group in one version; the API shows it from `shown_at` (real time) on."""

    members: tuple[GroupMember, ...]
    version: str
    shown_at: float


class Group(msgspec.Struct):
    """A group. `rosters` are those that the API shows or is about to show, oldest first."""

    chat_id: str
    name: str
    owner: str
    capacity: int
    created_at: int
    rosters: list[Roster]
    notice: str = ""

    @property
    def roster(self) -> Roster:
        """Who is in it."""
        return self.rosters[-1]

    @property
    def is_full(self) -> bool:
        """Whether nobody more may join."""
        return len(self.roster.members) >= self.capacity

    def member(self, consumer_id: str) -> GroupMember | None:
        """The consumer as a member, or None."""
        return next((m for m in self.roster.members if m.consumer_id == consumer_id), None)

    def shown(self) -> Roster:
        """What the API shows now."""
        while len(self.rosters) > 1 and self.rosters[1].shown_at <= time.time():
            del self.rosters[0]
        return self.rosters[0]


class Groups:
    """The customer groups of the corp, by chat id."""

    def __init__(
        self,
        groups: dict[str, Group],
        seeds: tuple[GroupSeed, ...],
        assumed: Assumed,
        clock: Clock,
    ) -> None:
        self.by_chat_id = groups
        self._assumed = assumed
        self._clock = clock
        for seed in seeds:
            if seed.chat_id not in groups:
                self.create(seed.chat_id, seed.name, owner=seed.owner, capacity=seed.capacity)

    def get(self, chat_id: str) -> Group:
        """The group. Raises: Refused 40050."""
        if chat_id not in self.by_chat_id:
            raise Refused(40050)
        return self.by_chat_id[chat_id]

    def create(self, chat_id: str, name: str, *, owner: str, capacity: int) -> Group:
        """A group with nobody but its owner in it."""
        now = self._clock.now()
        first = GroupMember(owner, now, JOINED_BY_INVITATION)
        group = Group(chat_id, name, owner, capacity, now, [Roster((first,), _version(), 0)])
        self.by_chat_id[chat_id] = group
        return group

    def add(self, group: Group, member: GroupMember) -> None:
        """One more is in the group."""
        self._change(group, (*group.roster.members, member))

    def remove(self, group: Group, member: GroupMember) -> None:
        """One is in the group no more."""
        self._change(group, tuple(each for each in group.roster.members if each != member))

    def _change(self, group: Group, members: tuple[GroupMember, ...]) -> None:
        shown_at = time.time() + self._assumed.group_lag_seconds
        group.rosters.append(Roster(members, _version(), shown_at))


def new_chat_id() -> str:
    """`wr` and thirty letters and digits."""
    return "wr" + os.urandom(15).hex()


def _version() -> str:
    return os.urandom(16).hex()
