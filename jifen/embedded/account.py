"""Whom the servers run as: ourselves, or an account without rights when we are root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from jifen.embedded.errors import NoAccount

UNPRIVILEGED = "nobody"
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Identity(TypedDict, total=False):
    """What `subprocess` needs to become the account; empty when we are it already."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An entry of the password file. PostgreSQL refuses root, and ids that have no entry."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    @property
    def identity(self) -> Identity:
        if self.is_ours:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand over a file or folder that we have just made."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def make_private(self, folder: Path) -> None:
        """Make a folder that only the account (and root) can enter; one that stands is kept."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            return
        self.give(folder)

    def can_enter(self, folder: Path) -> bool:
        """Try it for real: modes alone do not tell (access lists, user namespaces, mounts)."""
        return self.says(["/bin/sh", "-c", 'cd "$0" && test -r . && test -w .', folder]) is not None

    def says(self, command: list[str | Path]) -> str | None:
        """What a quick command prints when the account runs it; None when it cannot."""
        try:
            done = subprocess.run(
                command,
                cwd="/",
                env=SERVER_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=20,
                **self.identity,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout if done.returncode == 0 else None


def account_for(owner_uid: int) -> Account:
    """The account for servers whose folder belongs to `owner_uid`.

    As root: that owner, or `nobody` for a folder of root's. Otherwise ourselves.

    Raises:
        NoAccount: the id has no entry in the password file.
    """
    if os.geteuid() != 0:
        return _entry(os.geteuid())
    if owner_uid != 0:
        return _entry(owner_uid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as missing:
        raise NoAccount(
            f"PostgreSQL does not run as root, and this machine has no account "
            f"{UNPRIVILEGED!r}; start jifen as another user, or set DATABASE_URL and REDIS_URL."
        ) from missing
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _entry(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as missing:
        raise NoAccount(
            f"User id {uid} has no entry in the password file and PostgreSQL needs one; add it, "
            f"start jifen as another user, or set DATABASE_URL and REDIS_URL."
        ) from missing
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
