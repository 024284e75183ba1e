"""Rows for a spreadsheet; other people's words cannot become formulas."""

import csv
import io
import zipfile
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from bot.domain.text import clean

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "%")

ENTRY = "payments.csv"

Cell = str | int | None


class Table:
    """A CSV file in UTF-8 with a byte order mark, as spreadsheets read it; numbers stay numbers.

    It grows by rows and is held compressed: a fraction of its size in memory, and nobody's name in the clear on disk.
    """

    def __init__(self, head: Sequence[str]) -> None:
        self._held = io.BytesIO()
        self._zip = zipfile.ZipFile(self._held, "w", zipfile.ZIP_DEFLATED)
        self._text = io.TextIOWrapper(self._zip.open(ENTRY, "w"), "utf-8-sig", newline="")
        self._writer = csv.writer(self._text)
        self._writer.writerow(head)

    @property
    def held_bytes(self) -> int:
        """About as many as the file takes when it is handed out compressed."""
        return self._held.tell()

    def add(self, row: Sequence[Cell]) -> None:
        """One more row."""
        self._writer.writerow([_cell(cell) for cell in row])

    def finished(self, most_bytes: int) -> tuple[str, bytes]:
        """The file's kind and its bytes at its end: ``csv``, or ``zip`` when that is more than ``most_bytes``."""
        self._text.close()
        if self._zip.getinfo(ENTRY).file_size <= most_bytes:
            return "csv", self._zip.read(ENTRY)
        self._zip.close()
        return "zip", self._held.getvalue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()
        self._zip.close()


def _cell(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, int) or _is_number(cell):
        return cell
    words = " ".join(clean(cell).split())
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words


def _is_number(cell: str) -> bool:
    whole, _, cents = cell.removeprefix("-").partition(".")
    return whole.isascii() and whole.isdigit() and (cents == "" or (cents.isascii() and cents.isdigit()))
