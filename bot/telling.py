"""From what was heard of whom to the reply, as far as nothing has to be done for it."""

from datetime import datetime

import msgspec
from msgspec import Struct

from bot import router
from bot.turn import HandOver, Language, Reply, Say, Silence, Turn
from loyalty.customers import Sender
from loyalty.inbox import Arrival
from web.context import Account, Context
from web.logs import log
from wechat import replies
from wechat.inbound import Inbound

NAME_LIMIT = 64


class Heard(Struct, frozen=True):
    """One message or event that an account was sent; ``body`` as it is kept, ``nonce`` if known."""

    account: Account
    inbound: Inbound
    body: bytes
    nonce: str | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Whose it is: app id and openid."""
        return self.account.connection.scope, self.inbound.from_user

    def arrival(self, reply: bytes | None = None) -> Arrival:
        """Return what is stored of it."""
        inbound = self.inbound
        return Arrival(
            connection_id=self.account.connection.id,
            event_key=inbound.dedupe_key,
            kind=f"event:{inbound.event}" if inbound.event else inbound.kind,
            sender=inbound.from_user,
            body=self.body,
            nonce=self.nonce,
            reply=reply,
        )


def turn_of(
    name: tuple[str, str],
    inbound: Inbound,
    sender: Sender,
    *,
    at: datetime,
    is_new: bool = False,
    more: str = "",
) -> Turn:
    """Return the turn of a sender under a name, in the language that she writes now."""
    app_id, openid = name
    return Turn(
        customer_id=sender.customer_id,
        openid=openid,
        app_id=app_id,
        inbound=inbound,
        language=_language(inbound, sender.language),
        at=at,
        is_new=is_new,
        with_agent=sender.with_agent_until is not None and sender.with_agent_until > at,
        balance=sender.balance,
        more=more,
        boost=sender.boost,
    )


def _language(inbound: Inbound, known: str) -> Language:
    kept: Language = "en" if known == "en" else "zh"
    if inbound.kind == "event":
        return kept
    return router.language_of(router.said(inbound), otherwise=kept)


def told(heard: Heard, sender: Sender | None, *, at: datetime) -> bytes | None:
    """Return the reply, rendered; None where something has to be done first.

    That is: meet her, remember her language, or run an intent that acts. An intent that breaks here
    breaks again when its event is worked, and is told of there.
    """
    found = router.find(heard.inbound)
    if sender is None:
        return None
    more = found.more if found else ""
    turn = turn_of(heard.name, heard.inbound, sender, at=at, more=more)
    if turn.language != sender.language:
        return None
    try:
        if found is None:
            reply = _silence(heard.inbound)
        elif router.only_tells(found.handler):
            reply = found.handler(turn)
        else:
            return None
        return rendered(reply, heard.inbound, at=at)
    except Exception:
        return None


def miniprogram_of(context: Context) -> str:
    """Return the one mini-program that links can mean; none where there are several."""
    app_ids = context.miniprograms
    return next(iter(app_ids)) if len(app_ids) == 1 else ""


async def replied(turn: Turn) -> Reply:
    """Run the intent of a turn."""
    found = router.find(turn.inbound)
    if found is None:
        return _silence(turn.inbound)
    answer = found.handler(msgspec.structs.replace(turn, more=found.more))
    return answer if isinstance(answer, Reply) else await answer


def _silence(inbound: Inbound) -> Reply:
    kind, what = inbound.kind, inbound.event
    log.info("event_unanswered", kind=kind[:NAME_LIMIT], what=what[:NAME_LIMIT])
    return Silence()


def rendered(reply: Reply, inbound: Inbound, *, at: datetime) -> bytes:
    """Return a reply as the platform takes it, plain."""
    if isinstance(reply, Say):
        return replies.text(inbound, reply.text, at=at)
    if isinstance(reply, HandOver):
        return replies.transfer_customer_service(inbound, at=at)
    return replies.nothing()
