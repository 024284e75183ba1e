"""How many happenings reports tell of: the least that explains them, whatever their order."""

from collections.abc import Iterator, Sequence
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


NAMES = ("{kind}.flat:{creator}:{number}", "sale:{creator}:FV-{number}", "sale:{creator}:{number}")


def sighting(
    kind: EventKind, fan: str, at: datetime, minor: int, *identities: str, post: str | None = None
) -> Sighting:
    return Sighting(frozenset(identities), kind, LUNA, FanId(fan), at, Money(minor), post)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Sighting]]:
    """True happenings, each told under the same names, in any order, some more than once.

    Earnings do not tell the post that was tipped; the other two routes do.
    """
    count = draw(st.integers(1, 7))
    names = draw(st.sampled_from([NAMES, NAMES[:2], NAMES[1:], NAMES[::2]]))
    posts = draw(st.sampled_from([(None,), ("p", "q")]))
    reports: list[Sighting] = []
    for number in range(count):
        kind, post = draw(st.sampled_from(KINDS)), draw(st.sampled_from(posts))
        at = NOON + timedelta(seconds=draw(st.integers(0, 1500)))
        fan, minor = draw(st.sampled_from(["a", "b"])), draw(st.sampled_from([500, 900]))
        for name in names:
            told_at = at + timedelta(seconds=draw(st.integers(0, 60)))
            known_as = name.format(kind=kind.value, creator=LUNA, number=number)
            told = None if name == NAMES[2] else post
            reports.append(sighting(kind, fan, told_at, minor, known_as, post=told))
    reports += draw(st.lists(st.sampled_from(reports), max_size=6))
    return count, draw(st.permutations(reports))


@settings(max_examples=200, deadline=None)
@given(histories())
def test_a_history_told_under_two_or_three_names_in_any_order_is_the_true_set(
    history: tuple[int, list[Sighting]],
) -> None:
    count, reports = history
    assert news_of(reports) == count


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 12), st.sampled_from([None, "p", "q"])), min_size=1, max_size=6
    )
)
def test_no_way_of_putting_reports_together_needs_fewer_happenings(told: list[tuple[int, int, str | None]]) -> None:
    reports = [
        sighting(
            EventKind.TIP,
            "a",
            NOON + timedelta(minutes=minutes),
            500,
            NAMES[route].format(kind="tip", creator=LUNA, number=number),
            post=post,
        )
        for number, (route, minutes, post) in enumerate(told)
    ]
    assert happenings(reports) == min(map(len, partitions(reports)))


def partitions(reports: Sequence[Sighting]) -> Iterator[list[list[Sighting]]]:
    """Every way to put them into groups of which all members may be the same."""
    if not reports:
        yield []
        return
    first, *rest = reports
    for groups in partitions(rest):
        yield [[first], *groups]
        for at, group in enumerate(groups):
            if all(first.may_be(one) for one in group):
                yield [*groups[:at], [first, *group], *groups[at + 1 :]]


def test_a_crowd_of_equal_reports_has_its_price() -> None:
    crowd = [
        sighting(EventKind.TIP, "a", NOON + timedelta(seconds=number), 500, name, post=post)
        for number in range(60)
        for name, post in ((f"tip.flat:luna:{number}", "pq"[number % 2]), (f"sale:luna:{number}", None))
    ]
    assert happenings(crowd) == 60


def test_a_crowd_that_fits_only_when_others_make_room_needs_no_more_happenings() -> None:
    told = (
        ("sale:luna:FV-{}", None),
        ("tip.flat:luna:{}", None),
        ("sale:luna:FV-9{}", "p"),
        ("tip.flat:luna:9{}", "q"),
    )
    crowd = [
        sighting(EventKind.TIP, "a", NOON + timedelta(seconds=second), 500, name.format(second % 13), post=post)
        for second, (name, post) in enumerate(one for one in told for _ in range(13))
    ]
    assert happenings(crowd) == 26


def test_so_has_one_that_no_way_of_putting_it_together_explains_by_what_one_route_tells() -> None:
    crowd = [
        sighting(EventKind.TIP, "a", NOON + timedelta(seconds=number), 500, name.format(number), post=post)
        for number in range(10)
        for name, post in (("tip.flat:luna:{}", "p"), ("sale:luna:FV-{}", "q"), ("sale:luna:{}", None))
    ]
    assert happenings(crowd) == 20


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
    orders = ("FV-12", "fv-3", "FVC-1", "77", "x", "0" * 8 + "-1a2b-x")
    shapes = [shape for order in orders for shape in identity.namespaces([f"sale:luna:{order}"])]
    assert shapes == ["sale/FV", "sale/FV", "sale/FVC", "sale/digits", "sale/other", "sale/uuid"]
