"""What staff do with a review: hide it with a reason, or show it again; both are noted."""

from datetime import datetime
from uuid import UUID

from loyalty import reasons
from loyalty.again import in_transaction
from loyalty.errors import NotFound
from models import ProductReviewDeedKind, db

_LOCK = """
SELECT id, hidden_at FROM product_review WHERE uuid = $1 AND taken_back_at IS NULL FOR UPDATE
"""

_NOTE = """
INSERT INTO product_review_deed (review_id, kind, reason, staff_member_id, done_at)
VALUES ($1, $2, $3, $4, $5)
"""


async def hide(uuid: UUID, *, reason: str, staff_member_id: int, at: datetime) -> None:
    """Let nobody but its member and staff see a review; one that is hidden stays as it is.

    Raises:
        NotFound: ``no_such_review``: none, or it was taken back. Refused: ``reason_missing``.
    """
    deed = (ProductReviewDeedKind.HIDDEN, reasons.written(reason), staff_member_id, at)
    await in_transaction(lambda: _do(uuid, *deed))


async def show_again(uuid: UUID, *, reason: str, staff_member_id: int, at: datetime) -> None:
    """Let all see a review again that was hidden; one that all see stays as it is.

    Raises:
        NotFound: ``no_such_review``: none, or it was taken back. Refused: ``reason_missing``.
    """
    deed = (ProductReviewDeedKind.SHOWN, reasons.written(reason), staff_member_id, at)
    await in_transaction(lambda: _do(uuid, *deed))


async def _do(
    uuid: UUID, kind: ProductReviewDeedKind, reason: str, staff_member_id: int, at: datetime
) -> None:
    rows = await db.fetch(_LOCK, uuid)
    if not rows:
        raise NotFound("no_such_review")
    hides = kind is ProductReviewDeedKind.HIDDEN
    if hides == (rows[0]["hidden_at"] is not None):
        return
    await db.fetch(
        "UPDATE product_review SET hidden_at = $2 WHERE id = $1",
        rows[0]["id"],
        at if hides else None,
    )
    await db.fetch(_NOTE, rows[0]["id"], kind, reason, staff_member_id, at)
