"""Before a challenge is published: who would have reached it lately, and at what cost."""

from datetime import datetime
from typing import Any

from console.words.rules import CHOICES
from loyalty.challenges import Challenge
from loyalty.progress import RoundPreview, preview
from web.languages import Language


async def of_challenge(
    draft: Challenge, slot: str, language: Language, *, at: datetime
) -> dict[str, Any]:
    """Return what the page shows: for each round its steps, who is near, and the cost."""
    found = await preview(draft, slot, at=at)
    return {
        "kind": "challenge",
        "every": found.every,
        "rounds": [_round(one, language) for one in found.rounds],
    }


def _round(one: RoundPreview, language: Language) -> dict[str, Any]:
    chosen = 0 if language == "zh" else 1
    name = CHOICES[one.span.name][chosen] if one.span.name in CHOICES else one.span.name
    return {
        "name": name,
        "is_over": one.is_over,
        "points": sum(step.points for step in one.steps),
        "coupons": sum(step.coupons for step in one.steps),
        "steps": [
            {
                "target": step.step.target,
                "reached": step.reached,
                "near": step.near,
                "points": step.points,
                "coupons": step.coupons,
            }
            for step in one.steps
        ],
    }
