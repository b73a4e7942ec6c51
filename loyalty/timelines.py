"""What happened to one member, newest first, each with its reason: why this tier, these points."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from loyalty.roots import HER_IDS
from models import db


class Happened(Struct, frozen=True):
    """One line: ``kind`` says what, ``told`` holds its figures and its reason."""

    at: datetime
    kind: str
    told: dict[str, Any]


_TIMELINE = f"""
(SELECT at, 'points' AS kind, jsonb_build_object('movement', entry.kind, 'available', available,
        'pending', pending, 'debt', debt, 'cause', cause,
        'rule_version_id', rule_version_id, 'slot', slot, 'version', version,
        'breakdown', breakdown) AS told
 FROM entry LEFT JOIN rule_version ON rule_version.id = rule_version_id
 WHERE member_id = ANY({HER_IDS}) AND (available, pending, debt) <> (0, 0, 0)
 ORDER BY number DESC LIMIT $2)
UNION ALL
(SELECT paid_at, 'purchase', jsonb_build_object('number', purchase.number,
        'shop', nullif(shop.name, shop.code), 'shop_kind', shop.kind, 'paid_fen', paid_fen,
        'refunded_fen', refunded_fen, 'state', state, 'points', points_earned)
 FROM purchase JOIN shop ON shop.id = shop_id WHERE customer_id = ANY({HER_IDS})
 ORDER BY paid_at DESC LIMIT $2)
UNION ALL
(SELECT issued_at, 'coupon', jsonb_build_object('rule_version_id', rule_version_id,
        'state', state, 'reason', reason)
 FROM coupon WHERE member_id = ANY({HER_IDS}) ORDER BY issued_at DESC LIMIT $2)
UNION ALL
(SELECT redeemed_at, 'redemption', jsonb_build_object('rule_version_id', rule_version_id,
        'points', points, 'with_coupon', with_coupon_id IS NOT NULL,
        'state', redemption.state,
        'by', (SELECT name FROM staff_member WHERE id = handed_over_by),
        'pay_coupon', CASE WHEN pay_coupon.coupon_id IS NOT NULL THEN pay_coupon.state
                           WHEN pay_coupon.due_at IS NOT NULL THEN 'waiting' END,
        'pay_coupon_ends_at', pay_coupon.ends_at)
 FROM redemption LEFT JOIN pay_coupon ON pay_coupon.redemption_id = redemption.id
 WHERE member_id = ANY({HER_IDS}) ORDER BY redeemed_at DESC LIMIT $2)
UNION ALL
(SELECT checked_in_at, 'check_in', '{{}}'::jsonb
 FROM check_in WHERE member_id = ANY({HER_IDS}) ORDER BY on_day DESC LIMIT $2)
UNION ALL
(SELECT visited_at, 'shop_visit', jsonb_build_object('shop', shop.name, 'way', way,
        'points', points, 'reason', reason)
 FROM shop_visit JOIN shop ON shop.id = shop_id
 WHERE member_id = ANY({HER_IDS}) ORDER BY visited_at DESC LIMIT $2)
UNION ALL
(SELECT visited_at, 'live_visit', jsonb_build_object('zh', name_zh, 'en', name_en,
        'points', points, 'reason', reason)
 FROM live_visit JOIN live_room ON live_room.id = room_id
 WHERE member_id = ANY({HER_IDS}) ORDER BY visited_at DESC LIMIT $2)
UNION ALL
(SELECT coalesce(came_at, signed_up_at), 'event', jsonb_build_object('slot', slot,
        'points', points, 'state', CASE WHEN came_at IS NOT NULL THEN 'came'
        WHEN left_at IS NOT NULL THEN 'left' WHEN placed_at IS NOT NULL THEN 'placed'
        ELSE 'waiting' END)
 FROM event_signup WHERE member_id = ANY({HER_IDS}) ORDER BY 1 DESC LIMIT $2)
UNION ALL
(SELECT coalesce(undone_at, claimed_at), 'claim', jsonb_build_object(
        'rule_version_id', rule_version_id, 'round', round, 'step', step,
        'undone', undone_at IS NOT NULL)
 FROM challenge_claim WHERE member_id = ANY({HER_IDS}) ORDER BY 1 DESC LIMIT $2)
UNION ALL
(SELECT coalesce(undone_at, given_at), 'milestone', jsonb_build_object(
        'rule_version_id', rule_version_id, 'name', name, 'undone', undone_at IS NOT NULL,
        'reached_at', reached_at)
 FROM milestone_reached WHERE member_id = ANY({HER_IDS}) ORDER BY 1 DESC LIMIT $2)
UNION ALL
(SELECT coalesce(ended_at, asked_at, given_at), 'shop_coupon', jsonb_build_object(
        'rule_version_id', rule_version_id, 'coupon_fen', coupon_fen, 'state', state,
        'below', below_at IS NOT NULL)
 FROM shop_coupon WHERE member_id = ANY({HER_IDS}) ORDER BY 1 DESC LIMIT $2)
UNION ALL
(SELECT planned_at, 'delivery', jsonb_build_object('channel', channel, 'state', state,
        'key', key, 'error', error)
 FROM delivery WHERE customer_id = ANY({HER_IDS}) ORDER BY planned_at DESC LIMIT $2)
UNION ALL
(SELECT sent_at, 'mass_send', jsonb_build_object('uuid', mass_send.uuid, 'name', mass_send.name,
        'by', coalesce((SELECT name FROM staff_member WHERE wecom_user_id = user_id LIMIT 1),
                       user_id))
 FROM mass_send_target AS target JOIN mass_send_part AS part ON part.id = part_id
 JOIN mass_send ON mass_send.id = mass_send_id
 WHERE member_id = ANY({HER_IDS}) AND target.state = 'sent' ORDER BY sent_at DESC LIMIT $2)
UNION ALL
(SELECT tier_since, 'tier', jsonb_build_object('tier', tier, 'spent_fen', spent_fen,
        'orders', orders)
 FROM standing WHERE member_id = $1)
UNION ALL
(SELECT joined_at, 'joined', jsonb_build_object('through', joined_through)
 FROM member WHERE id = $1)
ORDER BY 1 DESC, 2 LIMIT $2
"""


async def of(member_id: int, *, limit: int = 100) -> list[Happened]:
    """Return a member's newest happenings."""
    rows = await db.fetch(_TIMELINE, member_id, limit)
    return [Happened(row["at"], row["kind"], msgspec.json.decode(row["told"])) for row in rows]
