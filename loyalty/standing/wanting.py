"""What she lacks, in the figures that a person reads."""

from collections.abc import Sequence

from loyalty.errors import Refused
from loyalty.facts import Facts
from loyalty.policies.tiers import Tiers


def explained(refusals: Sequence[Refused], facts: Facts, tiers: Tiers) -> list[Refused]:
    """Return refusals of conditions, with the tier that is wanted and what is short of it.

    ``tier_too_low`` gets ``tier_zh``, ``tier_en``, ``missing_fen`` and ``missing_yuan``.
    """
    return [_of_tier(one, facts, tiers) if one.code == "tier_too_low" else one for one in refusals]


def _of_tier(refusal: Refused, facts: Facts, tiers: Tiers) -> Refused:
    rank = refusal.figures["wanted_rank"]
    assert isinstance(rank, int)
    wanted = tiers.tiers[min(rank, len(tiers.tiers) - 1)]
    missing_fen = max(0, wanted.from_fen - facts.spent_fen)
    return Refused(
        refusal.code,
        **refusal.figures,
        tier_zh=wanted.name_zh,
        tier_en=wanted.name_en,
        missing_fen=missing_fen,
        missing_yuan=_yuan(missing_fen),
    )


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return f"{yuan:,}.{rest:02}" if rest else f"{yuan:,}"
