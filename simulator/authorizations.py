"""What consumers gave the mini-program of themselves, and take back in WeChat's settings (A3)."""

import time
from typing import Literal

import msgspec

from simulator import xml
from simulator.actions import Impossible
from simulator.callback import Callback
from simulator.callbacks import Callbacks, Delivery
from simulator.consumers import Consumer
from simulator.settings import MiniProgram

Given = Literal["phone", "address"]

REVOKED, CLOSED = "user_authorization_revoke", "user_authorization_cancellation"
# The numbers of RevokeInfo.
NUMBERS: dict[Given, str] = {"address": "2", "phone": "8"}
# Who sends these events is the platform, whoever it is that they tell of.
SERVICE, ORIGINAL_ID = "oPlatformPushService000000000", "gh_miniprogram"


class AuthorizationsState(msgspec.Struct):
    """What each consumer gave and did not take back, by consumer id."""

    given: dict[str, list[Given]] = {}


class Authorizations:
    """Who gave what; ``callbacks`` is None where the mini-program has no address for messages."""

    def __init__(
        self, state: AuthorizationsState, settings: MiniProgram, *, callbacks: Callbacks | None
    ) -> None:
        self.state = state
        self._settings = settings
        self._callbacks = callbacks

    def of(self, consumer: Consumer) -> list[Given]:
        """What she gave and did not take back, in the order in which she did."""
        return self.state.given.get(consumer.id, [])

    def give(self, consumer: Consumer, what: Given) -> None:
        """She lets the mini-program have it; once is enough."""
        if what not in self.of(consumer):
            self.state.given.setdefault(consumer.id, []).append(what)

    def revoke(self, consumer: Consumer, what: list[Given]) -> Delivery:
        """She takes some of it back. Raises: Impossible."""
        callbacks, given = self._required(), self.of(consumer)
        if not what or not set(what) <= set(given):
            raise Impossible("not_given", "she can take back only what she gave")
        self.state.given[consumer.id] = [one for one in given if one not in what]
        numbers = ",".join(sorted(NUMBERS[one] for one in set(what)))
        return callbacks.deliver(self._told(REVOKED, consumer, {"RevokeInfo": numbers}))

    def close(self, consumer: Consumer) -> Delivery:
        """She closed her account of WeChat: nothing that she gave may be kept. Raises: Impossible.

        Her phone goes on as if she had a new account of the same name.
        """
        callbacks = self._required()
        self.state.given.pop(consumer.id, None)
        return callbacks.deliver(self._told(CLOSED, consumer, {}))

    def _required(self) -> Callbacks:
        if self._callbacks is None:
            raise Impossible("not_pushed_to", "the mini-program has no address for messages")
        return self._callbacks

    def _told(self, event: str, consumer: Consumer, more: dict[str, str]) -> Callback:
        nodes: dict[str, xml.Node] = {
            "ToUserName": ORIGINAL_ID,
            "FromUserName": SERVICE,
            "CreateTime": int(time.time()),
            "MsgType": "event",
            "Event": event,
            "OpenID": consumer.miniprogram_openid,
            "AppID": self._settings.app_id,
            **more,
        }
        is_json = self._settings.push_form == "json"
        return Callback(
            title=event,
            openid=consumer.miniprogram_openid,
            xml=msgspec.json.encode(nodes).decode() if is_json else xml.render(nodes),
            event=event,
            consumer_id=consumer.id,
        )
