"""A cable between us and a server, that a test can cut."""

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp


class Cable:
    """Carries the bytes between a socket of its own and the server's; cut, nobody answers."""

    def __init__(self, server: Path) -> None:
        # short: the name of a socket may have 107 bytes
        self.socket = Path(mkdtemp(prefix="cable", dir="/tmp")) / server.name
        self._server = server
        self.is_whole = False
        self._listening: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        """Let connections through."""
        self._listening = await asyncio.start_unix_server(self._carry, self.socket)
        self.is_whole = True

    async def cut(self) -> None:
        """Break every connection and let none through."""
        self.is_whole = False
        if self._listening:
            self._listening.close()
            self.socket.unlink(missing_ok=True)
        for end in list(self._ends):
            end.transport.abort()
        await asyncio.sleep(0)

    async def throw_away(self) -> None:
        """Cut, and remove what it left."""
        await self.cut()
        with suppress(OSError):
            self.socket.parent.rmdir()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._server)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        await asyncio.gather(self._pour(reader, far_writer), self._pour(far_reader, writer))
        self._ends -= {writer, far_writer}

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await reader.read(65536):
                writer.write(some)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
