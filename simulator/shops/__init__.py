"""Shops on platforms: what is bought there, and how each platform tells it."""
