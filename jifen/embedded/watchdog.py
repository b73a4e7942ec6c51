"""Stop servers whose owner is gone, where the kernel cannot (all but Linux).

A script that reads lines from the owner: `+PID SIGNAL` (look after it), `-PID` (it has ended).
When the owner ends, however it ends, the pipe closes, and what is left is stopped.
"""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress


def main(lines: Iterable[str]) -> None:
    stop_signals: dict[int, int] = {}
    for line in lines:
        sign, words = line[0], line[1:].split()
        if sign == "+":
            stop_signals[int(words[0])] = int(words[1])
        else:
            stop_signals.pop(int(words[0]), None)
    for pid, stop_signal in stop_signals.items():
        with suppress(ProcessLookupError):
            os.kill(pid, stop_signal)


if __name__ == "__main__":
    main(sys.stdin)
