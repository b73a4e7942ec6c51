"""The brand's products from a file: a table that staff keep, or that a shop exports."""
