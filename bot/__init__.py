"""What customers say to the official account, and what we answer."""
