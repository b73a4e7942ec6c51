"""Rows come together as whole orders, however they are scattered."""

import random
from collections.abc import Sequence
from pathlib import Path

from connectors.files import grouping
from connectors.files.grouping import Key
from connectors.files.sheets import Chunk, opened


def keys_of(chunk: Chunk) -> Sequence[Key]:
    return [key or None for key in chunk.column(0)]


def groups(path: Path) -> list[list[tuple[str, str]]]:
    with opened(path) as sheet:
        surveyed = grouping.survey(sheet, keys_of)
        return [
            [(block.chunk.row(i)[0], block.chunk.row(i)[1]) for i in range(start, stop)]
            for block in grouping.blocks(sheet, keys_of, surveyed)
            for start, stop in block.bounds
        ]


def written(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("id,line\n" + "".join(f"{key},{line}\n" for key, line in rows))
    return path


def test_orders_stay_whole_across_chunks(tmp_path: Path) -> None:
    rows = [(f"o{i // 7}", str(i)) for i in range(20_000)]
    found = groups(written(tmp_path / "f.csv", rows))
    assert [row for group in found for row in group] == rows
    assert {len({key for key, _ in group}) for group in found} == {1}
    assert len(found) == 2858


def test_scattered_rows_come_together_in_the_sequence_of_their_first_rows(tmp_path: Path) -> None:
    rows = [(f"o{i % 5000}", str(i)) for i in range(20_000)]
    found = groups(written(tmp_path / "f.csv", rows))
    assert [group[0][0] for group in found] == [f"o{i}" for i in range(5000)]
    assert [line for _, line in found[17]] == ["17", "5017", "10017", "15017"]


def test_shuffled_rows_lose_and_double_nothing(tmp_path: Path) -> None:
    rows = [(f"o{i // 3}", str(i)) for i in range(9_000)]
    random.Random(7).shuffle(rows)
    found = groups(written(tmp_path / "f.csv", rows))
    assert sorted(row for group in found for row in group) == sorted(rows)
    assert len(found) == 3_000
    assert all(len({key for key, _ in group}) == 1 for group in found)


def test_rows_without_a_number_stand_alone(tmp_path: Path) -> None:
    found = groups(written(tmp_path / "f.csv", [("", "1"), ("", "2"), ("a", "3"), ("a", "4")]))
    assert [len(group) for group in found] == [1, 1, 2]
