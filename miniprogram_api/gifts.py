"""Gifts: points or a coupon for a friend, under a name that her phone gives, claimed by a link."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import gifts as verbs
from loyalty import programme
from loyalty.errors import Refused
from loyalty.gifts import FullGift, GiftWish, Links
from loyalty.gifts.cards import PREFIX
from loyalty.gifts.claiming import refusal_of
from loyalty.policies.card import Card
from loyalty.programme import Programme
from loyalty.wording import Worded
from miniprogram_api.paging import PageQuery, cut
from models import GiftKind, GiftState
from web import content, limits
from web.context import Context
from web.gifts import A_FRIEND, card_of, holding, versions_of
from web.languages import Language
from web.limits import Limit
from web.session import Shopper
from web.texts import text
from web.typed import Moment

LINKS = Limit("gift_link", most=60, window_seconds=60)
PAGE = "/pages/gift/gift?link="
PLAIN = "^[^\\x00-\\x1f\\x7f]*$"

CardCode = Annotated[
    str,
    Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40, description="The `code` of a card in season"),
]
Secret = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9_-]{24}$",
        min_length=24,
        max_length=24,
        description="What stands behind `link=` of the page that was shared",
    ),
]
Words = Annotated[str, Meta(max_length=60, pattern=PLAIN, description="Words of her own")]
Name = Annotated[str, Meta(max_length=20, pattern=PLAIN, description="How she signs")]
Points = Annotated[int, Meta(ge=1, le=10**9)]


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """What to send: points, a coupon of mine, or, with neither, the ready gift of that name."""

    points: Points | None = None
    coupon_uuid: UUID | None = None
    card: CardCode | None = None
    words: Words = ""
    giver_name: Name = ""


class GiftCard(Struct, frozen=True):
    """A card that goes with a gift; ``ends_at`` is the end of its season, null where there is none.

    Without a ``picture`` it is drawn in its ``colour``.
    """

    code: str
    name: str
    greeting: str
    picture: str
    colour: str
    ends_at: Moment | None


class Gift(Struct, frozen=True):
    """A gift that I gave or claimed. ``lapses_at`` is until when it can be sent or claimed.

    While it is ``sent``, ``page`` is what I share; it is shown to nobody else. ``is_for_friend``:
    I redeemed it for a friend, so that what comes back is ready to be sent again.
    """

    uuid: UUID
    kind: GiftKind
    points: int | None
    name: str
    worth: str
    conditions: list[str]
    state: GiftState
    card: GiftCard | None
    words: str
    giver_name: str
    is_for_friend: bool
    page: str | None
    sent_at: Moment | None
    lapses_at: Moment
    ended_at: Moment | None


class GiftList(Struct, frozen=True):
    """``next_before`` asks for the next page, and is null on the last."""

    now: Moment
    gifts: list[Gift]
    next_before: UUID | None


class LinkedGift(Struct, frozen=True):
    """The gift of a link, as whoever opens it sees it. ``giver`` is how she signed.

    ``is_mine`` where I claimed it; else ``refusal`` says why I cannot, if so.
    """

    kind: GiftKind
    points: int | None
    name: str
    worth: str
    conditions: list[str]
    card: GiftCard | None
    words: str
    giver: str
    lapses_at: Moment
    is_mine: bool
    code: str | None
    refusal: str | None


async def read_given(shopper: Shopper, query: PageQuery, context: Context) -> GiftList:
    """Read the gifts that I gave: first those that I have yet to send, then the newest."""
    at = context.clock()
    found = await verbs.given_by(
        shopper.customer_id, before=query.before, limit=query.limit + 1, at=at
    )
    links = Links(context.sealer)
    return await _page(found, query.limit, at=at, language=shopper.language, links=links)


async def read_claimed(shopper: Shopper, query: PageQuery, context: Context) -> GiftList:
    """Read the gifts that I claimed, newest first."""
    at = context.clock()
    found = await verbs.claimed_by(
        shopper.customer_id, before=query.before, limit=query.limit + 1, at=at
    )
    return await _page(found, query.limit, at=at, language=shopper.language)


async def read(shopper: Shopper, context: Context, uuid: UUID) -> Gift:
    """Read one of the gifts that I gave.

    Raises:
        NotFound: ``no_such_gift``.
    """
    gift = await verbs.find(uuid, member_id=shopper.customer_id, at=context.clock())
    return await _one(gift, shopper, context)


async def send(
    shopper: Shopper, context: Context, uuid: UUID, body: Wish, request: web.Request
) -> Gift:
    """Send a gift: what it holds leaves my hands now, and ``page`` is what I share with a friend.

    Name it by a UUID of your own, or by that of a gift that is ready, and send the same again when
    in doubt: it is answered as it stands. What I write is looked at by WeChat first.

    Raises:
        NotFound: ``no_such_gift``, ``no_such_coupon``, ``no_such_card``.
        Conflict: ``key_reused``: this name stands for something else.
        Refused: ``not_enough_points``, ``gift_points_limit``, ``gift_points_too_new``,
            ``gifts_of_today_sent``, ``too_new_for_gifts``, ``gift_holds_two_things``,
            ``coupon_not_giftable``, ``coupon_locked``, ``coupon_given``, ``coupon_used``,
            ``coupon_void``, ``coupon_expired``, ``content_not_allowed``, ``content_doubtful``.
        Unavailable: ``content_check_away``.
        NotSignedIn: ``session_expired``: WeChat did not see me for two hours.
        TooManyRequests: ``too_many_requests``.
    """
    if body.points is not None and body.coupon_uuid is not None:
        raise Refused("gift_holds_two_things")
    at, wish = context.clock(), _wish(body)
    gift = await verbs.sent_before(shopper.customer_id, uuid, wish, at=at)
    if gift is None:
        await content.check(f"{wish.words}\n{wish.giver_name}", shopper, request=request)
        links = Links(context.sealer)
        gift = await verbs.send(shopper.customer_id, uuid, wish, links=links, at=at)
    return await _one(gift, shopper, context)


async def take_back(shopper: Shopper, context: Context, uuid: UUID) -> Gift:
    """Take back a gift that nobody claimed yet; taking it back again changes nothing.

    Points go back to where they came from, with their old expiry.

    Raises:
        NotFound: ``no_such_gift``.
        Refused: ``gift_claimed``, ``gift_not_sent``.
    """
    gift = await verbs.take_back(shopper.customer_id, uuid, at=context.clock())
    return await _one(gift, shopper, context)


async def open_link(
    shopper: Shopper, context: Context, secret: Secret, request: web.Request
) -> LinkedGift:
    """Look at the gift of a link that somebody shared with me.

    Raises:
        NotFound: ``no_such_gift``.
        TooManyRequests: ``too_many_requests``.
    """
    await limits.check(request, LINKS, caller=str(shopper.customer_id))
    gift = await verbs.look(secret, at=context.clock())
    return await _linked(gift, shopper)


async def claim(
    shopper: Shopper, context: Context, secret: Secret, request: web.Request
) -> LinkedGift:
    """Claim the gift of a link; claiming it again changes nothing.

    Points keep the expiry that they had with the giver, a coupon its conditions and expiry.

    Raises:
        NotFound: ``no_such_gift``.
        Refused: ``gift_is_yours``, ``gift_claimed``, ``gift_over``, ``received_points_limit``.
        TooManyRequests: ``too_many_requests``.
    """
    await limits.check(request, LINKS, caller=str(shopper.customer_id))
    gift = await verbs.claim(shopper.customer_id, secret, at=context.clock())
    return await _linked(gift, shopper)


def _wish(body: Wish) -> GiftWish:
    return GiftWish(
        points=body.points,
        coupon_uuid=body.coupon_uuid,
        card_slot=PREFIX + body.card if body.card else None,
        words=body.words.strip(),
        giver_name=body.giver_name.strip(),
    )


async def _page(
    found: Sequence[FullGift],
    limit: int,
    *,
    at: datetime,
    language: Language,
    links: Links | None = None,
) -> GiftList:
    shown, next_before = cut(found, limit)
    rules = await programme.recent(knowing=versions_of(shown))
    gifts = [_told(one, rules, language=language, links=links) for one in shown]
    return GiftList(at, gifts, next_before)


async def _one(gift: FullGift, shopper: Shopper, context: Context) -> Gift:
    rules = await programme.recent(knowing=versions_of([gift]))
    return _told(gift, rules, language=shopper.language, links=Links(context.sealer))


def _told(
    gift: FullGift, rules: Programme, *, language: Language, links: Links | None = None
) -> Gift:
    held = holding(gift, rules)
    is_open = links is not None and gift.state is GiftState.SENT
    return Gift(
        uuid=gift.uuid,
        kind=gift.kind,
        points=gift.points,
        name=held.name.spoken(language),
        worth=held.worth.spoken(language),
        conditions=[one.spoken(language) for one in held.conditions],
        state=gift.state,
        card=_card_of(gift, rules, language),
        words=gift.words,
        giver_name=gift.giver_name,
        is_for_friend=gift.is_for_friend,
        page=PAGE + links.secret(gift.uuid) if links and is_open else None,
        sent_at=gift.sent_at,
        lapses_at=gift.lapses_at,
        ended_at=gift.ended_at,
    )


async def _linked(gift: FullGift, shopper: Shopper) -> LinkedGift:
    rules, language = await programme.recent(knowing=versions_of([gift])), shopper.language
    held, refusal = holding(gift, rules), refusal_of(gift, shopper.customer_id)
    return LinkedGift(
        kind=gift.kind,
        points=gift.points,
        name=held.name.spoken(language),
        worth=held.worth.spoken(language),
        conditions=[one.spoken(language) for one in held.conditions],
        card=_card_of(gift, rules, language),
        words=gift.words,
        giver=gift.giver_name or A_FRIEND.spoken(language),
        lapses_at=gift.lapses_at,
        is_mine=gift.claimed_by == shopper.customer_id,
        code=refusal.code if refusal else None,
        refusal=text(refusal.code, language, refusal.figures) if refusal else None,
    )


def _card_of(gift: FullGift, rules: Programme, language: Language) -> GiftCard | None:
    card = card_of(gift, rules)
    if card is None or gift.card_slot is None:
        return None
    return described(gift.card_slot, card, language)


def described(slot: str, card: Card, language: Language) -> GiftCard:
    return GiftCard(
        code=slot.removeprefix(PREFIX),
        name=Worded(card.name_zh, card.name_en).spoken(language),
        greeting=Worded(card.greeting_zh, card.greeting_en).spoken(language),
        picture=card.picture,
        colour=card.colour,
        ends_at=None,
    )
