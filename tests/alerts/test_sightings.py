"""How many happenings reports tell of: the least that explains them, whatever their order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import identity
from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import EventKind
from bot.domain.money import Money
from bot.domain.pairing import Sighting, happenings, is_news, with_report

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LUNA = CreatorId("luna")
KINDS = (EventKind.TIP, EventKind.PURCHASE, EventKind.SUBSCRIBER, EventKind.FOLLOWER, EventKind.REFUND)


def sighting(kind: EventKind, fan: str, at: datetime, minor: int, *identities: str) -> Sighting:
    return Sighting(frozenset(identities), kind, LUNA, FanId(fan), at, Money(minor), None)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Sighting]]:
    """True happenings, each told under the same two names, in any order, some more than once."""
    count = draw(st.integers(1, 9))
    second = draw(st.sampled_from(["{kind}.flat:{creator}:{number}", "sale:{creator}:{number}"]))
    reports: list[Sighting] = []
    for number in range(count):
        kind = draw(st.sampled_from(KINDS))
        at = NOON + timedelta(seconds=draw(st.integers(0, 1500)))
        fan, minor = draw(st.sampled_from(["a", "b"])), draw(st.sampled_from([500, 900]))
        for name in (second, "sale:{creator}:FV-{number}"):
            told_at = at + timedelta(seconds=draw(st.integers(0, 60)))
            known_as = name.format(kind=kind.value, creator=LUNA, number=number)
            reports.append(sighting(kind, fan, told_at, minor, known_as))
    reports += draw(st.lists(st.sampled_from(reports), max_size=6))
    return count, draw(st.permutations(reports))


@settings(max_examples=200, deadline=None)
@given(histories())
def test_a_history_told_under_two_names_in_any_order_is_the_true_set(history: tuple[int, list[Sighting]]) -> None:
    count, reports = history
    assert news_of(reports) == count


def news_of(reports: Sequence[Sighting]) -> int:
    """How many of them were news, one after the other."""
    known: list[Sighting] = []
    news = 0
    for report in reports:
        news += is_news(known, report)
        others, own = with_report(known, report)
        known = [*others, own]
    return news


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["flat", "sale"]), st.integers(0, 1200)), max_size=9), st.randoms())
def test_the_order_of_reports_decides_nothing(told: list[tuple[str, int]], draw: object) -> None:
    names = {"flat": "tip:luna:{}", "sale": "sale:luna:FV-{}"}
    reports = [
        sighting(EventKind.TIP, "a", NOON + timedelta(seconds=seconds), 500, names[route].format(number))
        for number, (route, seconds) in enumerate(told)
    ]
    first = news_of(reports)
    assert first == happenings(reports)
    draw.shuffle(reports)  # type: ignore[attr-defined]
    assert news_of(reports) == first


def test_tips_too_far_apart_to_be_one_are_chained_by_none() -> None:
    flat = [sighting(EventKind.TIP, "a", NOON + timedelta(minutes=4 * n), 500, f"tip:luna:{n}") for n in range(3)]
    paid = [sighting(EventKind.TIP, "a", NOON + timedelta(minutes=4 * n), 500, f"sale:luna:FV-{n}") for n in range(3)]
    assert news_of([flat[1], paid[2], paid[1], flat[0], paid[0], flat[2]]) == 3


def test_numbers_of_two_shapes_are_two_names_of_one_order() -> None:
    shapes = [
        identity.namespace(f"sale:luna:{order}") for order in ("FV-12", "fv-3", "FVC-1", "77", "x", "0" * 8 + "-1a2b-x")
    ]
    assert shapes == ["sale/FV", "sale/FV", "sale/FVC", "sale/digits", "sale/other", "sale/uuid"]
