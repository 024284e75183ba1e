"""Several creators' incomes add up, in order, with parts that make sense."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.discordkit.insights.side_by_side import side_by_side_embed
from bot.domain.accounts import CreatorId
from bot.domain.money import Money
from bot.domain.periods import Asked, Preset
from bot.domain.side_by_side import CreatorIncome, SideBySide, ranked

AMOUNTS = st.integers(-(10**9), 10**12).map(Money)
INCOMES = st.lists(
    st.builds(CreatorIncome, st.just(CreatorId("c")), st.text(min_size=1, max_size=40), AMOUNTS, AMOUNTS), max_size=50
)


def side_by_side(incomes: list[CreatorIncome], unread: tuple[str, ...] = ()) -> SideBySide:
    return SideBySide(Asked(Preset.LAST_7), ranked(incomes), unread, 3, datetime(2026, 7, 1, tzinfo=UTC))


@given(INCOMES)
def test_the_most_is_first_and_all_of_it_adds_up(incomes: list[CreatorIncome]) -> None:
    shown = side_by_side(incomes)
    amounts = [one.net.minor for one in shown.incomes]
    assert amounts == sorted(amounts, reverse=True)
    assert shown.net.minor == sum(amounts)
    shares = [shown.share(one) for one in shown.incomes]
    if any(share is None for share in shares):
        assert shown.net.minor <= 0 or min(amounts) < 0
    elif shares:
        assert abs(sum(share for share in shares if share is not None) - 100) < 0.001


@given(INCOMES)
def test_fifty_creators_fit_one_message_whatever_they_call_themselves(incomes: list[CreatorIncome]) -> None:
    embed = side_by_side_embed(side_by_side(incomes, tuple(one.handle for one in incomes)))
    assert len(embed.description or "") <= 4096
    assert len(embed) <= 6000
    assert all(len(field.value or "") <= 1024 for field in embed.fields)
