"""Lists that are read by page number."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def last_page_first(
    page: Callable[[int], Awaitable[tuple[list[T], int]]], *, size: int, first: int
) -> AsyncIterator[list[T]]:
    """Yield the pages of a list from the last to the first.

    ``page`` returns the rows of a page by its number, which begins at ``first``, and how many rows
    the whole list has. A row that changes while we read leaves a span that is over, and all behind
    it move up: read from the front one of them would be skipped, from the back one comes twice.
    """
    rows, total = await page(first)
    for number in range(first + -(-total // size) - 1, first, -1):
        yield (await page(number))[0]
    if total > size:
        rows, _ = await page(first)
    yield rows


async def whole_list(
    page: Callable[[int], Awaitable[tuple[list[T], int]]], *, size: int, first: int
) -> AsyncIterator[list[T]]:
    """Yield all pages of a list to whose end rows go that are added or moved, from the last on.

    What went to the end while we read stands there when all is read: the last two pages come again,
    for the last may be nearly empty. So as many rows as a page has may move and be found.
    """
    async for rows in last_page_first(page, size=size, first=first):
        yield rows
    _, total = await page(first)
    last = first - (-total // size) - 1
    for number in range(last, max(first, last - 1) - 1, -1):
        if total > size:
            yield (await page(number))[0]
