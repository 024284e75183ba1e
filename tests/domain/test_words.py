"""Other people's words are inert, and money is exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import text
from bot.domain.money import MINUS, Money, change_percent
from bot.domain.scopes import Feature, Scope, features_needing, features_with, format_scopes, parse_scopes, scopes_for
from bot.domain.uses import words_for


@pytest.mark.parametrize(
    "hostile",
    ["**bold**", "<@123456789012345678>", "@everyone", "[x](https://evil.example)", "`code`", "# title", "||spoiler||"],
)
def test_markdown_mentions_and_links_do_nothing(hostile: str) -> None:
    escaped = text.escape(hostile)
    for sign in "*<>[]`#|":
        assert escaped.count(sign) == escaped.count(f"\\{sign}")
    assert "https:" not in escaped


def test_direction_tricks_and_stacked_marks_are_taken_out() -> None:
    assert text.clean("a\u202eb\u2066c") == "abc"
    assert len(text.clean("a" + "\u0301" * 50)) == 3


def test_new_lines_stay_in_text_and_leave_names() -> None:
    assert text.escape("a\nb") == "a\nb"
    assert text.name("a\n\n b") == "a b"


def test_an_empty_name_is_someone() -> None:
    assert text.name("\u202e") == "someone"


@given(st.text(max_size=300))
def test_escaping_never_fails_and_leaves_no_live_mention(words: str) -> None:
    assert "<@" not in text.escape(words)


@given(st.text(max_size=200), st.integers(1, 50))
def test_shortening_keeps_the_limit(words: str, limit: int) -> None:
    assert len(text.shorten(words, limit)) <= limit


@pytest.mark.parametrize(
    ("minor", "shown"),
    [(0, "$0.00"), (5, "$0.05"), (123456, "$1,234.56"), (-300, f"{MINUS}$3.00"), (-5, f"{MINUS}$0.05")],
)
def test_amounts_are_shown_exactly(minor: int, shown: str) -> None:
    assert str(Money(minor)) == shown


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(1999, "EUR"), "€19.99"),
        (Money(1500, "JPY"), "JPY 1,500"),
        (Money(-7, "KRW"), f"{MINUS}KRW 7"),
        (Money(1234567, "KWD"), "KWD 1,234.567"),
        (Money(5, "CHF"), "CHF 0.05"),
    ],
)
def test_each_currency_has_the_decimals_it_has(money: Money, shown: str) -> None:
    assert str(money) == shown


def test_currencies_are_never_added_together() -> None:
    with pytest.raises(ValueError, match="EUR"):
        Money(1) + Money(1, "EUR")


def test_nothing_before_means_no_percentage() -> None:
    assert change_percent(500, 0) is None
    assert change_percent(150, 100) == 50


def test_features_decide_the_scopes_and_read_self_is_always_among_them() -> None:
    assert scopes_for([]) == {Scope.READ_SELF}
    assert Scope.WRITE_CHAT in scopes_for([Feature.REPLIES])
    assert Scope.WRITE_POST not in scopes_for([Feature.INSIGHTS, Feature.ALERTS, Feature.REPLIES])


def test_a_feature_works_only_with_all_its_scopes() -> None:
    held = Feature.POSTING.scopes - {Scope.WRITE_MEDIA}
    assert Feature.POSTING not in features_with(held)
    assert Feature.POSTING in features_with(held | {Scope.WRITE_MEDIA})


@pytest.mark.parametrize("scope", [scope for feature in Feature for scope in feature.scopes])
def test_what_is_missing_leads_to_a_feature_that_brings_it(scope: Scope) -> None:
    assert scope in scopes_for(features_needing({scope}))


def test_scopes_survive_being_written_down_and_unknown_ones_are_left_out() -> None:
    assert parse_scopes("openid read:self offline write:everything read:chat") == {Scope.READ_SELF, Scope.READ_CHAT}
    assert parse_scopes(format_scopes(Scope)) == set(Scope)


@given(st.text(alphabet="ab\u0301\u0302\u0489\u200d\u202e\u2066\u200b\u00ad\n", max_size=60))
def test_nothing_unseen_lets_marks_be_stacked_higher(words: str) -> None:
    height = 0
    for character in text.clean(words):
        height = height + 1 if character in "\u0301\u0302\u0489" else height * (character == "\u200d")
        assert height <= text.MAX_MARKS_PER_CHARACTER


@given(st.lists(st.text(min_size=1, max_size=40), max_size=60), st.integers(60, 400))
def test_what_fits_is_whole_and_the_rest_is_counted(parts: list[str], limit: int) -> None:
    shown = text.fitting(parts, limit)
    assert len(shown) <= limit
    whole = "\n".join(parts)
    if len(whole) > limit:
        left = next(count for count in range(len(parts)) if shown == "\n".join([*parts[:count], shown.split("\n")[-1]]))
        assert shown.endswith(f"and {len(parts) - left} more")
    else:
        assert shown == whole


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("getSmartLists", "Read smart lists"),
        ("listCreatorVaultFolders", "Looked through vault folders"),
        ("deleteTrackingLink", "Deleted tracking link"),
        ("sendCreatorMessage", "Sent a message to a fan"),
        ("newThing", "New thing"),
    ],
)
def test_what_was_done_at_fanvue_is_told_as_something_done(operation: str, said: str) -> None:
    assert words_for(operation) == said
