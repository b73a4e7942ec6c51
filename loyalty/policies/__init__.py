"""What staff set that is no list of kinds to pick from. One file a policy."""

from msgspec import Struct

from loyalty.registry import Registry

POLICIES: Registry[Struct] = Registry(__name__)
