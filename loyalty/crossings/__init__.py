"""Milestones that members reach: their rewards given once, and undone where an order is given back.

``follow`` compares what members have reached, by all that they bought, with what they were given
for it. It runs under their locks whenever they are derived again, so nothing is lost by a crash.
"""

from loyalty.crossings.following import follow
from loyalty.crossings.reading import MilestoneProgress, due, progress

__all__ = ["MilestoneProgress", "due", "follow", "progress"]
