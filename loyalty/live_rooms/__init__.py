"""Live rooms: staff open a window with a word, and who says it while it is on was there."""

from loyalty.live_rooms.opening import RoomWish, close_room, open_room, plain
from loyalty.live_rooms.reading import FullRoom, RoomOn, newest, on_now
from loyalty.live_rooms.visiting import WasThere, say_word

__all__ = [
    "FullRoom",
    "RoomOn",
    "RoomWish",
    "WasThere",
    "close_room",
    "newest",
    "on_now",
    "open_room",
    "plain",
    "say_word",
]
