"""Ways in for purchases: one folder a shop, platform or kind of file, found by its name."""
