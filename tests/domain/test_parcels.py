"""What shares a message: each delivery once, a fan's in their order, whatever waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import CreatorId, FanId
from bot.domain.alerts import PlaceKind
from bot.domain.events import EventKind
from bot.domain.parcels import (
    BACKLOG,
    CARDS_A_MESSAGE,
    DELIVERIES_A_MESSAGE,
    GROWS,
    HANDFUL,
    OLD,
    SUMMED_AT_ONCE,
    TEXTS_A_CARD,
    OpenCard,
    Shape,
    Waiting,
    cut,
)
from bot.domain.rules import Bundle

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ONE = st.builds(
    lambda kind, creator, fan, minutes, bundle, shape: (kind, creator, fan, minutes, bundle, shape),
    st.sampled_from([EventKind.MESSAGE, EventKind.MESSAGE, EventKind.TIP]),
    st.sampled_from(["luna", "mika"]),
    st.sampled_from([None, "anna", "bea", "cleo"]),
    st.sampled_from([0, 0, 0, 30]),
    st.sampled_from([None, None, None, Bundle.QUIET]),
    st.sampled_from([None, None, None, None, Shape.ALONE]),
)
QUEUES = st.lists(ONE, min_size=1, max_size=80)
KINDS = st.sampled_from(list(PlaceKind))


def queue(facts: list[tuple[EventKind, str, str | None, int, Bundle | None, Shape | None]]) -> list[Waiting]:
    return [
        Waiting(
            id=number,
            kind=kind,
            creator=CreatorId(creator),
            fan=None if fan is None else FanId(fan),
            happened_at=NOW - timedelta(minutes=minutes),
            bundle=bundle,
            shape=shape,
        )
        for number, (kind, creator, fan, minutes, bundle, shape) in enumerate(facts, start=1)
    ]


def message(fan: str, number: int, minutes: int = 0) -> Waiting:
    moment = NOW - timedelta(minutes=minutes)
    return Waiting(number, EventKind.MESSAGE, CreatorId("luna"), FanId(fan), moment)


@given(QUEUES, KINDS)
def test_cut_after_cut_everything_goes_once_and_each_creators_in_order(
    facts: list[tuple[EventKind, str, str | None, int, Bundle | None, Shape | None]], kind: PlaceKind
) -> None:
    waiting, gone = queue(facts), list[int]()
    creators = {one.id: one.creator for one in waiting}
    while waiting:
        chosen = cut(waiting, NOW, kind)
        assert waiting[0].id in chosen.ids
        assert chosen.parcel == waiting[0].id
        assert chosen.ids <= {one.id for one in waiting}
        assert len({creators[one] for one in chosen.ids}) == 1
        gone += sorted(chosen.ids)
        waiting = [one for one in waiting if one.id not in chosen.ids]
    assert sorted(gone) == sorted(creators)
    for creator in set(creators.values()):
        own = [one for one in gone if creators[one] == creator]
        assert own == sorted(own)


@given(QUEUES, KINDS)
def test_no_message_holds_more_than_discord_takes(
    facts: list[tuple[EventKind, str, str | None, int, Bundle | None, Shape | None]], kind: PlaceKind
) -> None:
    waiting = queue(facts)
    chosen = cut(waiting, NOW, kind)
    taken = [one for one in waiting if one.id in chosen.ids]
    if chosen.shape is Shape.AWAY:
        assert len(taken) <= SUMMED_AT_ONCE
        return
    cards = 1 + sum(not later.continues(earlier) for earlier, later in pairwise(taken))
    assert cards <= CARDS_A_MESSAGE
    assert len(taken) <= DELIVERIES_A_MESSAGE
    assert cards == 1 or kind is not PlaceKind.FORUM, "each fan has a post of their own there"
    if cards == 1:
        assert len(taken) <= TEXTS_A_CARD


@given(QUEUES)
def test_what_was_refused_together_goes_alone(
    facts: list[tuple[EventKind, str, str | None, int, Bundle | None, Shape | None]],
) -> None:
    waiting = queue(facts)
    chosen = cut(waiting, NOW, PlaceKind.CHANNEL)
    if any(one.shape is Shape.ALONE for one in waiting if one.id in chosen.ids):
        assert (len(chosen.ids), chosen.shape) == (1, Shape.ALONE)


def test_below_a_backlog_each_card_goes_by_itself() -> None:
    few = [message(f"fan{number}", number) for number in range(1, BACKLOG)]
    assert cut(few, NOW, PlaceKind.CHANNEL).ids == {1}
    many = [*few, message("another", BACKLOG)]
    assert len(cut(many, NOW, PlaceKind.CHANNEL).ids) == BACKLOG
    assert cut(many, NOW, PlaceKind.FORUM).ids == {1}
    behind = replace(message("one who waited for the morning", BACKLOG + 1), bundle=Bundle.QUIET)
    assert len(cut([*many, behind], NOW, PlaceKind.CHANNEL).ids) == BACKLOG


def test_more_than_a_handful_of_what_is_old_is_summed_up() -> None:
    minutes = int(OLD.total_seconds() // 60) + 1
    handful = [message(f"fan{number}", number, minutes) for number in range(1, HANDFUL + 1)]
    assert cut(handful, NOW, PlaceKind.CHANNEL).shape is Shape.CARDS
    more = [*handful, message("another", 99, minutes)]
    assert cut(more, NOW, PlaceKind.CHANNEL).shape is Shape.AWAY
    assert cut(more, NOW, PlaceKind.FORUM).shape is Shape.CARDS
    behind = replace(message("one who waited for the morning", 100, minutes), bundle=Bundle.QUIET)
    assert len(cut([*more, behind], NOW, PlaceKind.CHANNEL).ids) == len(more)


def test_an_open_card_takes_its_fans_messages_while_it_is_young_and_not_full() -> None:
    card = OpenCard(7, CreatorId("luna"), FanId("anna"), TEXTS_A_CARD - 1, NOW + GROWS)
    waiting = [message("anna", 8), message("anna", 9)]
    grown = cut(waiting, NOW, PlaceKind.CHANNEL, card)
    assert (grown.ids, grown.parcel, grown.shape) == ({8}, 7, Shape.GROWN)
    assert cut(waiting, NOW + GROWS, PlaceKind.CHANNEL, card).shape is Shape.CARDS
    assert cut([message("bea", 8)], NOW, PlaceKind.CHANNEL, card).shape is Shape.CARDS
