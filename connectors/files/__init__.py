"""Purchases from the files that merchants export, and from any table by a small mapping file."""
