"""Deleting my account (注销账号): what it means, and that I want it."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import deletions as verbs
from loyalty.deletions import HindranceKind
from web.context import Context
from web.logs import log
from web.session import Shopper
from web.typed import Moment

Whole = Annotated[int, Meta(ge=0, le=10**15)]


class Hindrance(Struct, frozen=True):
    """What is to be settled first: how many of a kind, and in my language what to do."""

    kind: HindranceKind
    count: int
    text: str


class Outlook(Struct, frozen=True):
    """What I lose for good, and what stands in the way; an empty list: nothing does.

    ``points`` with those that wait to settle; ``debt`` is let off. ``redemptions`` are not fetched
    or used up yet, ``gifts`` not sent.
    """

    points: int
    debt: int
    coupons: int
    redemptions: int
    gifts: int
    hindrances: list[Hindrance]


class DeletionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """That I want it: the words, and the points and coupons that I was told I lose."""

    confirmation: Annotated[
        Literal["delete my account"],
        Meta(description="These words, so that none sends it unawares"),
    ]
    points: Whole
    coupons: Whole


class Deletion(Struct, frozen=True):
    """My account was deleted, and this session is over."""

    deleted_at: Moment


async def read(shopper: Shopper, context: Context) -> Outlook:
    """Read what I would lose with my account, and what is to be settled first."""
    told = await verbs.outlook(shopper.customer_id, at=context.clock())
    return Outlook(
        points=told.points,
        debt=told.debt,
        coupons=told.coupons,
        redemptions=told.redemptions,
        gifts=told.gifts,
        hindrances=[
            Hindrance(one.kind, one.count, one.words.spoken(shopper.language))
            for one in told.hindrances
        ],
    )


async def delete(shopper: Shopper, context: Context, uuid: UUID, body: DeletionBody) -> Deletion:
    """Delete my account, under a name of my phone's. It cannot be undone.

    My sessions end everywhere: asked again, it is 401 ``session_unknown``, and it is done. Where I
    would lose something else by now than I was told, nothing happens: read it again.

    Raises:
        Refused: ``deletion_hindered``.
        Conflict: ``deletion_changed``; ``key_reused``: this name stands for another's.
            ``member_was_merged``: sign in again.
    """
    done = await verbs.delete(
        shopper.customer_id,
        uuid,
        at=context.clock(),
        expected=(body.points, body.coupons),
    )
    log.info("account_deleted", customer_id=shopper.customer_id, way=done.way.value)
    return Deletion(done.done_at)
