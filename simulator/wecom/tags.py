"""Tags of contacts (客户标签): the corp's groups of them, and who has which by whom (C6)."""

import base64
import os
import time

import msgspec

from simulator.actions import Impossible
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused


class Tag(msgspec.Struct):
    """One tag; an app edits and deletes only its own."""

    id: str
    name: str
    create_time: int
    order: int = 0
    is_of_app: bool = False


class TagGroup(msgspec.Struct):
    """A group of tags."""

    group_id: str
    group_name: str
    create_time: int
    order: int = 0
    tag: list[Tag] = []


class TagsState(msgspec.Struct):
    """Groups by id; of each pair of staff member and contact the tags; marks by the real second."""

    groups: dict[str, TagGroup] = {}
    marked: dict[str, list[str]] = {}
    marks: list[float] = []


class Tags:
    """The tags of one corp."""

    def __init__(self, state: TagsState, assumed: Assumed, clock: Clock) -> None:
        self.state = state
        self._assumed = assumed
        self._clock = clock
        self._under_way: set[str] = set()

    def find(self, tag_id: str) -> tuple[TagGroup, Tag]:
        """A tag and its group. Raises: Refused 40068."""
        for group in self.state.groups.values():
            for tag in group.tag:
                if tag.id == tag_id:
                    return group, tag
        raise Refused(40068)

    def add(
        self, group_id: str, group_name: str, names: list[tuple[str, int]], *, is_of_app: bool
    ) -> tuple[TagGroup, list[Tag]]:
        """New tags in a group, which is made where there is none. Raises: Refused 40058, 40071."""
        group = self.state.groups.get(group_id) or next(
            (one for one in self.state.groups.values() if one.group_name == group_name), None
        )
        longest = self._assumed.tag_chars
        names_wrong = not names or any(not 1 <= len(name) <= longest for name, _ in names)
        if names_wrong or (group is None and not 1 <= len(group_name) <= longest):
            raise Refused(40058)
        known = {tag.name for tag in group.tag} if group else set[str]()
        if len({name for name, _ in names}) < len(names) or known & {name for name, _ in names}:
            raise Refused(40071)
        now = self._clock.now()
        if group is None:
            group = TagGroup(_id("et"), group_name, now, tag=[])
            self.state.groups[group.group_id] = group
        added = [Tag(_id("et"), name, now, order, is_of_app) for name, order in names]
        group.tag += added
        return group, added

    def rename(self, tag_id: str, name: str) -> None:
        """Another name for the app's own tag. Raises: Refused 40068, 40071, 81011."""
        group, tag = self.find(tag_id)
        if not tag.is_of_app:
            raise Refused(81011)
        if any(other.name == name for other in group.tag if other is not tag):
            raise Refused(40071)
        tag.name = name

    def remove(self, tag_id: str) -> None:
        """Takes the app's own tag away, of all contacts. Raises: Refused 40068, 81011."""
        group, tag = self.find(tag_id)
        if not tag.is_of_app:
            raise Refused(81011)
        group.tag.remove(tag)
        if not group.tag:
            del self.state.groups[group.group_id]
        for had in self.state.marked.values():
            if tag_id in had:
                had.remove(tag_id)

    def of(self, user_id: str, external_user_id: str) -> list[str]:
        """The tags that a contact has of a staff member."""
        return self.state.marked.get(f"{user_id} {external_user_id}", [])

    def begin(self, user_id: str, external_user_id: str) -> str:
        """A mark begins; the name to end it by. Raises: Refused 45009, 45033, 45035."""
        since = time.time() - 60
        self.state.marks = [one for one in self.state.marks if one > since]
        if len(self.state.marks) >= self._assumed.tag_marks_a_minute:
            raise Refused(45009)
        self.state.marks.append(time.time())
        if len(self._under_way) >= self._assumed.tag_marks_at_once:
            raise Refused(45033)
        if external_user_id in self._under_way:
            raise Refused(45035)
        self._under_way.add(external_user_id)
        return external_user_id

    def end(self, name: str) -> None:
        """A mark is over."""
        self._under_way.discard(name)

    def mark(self, user_id: str, external_user_id: str, add: list[str], remove: list[str]) -> None:
        """Tags a contact. Raises: Refused 40068."""
        for tag_id in (*add, *remove):
            self.find(tag_id)
        had = self.of(user_id, external_user_id)
        kept = [one for one in had if one not in remove]
        has = [*kept, *(one for one in dict.fromkeys(add) if one not in kept)]
        self.state.marked[f"{user_id} {external_user_id}"] = has

    def by_name(self, name: str) -> Tag:
        """A tag that people know by its name. Raises: Impossible."""
        for group in self.state.groups.values():
            for tag in group.tag:
                if tag.name == name:
                    return tag
        raise Impossible("no_such_tag", "there is no such tag")


def _id(prefix: str) -> str:
    return prefix + base64.urlsafe_b64encode(os.urandom(21)).decode()
