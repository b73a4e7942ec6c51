"""QR codes as images that a page shows without asking for them."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO

import segno

SCALE = 8
QUIET_ZONE = 4
# Any of the eight masks is read alike; trying them all to find the best takes six times as long.
MASK = 0


def data_uri(content: bytes, *, kind: str) -> str:
    """Return a picture as a data URI."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


@lru_cache(maxsize=1024)
def image(told: str) -> str:
    """Return a QR code as an SVG data URI, dark on white whatever is behind it."""
    written = BytesIO()
    segno.make_qr(told, error="m", mask=MASK).save(
        written, kind="svg", scale=SCALE, border=QUIET_ZONE, light="#fff", xmldecl=False, nl=False
    )
    return data_uri(written.getvalue(), kind="image/svg+xml")
