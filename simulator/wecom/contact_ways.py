"""Contact ways (联系我): QR codes by which consumers add one of some staff (C7)."""

import os

import msgspec

from simulator.assumed import Assumed
from simulator.errors import Refused

SINGLE, MULTI = 1, 2
MINI_PROGRAM, QR_CODE = 1, 2


class ContactWay(msgspec.Struct):
    """A code and the staff behind it; each scan adds the next of them."""

    config_id: str
    type: int
    scene: int
    user: list[str]
    remark: str = ""
    skip_verify: bool = True
    state: str = ""
    scans: int = 0


class ContactWayRequest(msgspec.Struct):
    """Body of add_contact_way; update_contact_way changes what it tells."""

    config_id: str = ""
    type: int | None = None
    scene: int | None = None
    remark: str | None = None
    skip_verify: bool = True
    state: str | None = None
    user: list[str] | None = None


class ContactWays:
    """The contact ways that the app made, by config id."""

    def __init__(
        self, ways: dict[str, ContactWay], assumed: Assumed, staff: tuple[str, ...]
    ) -> None:
        self.by_config_id = ways
        self._assumed = assumed
        self._staff = staff

    def add(self, asked: ContactWayRequest) -> ContactWay:
        """A new one. Raises: Refused 41037 to 41042, 41045, 40098."""
        if asked.type not in (SINGLE, MULTI):
            raise Refused(41037)
        if asked.scene not in (MINI_PROGRAM, QR_CODE):
            raise Refused(41038)
        users = asked.user or []
        self._check(asked.type, users, asked.remark or "", asked.state or "")
        if len(self.by_config_id) >= self._assumed.join_ways:
            raise Refused(41045)
        way = ContactWay(
            os.urandom(16).hex(),
            asked.type,
            asked.scene,
            users,
            asked.remark or "",
            asked.skip_verify,
            asked.state or "",
        )
        self.by_config_id[way.config_id] = way
        return way

    def get(self, config_id: str) -> ContactWay:
        """The one with this id. Raises: Refused 41044."""
        if config_id not in self.by_config_id:
            raise Refused(41044)
        return self.by_config_id[config_id]

    def update(self, asked: ContactWayRequest) -> None:
        """Changes what is told. Raises: Refused as `add`, 41044."""
        way = self.get(asked.config_id)
        users = way.user if asked.user is None else asked.user
        remark = way.remark if asked.remark is None else asked.remark
        state = way.state if asked.state is None else asked.state
        self._check(way.type, users, remark, state)
        way.user, way.remark, way.state = users, remark, state

    def remove(self, config_id: str) -> None:
        """Nobody is added by it any more. Raises: Refused 41044."""
        self.get(config_id)
        del self.by_config_id[config_id]

    def next_user(self, way: ContactWay) -> str:
        """Whom the next scan adds."""
        user_id = way.user[way.scans % len(way.user)]
        way.scans += 1
        return user_id

    def _check(self, kind: int, users: list[str], remark: str, state: str) -> None:
        if len(users) > self._assumed.contact_way_users:
            raise Refused(41041)
        if not users or (kind == SINGLE and len(users) != 1):
            raise Refused(41042)
        if any(one not in self._staff for one in users):
            raise Refused(40098)
        most = self._assumed.contact_way_chars
        if len(remark) > most or len(state) > most:
            raise Refused(40058)
