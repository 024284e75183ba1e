"""A spreadsheet of fans' names cannot do anything."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tables import amount, csv_bytes

FORMULAS = ("=", "+", "-", "@", "|", "%")


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def test_numbers_stay_numbers_and_words_that_look_like_formulas_do_not() -> None:
    rows = [("=1+1", "-12.05", 3, None), ("@SUM(A1)", "+49", "luna", "a\nb"), ("  =cmd|' /C calc'!A0", "-", "", "%0A")]
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
    assert round(float(amount(minor)) * 100) == minor
    assert amount(minor).rpartition(".")[2].isdigit()
