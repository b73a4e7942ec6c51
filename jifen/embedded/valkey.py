"""Our own Valkey: copies, leases and locks, which may be lost at any time."""

import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from jifen.embedded.binaries import Program

ANSWER_SECONDS = 0.5

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir .
pidfile valkey.pid
daemonize no
databases 16
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
loglevel notice
logfile ""
"""


@dataclass(frozen=True)
class Valkey:
    """One Valkey (or Redis) server, its files in `home/valkey`."""

    home: Path
    socket_folder: Path
    log: Path
    program: Program
    password: str

    name = "Valkey"
    stop_signal = signal.SIGTERM

    @property
    def folder(self) -> Path:
        return self.home / "valkey"

    @property
    def pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    @property
    def socket_path(self) -> Path:
        return self.socket_folder / "valkey.sock"

    @property
    def told(self) -> bytes:
        """The configuration goes in by standard input: a command line would show the password."""
        return CONFIGURATION.format(socket=self.socket_path, password=self.password).encode()

    def url(self, password: str) -> str:
        return f"unix://:{password}@{self.socket_path}?db=0"

    def command(self) -> list[str]:
        return [str(self.program.path), "-"]

    def is_ready(self, pid: int) -> bool:
        """Whether it answers; it does not while it reads its files."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(ANSWER_SECONDS)
                line.connect(str(self.socket_path))
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return self._greets(line)
        except OSError:
            return False

    def set_aside(self) -> Path:
        """Move files that it cannot read out of its way; only the latest such are kept."""
        aside = self.home / "valkey.aside"
        shutil.rmtree(aside, ignore_errors=True)
        self.folder.rename(aside)
        return aside

    def _greets(self, line: socket.socket) -> bool:
        answer = b""
        while answer.count(b"\r\n") < 2:
            piece = line.recv(256)
            if not piece:
                return False
            answer += piece
        return answer.endswith(b"+PONG\r\n")
