"""The demo's secrets are made once, kept for their owner, and grow with the demo."""

import json
from pathlib import Path

import msgspec
import pytest

from jifen.credentials import FILE, keep


def test_they_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first = keep(tmp_path / "new")
    assert keep(tmp_path / "new") == first
    assert (tmp_path / "new" / FILE).stat().st_mode & 0o077 == 0
    assert first.mch_keys.private not in repr(first) + repr(first.mch_keys)


def test_an_older_demo_keeps_what_it_has_and_is_given_what_it_lacks(tmp_path: Path) -> None:
    first = keep(tmp_path)
    told = json.loads((tmp_path / FILE).read_bytes())
    (tmp_path / FILE).write_text(json.dumps({name: told[name] for name in list(told)[:8]}))
    grown = keep(tmp_path)
    assert (grown.master_key, grown.app_secret) == (first.master_key, first.app_secret)
    assert grown.mch_id != "" != grown.pay_keys.public
    assert keep(tmp_path) == grown


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(msgspec.MsgspecError):
        keep(tmp_path)
    assert (tmp_path / FILE).read_text() == "{"
