"""A spreadsheet of fans' names cannot do anything."""

import csv
import io
import zipfile
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import digits
from bot.domain.tables import Cell, Table

FORMULAS = ("=", "+", "-", "@", "|", "%")


def csv_bytes(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    with Table(head) as table:
        for row in rows:
            table.add(row)
        kind, file = table.finished(10**6)
    assert kind == "csv"
    return file


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def test_numbers_stay_numbers_and_words_that_look_like_formulas_do_not() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("=1+1", "-12.05", 3, None),
        ("@SUM(A1)", "+49", "luna", "a\nb"),
        ("  =cmd|' /C calc'!A0", "-", "", "%0A"),
    ]
    assert read(csv_bytes(("a", "b", "c", "d"), rows)) == [
        ["a", "b", "c", "d"],
        ["'=1+1", "-12.05", "3", ""],
        ["'@SUM(A1)", "'+49", "luna", "a b"],
        ["'=cmd|' /C calc'!A0", "'-", "", "'%0A"],
    ]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_no_word_of_anybody_starts_a_formula(words: list[str]) -> None:
    _, row = read(csv_bytes(["x"] * len(words), [words]))
    assert len(row) == len(words)
    for cell in row:
        is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
        assert is_number or not cell.startswith(FORMULAS)


@given(st.integers(-(10**12), 10**12))
def test_cents_are_exact(minor: int) -> None:
    assert round(float(digits(minor)) * 100) == minor
    assert digits(minor).rpartition(".")[2].isdigit()


def test_what_is_larger_than_a_message_takes_comes_zipped_and_whole() -> None:
    with Table(("number", "fan")) as table:
        for number in range(5_000):
            table.add((number, f"fan {number % 7}"))
        kind, file = table.finished(10_000)
    assert kind == "zip"
    assert len(file) < 5_000 * 8
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        (entry,) = archive.namelist()
        rows = read(archive.read(entry))
    assert entry.endswith(".csv")
    assert rows[1:] == [[str(number), f"fan {number % 7}"] for number in range(5_000)]
