"""What is forgotten of a member whose account is deleted, table by table.

What stays names nobody: orders with their lines, entries, redemptions, coupons, gifts without their
words, invitations, visits, final lists of boards, consents with the version of their words. What
platforms tell of themselves, such as the list of a group that she has not left, they go on to tell.
"""

from collections.abc import Sequence
from datetime import datetime

from models import db

# In this order: by her identities it is found what she said, and what she subscribed to.
_BY_IDENTITY = """
WITH hers AS MATERIALIZED (
    SELECT id, kind, scope, value FROM identity WHERE customer_id = ANY($1::bigint[])
), said AS (
    UPDATE inbound_event SET body = '', reply = NULL, sender = '',
        state = CASE WHEN state = 'parked' THEN 'dropped' ELSE state END,
        error = CASE WHEN error IS NOT NULL THEN 'account_deleted' END
    FROM hers JOIN connection ON connection.scope = hers.scope
    WHERE sender = hers.value AND connection_id = connection.id AND worked_at IS NOT NULL
), subscribed AS (
    DELETE FROM subscription USING hers
    WHERE hers.kind = 'openid' AND app_id = hers.scope AND openid = hers.value
), accepted AS (
    DELETE FROM acceptance USING hers
    WHERE hers.kind = 'openid' AND app_id = hers.scope AND openid = hers.value
), welcomed AS (
    DELETE FROM welcome USING hers
    WHERE hers.kind = 'wecom_contact' AND corp_id = hers.scope AND external_user_id = hers.value
), served AS (
    DELETE FROM desk_session USING hers, help_desk
    WHERE hers.kind = 'wecom_contact' AND help_desk.corp_id = hers.scope
      AND desk_id = help_desk.id AND external_user_id = hers.value
), tagged AS (
    DELETE FROM tagging USING hers
    WHERE hers.kind = 'wecom_contact' AND corp_id = hers.scope AND external_user_id = hers.value
), met AS (
    DELETE FROM acquaintance USING hers
    WHERE hers.kind = 'wecom_contact' AND corp_id = hers.scope AND external_user_id = hers.value
), shown AS (
    DELETE FROM member_code_use USING hers WHERE identity_id = hers.id
)
DELETE FROM identity WHERE id = ANY(ARRAY(SELECT id FROM hers))
"""

_NAMES = (
    "DELETE FROM shopper_session WHERE customer_id = ANY($1::bigint[])",
    "DELETE FROM likeness WHERE customer_id = ANY($1::bigint[])",
    "DELETE FROM profile WHERE customer_id = ANY($1::bigint[])",
    "DELETE FROM survey_answer WHERE member_id = ANY($1::bigint[])",
    # Where she was is counted without her name; where she was to come, her place is free.
    "DELETE FROM event_signup WHERE member_id = ANY($1::bigint[]) AND came_at IS NULL",
    "DELETE FROM cart WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM referral_code WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM invitation WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM community_task WHERE member_id = ANY($1::bigint[])",
    # How many a mass send reached is counted without her.
    "UPDATE mass_send_target SET member_id = NULL, address = 'deleted:' || id"
    " WHERE member_id = ANY($1::bigint[])",
    "UPDATE merge SET evidence = '' WHERE root_id = ANY($1::bigint[]) OR other_id = ANY($1)",
    "UPDATE gift SET words = '', giver_name = '' WHERE member_id = ANY($1::bigint[])",
    "UPDATE store_order SET openid = '' WHERE member_id = ANY($1::bigint[])",
    "UPDATE redemption_payment SET openid = '' FROM redemption"
    " WHERE redemption.id = redemption_id AND member_id = ANY($1::bigint[])",
    # Once the platform heard that she left, it is not asked under her name any more.
    "UPDATE pass_binding SET value = 'deleted:' || id"
    " WHERE customer_id = ANY($1::bigint[]) AND ended_at IS NOT NULL AND NOT end_to_tell",
)

# Counted anew she is nobody, and on no board: only her orders and entries say what was.
_FIGURES = (
    "DELETE FROM standing WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM held_tier WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM bought_day WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM bought_goods WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM score WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM rank_before WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM check_in WHERE member_id = ANY($1::bigint[])",
    "DELETE FROM snapshot_member WHERE member_id = ANY($1::bigint[])",
    "UPDATE referral SET changes_at = NULL WHERE invitee_id = ANY($1::bigint[])",
)

_AT = (
    # Under a name of ours: what a group reached with her orders, its others keep.
    "UPDATE community_member SET external_user_id = 'deleted:' || id, unionid = NULL, name = '',"
    " left_at = coalesce(left_at, $2) WHERE customer_id = ANY($1::bigint[])",
    "UPDATE member SET deleted_at = $2, idle_expires_at = NULL WHERE id = ANY($1::bigint[])",
    "UPDATE product_review SET taken_back_at = $2, text = ''"
    " WHERE member_id = ANY($1::bigint[]) AND taken_back_at IS NULL",
    "UPDATE shipment SET sealed_address = NULL, erased_at = $2 FROM redemption"
    " WHERE redemption.id = redemption_id AND member_id = ANY($1::bigint[])"
    " AND sealed_address IS NOT NULL",
    # What became of a cash coupon that is hers at WeChat Pay is not asked any more.
    "UPDATE pay_coupon SET openid = '', look_at = NULL,"
    " state = CASE WHEN pay_coupon.state = 'usable' THEN 'expired' ELSE pay_coupon.state END,"
    " ends_at = CASE WHEN pay_coupon.state = 'usable' THEN least(ends_at, $2) ELSE ends_at END"
    " FROM redemption WHERE redemption.id = redemption_id AND member_id = ANY($1::bigint[])",
    # One that its shop is being asked for now may be given to her there, and is known here no more.
    "UPDATE shop_coupon SET name = CASE WHEN state = 'sent' THEN '' END,"
    " state = CASE WHEN state IN ('waiting', 'asked') THEN 'withdrawn' ELSE state END,"
    " below_at = CASE WHEN state = 'asked' THEN NULL ELSE below_at END,"
    " ended_at = CASE WHEN state IN ('waiting', 'asked') THEN $2 ELSE ended_at END"
    " WHERE member_id = ANY($1::bigint[])",
    # What was handed to a platform at this moment cannot be called back.
    "UPDATE delivery SET address = '',"
    " message = jsonb_build_object('kind', 'text', 'text', ''),"
    " state = CASE state WHEN 'planned' THEN 'lapsed' WHEN 'sending' THEN 'unknown'"
    " ELSE state END,"
    " error = CASE WHEN state IN ('planned', 'sending') THEN 'account_deleted' ELSE error END,"
    " leased_until = NULL, ended_at = coalesce(ended_at, $2)"
    " WHERE customer_id = ANY($1::bigint[])",
)


async def forget(ids: Sequence[int], *, at: datetime) -> None:
    """Forget who these customers were; the caller holds their rows."""
    hers = list(ids)
    await db.fetch(_BY_IDENTITY, hers)
    for statement in (*_NAMES, *_FIGURES):
        await db.fetch(statement, hers)
    for statement in _AT:
        await db.fetch(statement, hers, at)
