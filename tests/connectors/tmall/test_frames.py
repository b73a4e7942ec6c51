"""Frames of the message service, byte for byte, and bytes that are none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tmall import frames
from connectors.tmall.frames import Frame, FrameBroken
from simulator.shops import tmc_frames

PULL = bytes.fromhex("0202050003000000746f6b0100060000005f5f6b696e6402010000")
CONFIRM = bytes.fromhex(
    "0202" "0500" "03000000" "746f6b" "0100" "06000000" "5f5f6b696e64" "0202"
    "0100" "02000000" "6964" "05" "ffffffffffffff7f" "0000"
)  # fmt: skip


def test_asking_and_confirming_are_these_bytes() -> None:
    assert frames.encoded(Frame(frames.SEND, {frames.KIND: frames.PULL}, "tok")) == PULL
    confirm = Frame(frames.SEND, {frames.KIND: frames.CONFIRM, "id": 2**63 - 1}, "tok")
    assert frames.encoded(confirm) == CONFIRM
    assert frames.decoded(CONFIRM) == confirm


def test_every_form_of_a_value_and_every_header_is_read() -> None:
    told = b"".join(
        [
            bytes.fromhex("0201"),
            bytes.fromhex("020066000000"),  # status code
            bytes.fromhex("030003000000") + "林".encode(),  # status phrase
            bytes.fromhex("040001000000"),  # flag
            b"\1\0\1\0\0\0a\0",  # nothing
            b"\1\0\1\0\0\0b\3\xfe\xff",  # two bytes
            b"\1\0\1\0\0\0c\4\xff\xff\xff\xff",  # four
            b"\1\0\1\0\0\0d\6\1\0\0\0\0\0\0\0",  # a moment
            b"\1\0\1\0\0\0e\7\2\0\0\0xy",  # bytes
            b"\0\0",
        ]
    )
    frame = frames.decoded(told)
    assert (frame.kind, frame.status_code, frame.status_phrase) == (frames.CONNECTACK, 102, "林")
    assert frame.content == {"a": None, "b": -2, "c": -1, "d": 1, "e": b"xy"}


@pytest.mark.parametrize(
    "told",
    [b"", b"\2", PULL[:-1], PULL[:9], b"\2\2\7\0", b"\2\2\5\0\xff\xff\xff\xff\0\0",
     b"\2\2\5\0\xff\xff\xff\x7f\0\0", b"\2\2\1\0\1\0\0\0a\x09\0\0", b"\2\2\5\0\1\0\0\0\xff\0\0"],
)  # fmt: skip
def test_bytes_that_are_no_frame_are_refused(told: bytes) -> None:
    with pytest.raises(FrameBroken):
        frames.decoded(told)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_refused(told: bytes) -> None:
    with suppress(FrameBroken):
        frames.decoded(told)


VALUES = st.none() | st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1)


@given(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=5), st.text(max_size=8))
def test_what_the_simulator_packs_is_read_and_the_other_way(
    content: dict[str, str | int | None], token: str
) -> None:
    packed = tmc_frames.packed(tmc_frames.SEND, content, token=token)
    frame = frames.decoded(packed)
    assert (frame.kind, frame.content, frame.token) == (frames.SEND, content, token)
    ours = frames.encoded(Frame(frames.SEND, content, token))
    assert tmc_frames.unpacked(ours) == (tmc_frames.SEND, content, token)
