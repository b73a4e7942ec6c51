"""The secret of a claim link: 144 bits that follow from the gift's name and the master key.

So the giver can be shown her link again, while the database keeps no more than a digest: whoever
reads that claims nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from loyalty.sealing import Sealer

SECRET_BYTES = 18
PURPOSE = "gift links"


class Links:
    """Makes the secrets of links."""

    def __init__(self, sealer: Sealer) -> None:
        self._key = sealer.derived_key(PURPOSE)

    def secret(self, uuid: UUID) -> str:
        """Return the 24 letters, digits, - and _ that claim a gift; they fit into a scene, too."""
        told = hmac.digest(self._key, uuid.bytes, "sha256")[:SECRET_BYTES]
        return urlsafe_b64encode(told).decode()


def digest(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return sha256(secret.encode()).digest()
