"""What an import brought, in words and sums."""

from collections.abc import Iterator

from connectors.files import reasons, texts
from loyalty.imports import Counts


def sentences(counts: Counts, language: str, *, rows: int, orders: int) -> Iterator[str]:
    """Yield the summary line by line."""

    def said(name: str, **figures: object) -> str:
        return texts.said(name, language, figures)

    yield said("read", rows=f"{rows:,}", orders=f"{orders:,}")
    yield said(
        "recorded",
        recorded=f"{counts.recorded:,}",
        lines=f"{counts.lines:,}",
        unchanged=f"{counts.unchanged:,}",
    )
    if counts.recorded:
        yield said(
            "money",
            paid=money(counts.paid_fen),
            freight=money(counts.freight_fen),
            refunded=money(counts.refunded_fen),
            discount=money(counts.discount_fen),
            points=f"{counts.points:+,}",
        )
    for code, count in sorted(counts.remarks.items()):
        yield said("remark", count=f"{count:,}", reason=texts.remark(code, language))
    for code, count in sorted(counts.skipped.items()):
        yield said("skipped", count=f"{count:,}", reason=texts.skipped(code, language))
    for code, count in sorted(counts.parked.items()):
        yield said("parked", count=f"{count:,}", reason=reasons.heading(code, language))


def money(minor_units: int) -> str:
    """Return an amount in whole units with two decimals."""
    return f"{minor_units // 100:,}.{minor_units % 100:02d}"
