"""How a command says no: in one line, with the exit status of a refusal."""

import sys


def refused(said: str) -> int:
    """Say on standard error why a command does nothing, and return its exit status."""
    print(f"jifen: {said}", file=sys.stderr)
    return 1
