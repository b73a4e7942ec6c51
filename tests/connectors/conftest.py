"""What the tests of all shops share."""

import pytest
from msgspec.structs import replace

from connectors.reading import calling


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a platform that is away again at once: the tests wait for no pause that we choose."""
    at_once = replace(calling.LIMITS, backoff_seconds=(0.01,) * 3)
    monkeypatch.setattr(calling, "LIMITS", at_once)
