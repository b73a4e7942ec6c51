"""What consumers do on their phones, and the callback that each deed makes (A3)."""

from collections.abc import Mapping
from typing import Any

from simulator import xml
from simulator.assumed import Assumed
from simulator.callback import Callback, MessageIds
from simulator.callbacks import Callbacks, Delivery
from simulator.clock import Clock
from simulator.consumers import Consumer, Consumers, derived_openid
from simulator.customer_messages import Action, open_window
from simulator.menus import Menus
from simulator.messages import Written
from simulator.qrcodes import QrCodes
from simulator.settings import OfficialAccount

WINDOWS: dict[str, Action] = {
    "CLICK": "menu",
    "scancode_push": "menu",
    "scancode_waitmsg": "menu",
}
BUTTON_EVENTS = {"click": "CLICK", "view": "VIEW", "miniprogram": "view_miniprogram"}
EVENT_KEYS = {"VIEW": "url", "view_miniprogram": "pagepath"}

_SCANNED = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}
_PICTURES = {
    "SendPicsInfo": {
        "Count": 1,
        "PicList": {"item": [{"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}]},
    }
}
_PLACE = {"Location_X": "31", "Location_Y": "121", "Scale": "15", "Label": "静安", "Poiname": ""}
PICKED: dict[str, dict[str, Any]] = {
    "scancode_push": _SCANNED,
    "scancode_waitmsg": _SCANNED,
    "pic_sysphoto": _PICTURES,
    "pic_photo_or_album": _PICTURES,
    "pic_weixin": _PICTURES,
    "location_select": {"SendLocationInfo": _PLACE},
}


class Impossible(Exception):
    """Something a consumer can not do now; carries the code of the refusal."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Actions:
    """The deeds of consumers."""

    def __init__(
        self,
        account: OfficialAccount,
        assumed: Assumed,
        *,
        clock: Clock,
        consumers: Consumers,
        menus: Menus,
        qrcodes: QrCodes,
        message_ids: MessageIds,
        callbacks: Callbacks,
    ) -> None:
        self._account = account
        self._assumed = assumed
        self._clock = clock
        self._consumers = consumers
        self._menus = menus
        self._qrcodes = qrcodes
        self._message_ids = message_ids
        self._callbacks = callbacks

    def follow(self, consumer: Consumer, scene: str) -> Delivery:
        """Follows; with a scene, by its QR code. Raises: Impossible."""
        if consumer.followed:
            raise Impossible("already_following", f"{consumer.nickname} follows already")
        consumer.followed = consumer.was_follower = True
        consumer.followed_at = self._clock.now()
        consumer.windows = {}
        consumer.qr_scene, consumer.qr_scene_str = 0, ""
        consumer.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        self._open(consumer, "scan" if scene else "follow")
        if not scene:
            return self._event(consumer, "subscribe", _no_key(consumer))
        code = self._qrcodes.for_scene(scene)
        consumer.qr_scene, consumer.qr_scene_str = code.scene_id, code.scene_str
        nodes = {"EventKey": f"qrscene_{code.scene}", "Ticket": code.ticket}
        return self._event(consumer, "subscribe", nodes)

    def unfollow(self, consumer: Consumer) -> Delivery:
        """Unfollows; the windows for customer messages close. Raises: Impossible."""
        if not consumer.followed:
            raise _not_following(consumer)
        consumer.followed = False
        consumer.windows = {}
        return self._event(consumer, "unsubscribe", _no_key(consumer))

    def scan(self, consumer: Consumer, scene: str) -> Delivery:
        """Scans a QR code: a follower's SCAN, or anybody else's following."""
        if not consumer.followed:
            return self.follow(consumer, scene)
        code = self._qrcodes.for_scene(scene)
        self._open(consumer, "scan")
        return self._event(consumer, "SCAN", {"EventKey": code.scene, "Ticket": code.ticket})

    def write(self, consumer: Consumer, written: Written) -> Delivery:
        """Sends a message. A tap on a menu message counts as a menu click. Raises: Impossible."""
        self._must_follow(consumer)
        self._open(consumer, "menu" if "bizmsgmenuid" in written.nodes else "text")
        self._consumers.show(consumer, written.bubble)
        nodes = {**written.nodes, "MsgId": self._message_ids.next()}
        common = self._common(consumer.openid, written.kind)
        consumer.last_callback = Callback(
            title=f"{written.kind} → {self._account.name}",
            openid=consumer.openid,
            xml=xml.render(common | nodes),
            consumer_id=consumer.id,
        )
        return self._callbacks.deliver(consumer.last_callback)

    def tap(self, consumer: Consumer, key: str, more: Mapping[str, Any]) -> Delivery:
        """Taps a menu button by its key, url, page path or name; a key that no button has is one
        that an old menu still shows. Raises: Impossible."""
        self._must_follow(consumer)
        button, menuid = self._menus.find(consumer, key) or ({"type": "click", "key": key}, 0)
        event = BUTTON_EVENTS.get(button["type"], button["type"])
        nodes: dict[str, Any] = {"EventKey": button[EVENT_KEYS.get(event, "key")]}
        if event == "view_miniprogram" or (event == "VIEW" and not consumer.omits_optional_nodes):
            nodes["MenuId"] = menuid
        return self.tell(consumer, event, nodes | PICKED.get(event, {}) | dict(more))

    def tell(self, consumer: Consumer, event: str, nodes: Mapping[str, Any]) -> Delivery:
        """Any other event about a consumer, with the nodes as they go over the wire."""
        if event in WINDOWS and consumer.followed:
            self._open(consumer, WINDOWS[event])
        return self._event(consumer, event, nodes)

    def report(self, consumer: Consumer, event: str, nodes: Mapping[str, Any]) -> Delivery:
        """An event the platform raises about a consumer who did nothing; no retry of it."""
        return self._callbacks.deliver(self._callback(consumer, event, nodes))

    def announce(self, event: str, nodes: Mapping[str, Any]) -> Delivery:
        """An event about the account itself."""
        sender = derived_openid(self._account.app_id, "the sender of mass messages")
        common = self._common(sender, "event") | {"Event": event}
        return self._callbacks.deliver(
            Callback(
                title=f"{event} → {self._account.name}",
                openid=sender,
                xml=xml.render(common | dict(nodes)),
                event=event,
            )
        )

    def retry(self, consumer: Consumer) -> Delivery:
        """The consumer's last callback once more, as after a lost answer. Raises: Impossible."""
        if consumer.last_callback is None:
            raise Impossible("nothing_to_retry", f"{consumer.nickname} has done nothing yet")
        return self._callbacks.deliver_again(consumer.last_callback)

    def _must_follow(self, consumer: Consumer) -> None:
        if not consumer.followed:
            raise _not_following(consumer)
        if consumer.blacklisted:
            raise Impossible("blacklisted", f"{consumer.nickname} is blacklisted")

    def _open(self, consumer: Consumer, action: Action) -> None:
        open_window(consumer, action, self._assumed, clock=self._clock)

    def _event(self, consumer: Consumer, event: str, nodes: Mapping[str, Any]) -> Delivery:
        consumer.last_callback = self._callback(consumer, event, nodes)
        return self._callbacks.deliver(consumer.last_callback)

    def _callback(self, consumer: Consumer, event: str, nodes: Mapping[str, Any]) -> Callback:
        common = self._common(consumer.openid, "event")
        return Callback(
            title=f"{event} → {self._account.name}",
            openid=consumer.openid,
            xml=xml.render(common | {"Event": event} | dict(nodes)),
            event=event,
            consumer_id=consumer.id,
        )

    def _common(self, openid: str, kind: str) -> dict[str, Any]:
        return {
            "ToUserName": self._account.original_id,
            "FromUserName": openid,
            "CreateTime": self._clock.now(),
            "MsgType": kind,
        }


def _not_following(consumer: Consumer) -> Impossible:
    return Impossible("not_following", f"{consumer.nickname} does not follow the account")


def _no_key(consumer: Consumer) -> dict[str, Any]:
    return {} if consumer.omits_optional_nodes else {"EventKey": ""}
