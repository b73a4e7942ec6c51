"""Lists that move while they are read lose nothing."""

from connectors.reading.paging import last_page_first, whole_list


async def test_rows_that_change_while_a_list_is_read_move_no_other_out_of_sight() -> None:
    rows = list(range(10))
    asked: list[int] = []

    async def page(number: int) -> tuple[list[int], int]:
        asked.append(number)
        begin = (number - 1) * 3
        told = rows[begin : begin + 3], len(rows)
        if len(asked) in (2, 3):
            rows.pop(0)  # it changed: it is in a later span now, and all behind it move up
        return told

    seen = {row async for rows_ in last_page_first(page, size=3, first=1) for row in rows_}
    assert seen >= set(range(2, 10)), "those that changed come with the next span"
    assert asked == [1, 4, 3, 2, 1]


async def test_a_list_of_one_page_is_asked_once() -> None:
    async def page(number: int) -> tuple[list[int], int]:
        return [1, 2], 2

    assert [rows async for rows in last_page_first(page, size=3, first=0)] == [[1, 2]]


async def test_rows_that_go_to_the_end_while_a_list_is_read_are_found_there() -> None:
    rows = list(range(10))
    count = 0

    async def page(number: int) -> tuple[list[int], int]:
        nonlocal count
        count += 1
        begin = (number - 1) * 3
        told = rows[begin : begin + 3], len(rows)
        if count in (2, 3):
            rows.append(rows.pop(0))  # it was listed anew
        return told

    seen = {row async for told in whole_list(page, size=3, first=1) for row in told}
    assert seen == set(range(10))


async def test_a_whole_list_of_no_rows_is_one_empty_page() -> None:
    async def page(number: int) -> tuple[list[int], int]:
        return [], 0

    assert [rows async for rows in whole_list(page, size=3, first=1)] == [[]]
