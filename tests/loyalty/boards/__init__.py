"""Leaderboards: their seasons, prizes, sources and groups."""
