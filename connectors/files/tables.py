"""What a person reads of a table that people keep, whatever it tells: its refusal, its rows."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.files import reasons
from connectors.files import texts as of_files
from connectors.files.parked_csv import ParkedCsv
from connectors.files.words import Words, told
from loyalty.imports import RowParked

MOST_ROWS_TOLD = 50
_ONE_OF_MANY = re.compile(r"(?<![\w.,])(1 (?:product|row|balance|point))s\b")

REFUSALS: dict[str, Words] = {
    "two_columns": (
        "{columns} 两列意思相同，请只留一列",
        "the columns {columns} mean the same: leave one of them",
    ),
    "too_many_rows": ("超过 {most} 行", "more than {most} rows"),
    "cut_in_the_middle": (
        "文件在第 {row} 行中间断了；什么都没有写入",
        "the file ends in the middle of row {row}; nothing was written",
    ),
    "open_quote": (
        "第 {row} 行（文本第 {line} 行）的引号没有结束；什么都没有写入",
        "a quote opened in row {row} (line {line}) never ends; nothing was written",
    ),
    "wrong_encoding": (
        "第 {row} 行起不是 {encoding} 编码；什么都没有写入",
        "from row {row} on it is not {encoding}; nothing was written",
    ),
    "damaged_after": (
        "{kind} 文件在第 {row} 行之后损坏；什么都没有写入",
        "the {kind} file is damaged after row {row}; nothing was written",
    ),
}

SAID: dict[str, Words] = {
    "unknown": ("忽略的列：{columns}", "ignored columns: {columns}"),
    "row": ("第 {row} 行，{column}：{reason}", "row {row}, {column}: {reason}"),
    "whole_row": ("第 {row} 行：{reason}", "row {row}: {reason}"),
    "more_rows": (
        "……还有 {count} 行；--parked 文件.csv 导出全部",
        "... and {count} more; --parked FILE.csv writes out all of them",
    ),
    "dry": ("试运行：什么都没有写入", "dry run: nothing was written"),
    "exported": ("被拒绝的 {rows} 行已写入 {files}", "wrote the {rows} refused rows to {files}"),
}


def refusal(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why a file is refused."""
    if code in REFUSALS:
        return told(REFUSALS[code], figures, language)
    return of_files.refusal(code, figures, language)


def said(sentence: str, language: str, **figures: object) -> str:
    """Return one sentence."""
    return counted(SAID[sentence], figures, language)


def counted(words: Words, figures: Mapping[str, Any], language: str) -> str:
    """Return a sentence with counts; English says one row, not one rows."""
    whole = told(words, figures, language)
    return _ONE_OF_MANY.sub(r"\1", whole) if language == "en" else whole


def row_refused(row: RowParked, language: str) -> str:
    """Return why a row is refused, with its number and column."""
    reason = reasons.reason(row.code, row.figures, language)
    sentence = "row" if row.column else "whole_row"
    return said(sentence, language, row=row.row_number, column=row.column, reason=reason)


def list_refused(refused: Sequence[RowParked], language: str) -> None:
    """Print why rows are refused, the first of them."""
    for row in refused[:MOST_ROWS_TOLD]:
        print(row_refused(row, language))
    if more := len(refused[MOST_ROWS_TOLD:]):
        print(said("more_rows", language, count=f"{more:,}"))


def export_refused(refused: Sequence[RowParked], path: Path, language: str) -> None:
    """Write refused rows out, to be corrected and brought in again.

    Raises:
        OSError: the file cannot be written.
    """
    sheet = ParkedCsv(path, language)
    sheet.add(refused)
    files = [str(file) for file in sheet.close()]
    print(said("exported", language, rows=f"{sheet.rows:,}", files=files))
