"""Join ways: the QR codes that let consumers into groups (C8)."""

import os

import msgspec

from simulator.assumed import Assumed
from simulator.errors import Refused

PLUG_IN, QR_CODE = 1, 2


class JoinWay(msgspec.Struct):
    """One way into up to five groups. When they are full, a new group may be made."""

    config_id: str
    scene: int
    chat_ids: list[str]
    remark: str = ""
    auto_create_room: int = 1
    room_base_name: str = ""
    room_base_id: int = 1
    state: str = ""


class JoinWayRequest(msgspec.Struct):
    """Body of add_join_way and update_join_way, which overwrites everything."""

    config_id: str = ""
    scene: int = 0
    remark: str = ""
    auto_create_room: int = 1
    room_base_name: str = ""
    room_base_id: int = 1
    chat_id_list: list[str] = []
    state: str = ""


class JoinWays:
    """The join ways that the app made, by config id. No other app's are seen."""

    def __init__(self, ways: dict[str, JoinWay], assumed: Assumed) -> None:
        self.by_config_id = ways
        self._assumed = assumed

    def add(self, asked: JoinWayRequest) -> JoinWay:
        """A new one. Raises: Refused 40058, 41045."""
        self._check(asked)
        if len(self.by_config_id) >= self._assumed.join_ways:
            raise Refused(41045)
        way = self._made(os.urandom(16).hex(), asked)
        self.by_config_id[way.config_id] = way
        return way

    def get(self, config_id: str) -> JoinWay:
        """The one with this id. Raises: Refused 41044."""
        if config_id not in self.by_config_id:
            raise Refused(41044)
        return self.by_config_id[config_id]

    def update(self, asked: JoinWayRequest) -> None:
        """Overwrites all of it; its code stays. Raises: Refused 41044, 40058."""
        self.get(asked.config_id)
        self._check(asked)
        self.by_config_id[asked.config_id] = self._made(asked.config_id, asked)

    def remove(self, config_id: str) -> None:
        """Its code lets nobody in any more. Raises: Refused 41044."""
        self.get(config_id)
        del self.by_config_id[config_id]

    def _check(self, asked: JoinWayRequest) -> None:
        right = (
            asked.scene in (PLUG_IN, QR_CODE)
            and 1 <= len(asked.chat_id_list) <= self._assumed.groups_a_join_way
            and asked.auto_create_room in (0, 1)
            and len(asked.room_base_name) <= self._assumed.room_name_chars
            and len(asked.state) <= self._assumed.join_state_chars
        )
        if not right:
            raise Refused(40058)

    def _made(self, config_id: str, asked: JoinWayRequest) -> JoinWay:
        return JoinWay(
            config_id,
            asked.scene,
            list(dict.fromkeys(asked.chat_id_list)),
            asked.remark[: self._assumed.join_remark_chars],  # the platform cuts it in silence
            asked.auto_create_room,
            asked.room_base_name,
            asked.room_base_id,
            asked.state,
        )
