"""Rows for a spreadsheet; other people's words cannot become formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

from bot.domain.text import clean

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "%")

Cell = str | int | None


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with a byte order mark, as spreadsheets read it; numbers stay numbers."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def amount(minor: int) -> str:
    """Cents as a number of dollars for a spreadsheet, such as ``-12.05``."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


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
