"""A price as people write it is exact cents, or a sentence about how to write it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.drafts import cents_of
from bot.domain.errors import BadInputError
from bot.domain.posting import price_of


@pytest.mark.parametrize(("words", "cents"), [("5", 500), ("$4.99", 499), ("4,9", 490), (" 3.00 ", 300), ("0", 0)])
def test_what_people_write_is_exact(words: str, cents: int) -> None:
    assert cents_of(words) == cents


@example("5.²")
@example("٣.50")
@given(st.text(alphabet="0123456789²٣.,$ -e", max_size=8))
def test_anything_else_says_how_to_write_it(words: str) -> None:
    said = None
    try:
        cents = cents_of(words)
    except BadInputError as error:
        cents, said = 0, str(error.args)
    assert 0 <= cents <= 999_999
    assert said is None or "4.99" in said


@pytest.mark.parametrize("words", ["0.500", "0,500", "00.500", "012.345", "$$5"])
def test_what_could_be_read_two_ways_is_not_read(words: str) -> None:
    with pytest.raises(BadInputError):
        cents_of(words)
    with pytest.raises(BadInputError):
        price_of(words)


@pytest.mark.parametrize("words", ["", " ", "0", "$0", "free"])
def test_a_post_without_a_price_is_free(words: str) -> None:
    assert price_of(words) is None
