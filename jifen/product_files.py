"""What staff upload as a file of products: read by the connector, told to the console."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from connectors.files import tables
from connectors.files.faults import FileFault
from connectors.products import taking, texts
from connectors.products.reading import ProductsRead, read
from connectors.products.taking import FileTaken
from console.product_files import FileTold
from web.languages import Language


class UploadedFiles:
    """Reads one file at a time: reading keeps a processor busy."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def try_out(self, content: bytes, *, only_listed: bool, language: Language) -> FileTold:
        """Return what a file would do."""
        return await self._told(content, taking.try_out, only_listed, language)

    async def bring_in(self, content: bytes, *, only_listed: bool, language: Language) -> FileTold:
        """Bring a file in."""
        return await self._told(content, taking.bring_in, only_listed, language)

    async def _told(
        self,
        content: bytes,
        verb: Callable[..., Awaitable[FileTaken]],
        only_listed: bool,
        language: Language,
    ) -> FileTold:
        try:
            async with self._turn:
                told = await asyncio.to_thread(_read, content)
        except FileFault as fault:
            return FileTold(refusal=texts.refusal(fault.code, fault.figures, language))
        taken = await verb(told, only_listed=only_listed)
        return FileTold(
            sentences=list(texts.sentences(taken, language)),
            refused=[tables.row_refused(row, language) for row in taken.refused],
            added=taken.added,
            changed=taken.changed,
            off_sale=taken.off_sale,
        )


def _read(content: bytes) -> ProductsRead:
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return read(Path(file.name))
