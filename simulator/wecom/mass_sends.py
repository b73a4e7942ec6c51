"""Mass sends (企业群发): tasks of the app that reach nobody before a staff member confirms (C9)."""

import base64
import calendar
import datetime as dt
import os
from collections.abc import Iterable, Iterator

import msgspec

from simulator.actions import Impossible
from simulator.assumed import Assumed
from simulator.clock import SHANGHAI, Clock
from simulator.errors import Refused

DAY = 86_400
NOT_SENT, SENT, NO_CONTACT, HAD_ANOTHER = 0, 1, 2, 3


class Target(msgspec.Struct):
    """A contact, or a group, whom one staff member is to write to."""

    user_id: str
    external_user_id: str = ""
    chat_id: str = ""
    consumer_id: str = ""
    status: int = NOT_SENT
    sent_at: int = 0


class MassSend(msgspec.Struct):
    """One task; `confirmed` says when each staff member sent it."""

    msgid: str
    chat_type: str
    created_at: int
    text: str
    pictures: tuple[str, ...]
    targets: list[Target]
    confirmed: dict[str, int] = {}
    reminded_at: list[int] = []
    is_cancelled: bool = False

    @property
    def senders(self) -> list[str]:
        """The staff who are asked to send it."""
        return list(dict.fromkeys(target.user_id for target in self.targets))


class MassSends:
    """The tasks that the app made, by msgid."""

    def __init__(self, sends: dict[str, MassSend], assumed: Assumed, clock: Clock) -> None:
        self.by_msgid = sends
        self._assumed = assumed
        self._clock = clock

    def add(
        self, chat_type: str, text: str, pictures: tuple[str, ...], targets: list[Target]
    ) -> MassSend:
        """A new task. Raises: Refused 41048 where nobody of its targets may have any more."""
        if not any(self._may_have(target) for target in targets):
            raise Refused(41048)
        msgid = "msg" + base64.urlsafe_b64encode(os.urandom(24)).decode()
        send = MassSend(msgid, chat_type, self._clock.now(), text, pictures, targets)
        self.by_msgid[msgid] = send
        return send

    def get(self, msgid: str) -> MassSend:
        """A task. Raises: Refused 41046, 41047, 41063: it is being dispatched."""
        if not msgid:
            raise Refused(41046)
        if msgid not in self.by_msgid:
            raise Refused(41047)
        send = self.by_msgid[msgid]
        if self._clock.now() - send.created_at < self._assumed.send_dispatch_seconds:
            raise Refused(41063)
        return send

    def waiting(self, user_id: str) -> Iterator[MassSend]:
        """What a staff member is asked to send, newest first."""
        for send in reversed(self.by_msgid.values()):
            if user_id in send.senders and user_id not in send.confirmed and not send.is_cancelled:
                yield send

    def confirm(self, msgid: str, user_id: str, friends: Iterable[str]) -> list[Target]:
        """A staff member sends it to those who are still `friends`; the ones who get it.

        Raises: Impossible.
        """
        send = next((one for one in self.waiting(user_id) if one.msgid == msgid), None)
        if send is None:
            raise Impossible("no_such_send", "there is nothing to send")
        now, known, sent = self._clock.now(), set(friends), []
        send.confirmed[user_id] = now
        for target in send.targets:
            if target.user_id != user_id:
                continue
            if target.external_user_id and target.external_user_id not in known:
                target.status = NO_CONTACT
            elif not self._may_have(target):
                target.status = HAD_ANOTHER
            else:
                target.status, target.sent_at = SENT, now
                sent.append(target)
        return sent

    def remind(self, msgid: str) -> None:
        """The staff are reminded. Raises: Refused 41046, 41047, 41063, 45009."""
        send, now = self.get(msgid), self._clock.now()
        send.reminded_at = [at for at in send.reminded_at if now - at < DAY]
        if len(send.reminded_at) >= self._assumed.send_reminders_a_day:
            raise Refused(45009)
        send.reminded_at.append(now)

    def cancel(self, msgid: str) -> None:
        """Nobody sends it any more. Raises: Refused 41046, 41047, 41063."""
        self.get(msgid).is_cancelled = True

    def _may_have(self, target: Target) -> bool:
        """Whether a target had fewer than the most of its period (the console's option)."""
        since, most = self._period()
        had = sum(
            one.sent_at >= since
            for send in self.by_msgid.values()
            for one in send.targets
            if one.status == SENT
            and (one.external_user_id, one.chat_id) == (target.external_user_id, target.chat_id)
        )
        return had < most

    def _period(self) -> tuple[int, int]:
        """Since when sends are counted, and how many there may be."""
        today = dt.datetime.fromtimestamp(self._clock.now(), SHANGHAI).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        month = today.replace(day=1)
        match self._assumed.send_rule:
            case "weekly7":
                return int((today - dt.timedelta(days=today.weekday())).timestamp()), 7
            case "daily1":
                return int(today.timestamp()), 1
            case "monthly4":
                return int(month.timestamp()), 4
        return int(month.timestamp()), calendar.monthrange(today.year, today.month)[1]
