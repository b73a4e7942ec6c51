"""Ladders: who spends so much gets a coupon at a shop on a platform, which the platform keeps.

``follow`` compares what members reached with what they have, under their locks, whenever they are
derived again. What the platform has to be asked is written first, then asked, then noted:
``batches`` are its making of the coupons, ``handing`` is whom it gives them to. Where its answer
was lost, the outcome is asked for, and nothing is asked for twice blindly.
"""

from loyalty.ladders.following import follow
from loyalty.ladders.reading import LadderProgress, RungProgress, progress

__all__ = ["LadderProgress", "RungProgress", "follow", "progress"]
