"""What the tests of all shops share."""

import pytest
from msgspec.structs import replace

from connectors.reading import calling
from connectors.tmall_pass import webhook as tmall_pass
from connectors.wechat_pass import webhook as wechat_pass
from simulator.shops import tmall_members, wechat_members


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a platform that is away again at once: the tests wait for no pause that we choose."""
    at_once = replace(calling.LIMITS, backoff_seconds=(0.01,) * 3)
    monkeypatch.setattr(calling, "LIMITS", at_once)


@pytest.fixture(autouse=True)
def _patience_with_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no answer of a busy machine for late; what is late is tested by a budget of nothing."""
    monkeypatch.setattr(tmall_pass, "BUDGET_SECONDS", 60.0)
    monkeypatch.setattr(wechat_pass, "BUDGET_SECONDS", 60.0)
    monkeypatch.setattr(tmall_members, "TIMEOUT_SECONDS", 120.0)
    monkeypatch.setattr(wechat_members, "ANSWER_SECONDS", 120.0)
