"""Ports that nobody takes between being found free and being listened on.

They lie below those that a system lends to outgoing connections, and each process of the tests
claims a block of its own, so that several may run beside one another.
"""

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache

FIRST, BEHIND_LAST, BLOCK = 20_000, 32_000, 200


def free_port(*, neighbours: int = 0) -> int:
    """Return a port that is free together with so many that follow it."""
    for _ in range(BLOCK):
        port = next(_turns())
        if port % BLOCK + neighbours < BLOCK and _are_free(range(port, port + neighbours + 1)):
            return port
    raise AssertionError("every port of our block is taken")


def _are_free(ports: range) -> bool:
    with ExitStack() as open_:
        for port in ports:
            probe = open_.enter_context(socket.socket())
            # as servers do: what the test before left behind holds nobody up
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@cache
def _turns() -> Iterator[int]:
    """Claim a block for as long as this process lives; every port of it gets its turn."""
    blocks = range(FIRST, BEHIND_LAST, BLOCK)
    for turn in range(len(blocks)):
        block = blocks[(os.getpid() + turn) % len(blocks)]
        claim = socket.socket(type=socket.SOCK_DGRAM)  # its ports are others than a server's
        try:
            claim.bind(("127.0.0.1", block))
        except OSError:
            claim.close()
            continue
        claim.detach()  # open to the end of the process
        return itertools.cycle(range(block, block + BLOCK))
    raise AssertionError("every block of ports is claimed")
