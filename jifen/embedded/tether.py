"""Become a server that ends when its parent does (Linux).

A script, started with `python -I -S tether.py PARENT UID GID SIGNAL FOLDER PROGRAM ARGUMENT...`:
it becomes the account (UID `-`: stays as it is), asks the kernel to send SIGNAL when the parent's
thread ends, and becomes PROGRAM. A change of account clears that wish, hence the order.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def main(parent: str, uid: str, gid: str, *rest: str) -> None:
    """Raises: OSError when a step is refused; the parent finds it in the server's log."""
    stop_signal, folder, *command = rest
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.umask(0o077)
    os.chdir(folder)
    if prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) is refused")
    if os.getppid() != int(parent):
        sys.exit("the parent ended before its server began")
    os.execve(command[0], command, ENVIRONMENT)


if __name__ == "__main__":
    main(*sys.argv[1:])
