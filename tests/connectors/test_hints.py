"""What the inbox keeps of a changed order is read again as it was written."""

from msgspec import UNSET, Raw
from msgspec.json import encode

from connectors.reading.hints import Hint, arrival, decode
from web.shops import Changed


def test_a_hint_is_read_with_all_that_was_told_or_read_of_its_order() -> None:
    plain = decode(arrival(Changed("1", "m"), connection_id=1, way="sweep").body)
    assert (plain.number, plain.told, plain.read) == ("1", UNSET, UNSET)
    whole = decode(arrival(Changed("1", "m", b'{"a":1}'), connection_id=1, way="sweep").body)
    assert whole.told is not UNSET
    assert bytes(whole.told) == b'{"a":1}'
    parked = decode(encode(Hint("1", read=Raw(b'{"b":2}'))))
    assert parked.told is UNSET, "a parked order that is tried again is read anew"
    assert parked.read is not UNSET
    assert bytes(parked.read) == b'{"b":2}'
