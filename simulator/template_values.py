"""What may stand in the places of a template, by the first part of their names (B4)."""

import re

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2})?"
_DAY = r"\d{4}(年\d{1,2}月(\d{1,2}日)?|[-/.]\d{1,2}([-/.]\d{1,2})?)"
_MOMENT = rf"({_DAY}( ?{_CLOCK})?|{_CLOCK})"
_RULES = {
    "thing": r".{1,20}",
    "number": r"(?=.{1,32}$)[+-]?\d+(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_MOMENT}(~{_MOMENT})?",
    "date": rf"{_MOMENT}(~{_MOMENT})?",
    "amount": r"[^\d\s.]?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[\d\s()+*#-]{1,17}",
    "car_number": r".{1,8}",
    "name": rf"([{_CHINESE}·]{{1,10}}|[A-Za-z .'-]{{1,20}})",
    "phrase": rf"[{_CHINESE}]{{1,5}}",
}
_PATTERNS = {kind: re.compile(rule, re.DOTALL) for kind, rule in _RULES.items()}


def fits(place: str, value: str) -> bool:
    """Says whether a value may stand at a place such as `thing1`; any other name takes any text."""
    kind = place.rstrip("0123456789")
    pattern = _PATTERNS.get(kind) if kind != place else None
    return pattern is None or pattern.fullmatch(value) is not None
