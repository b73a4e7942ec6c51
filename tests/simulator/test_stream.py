"""The stream of happenings, and readers too slow for it."""

from simulator.stream import QUEUED_EVENTS, Stream


def test_a_reader_too_slow_is_ended_and_nobody_else_is() -> None:
    stream = Stream()
    with stream.reader() as slow, stream.reader() as quick:
        for number in range(QUEUED_EVENTS + 1):
            stream.publish("bubble", {"number": number})
            assert quick.get_nowait() is not None
        queued = [slow.get_nowait() for _ in range(slow.qsize())]
        assert queued[-1] is None
        stream.publish("bubble", {})
        assert slow.empty()
        assert not quick.empty()


def test_what_was_missed_comes_in_order_and_ids_grow() -> None:
    stream = Stream()
    with stream.reader() as reader:
        for number in range(3):
            stream.publish("bubble", number)
        first, *later = [reader.get_nowait() for _ in range(3)]
    assert first is not None
    assert stream.missed(first.id) == later
    assert stream.missed(first.id + 2) == []
