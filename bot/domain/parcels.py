"""What goes into one Discord message; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from bot.domain.accounts import CreatorId, FanId
from bot.domain.alerts import PlaceKind
from bot.domain.events import EventKind
from bot.domain.rules import Bundle

OLD = timedelta(minutes=10)
"""What happened longer ago was missed: more than a handful of it is summed up."""
HANDFUL = 5
BACKLOG = 4
"""From so many cards on, those of a place share messages; fewer are sent one by one, so that each can be replied to."""
CARDS_A_MESSAGE = 10
DELIVERIES_A_MESSAGE = 25
"""As many as a menu can offer."""
TEXTS_A_CARD = 10
SUMMED_AT_ONCE = 500
WINDOW = 100
"""How far ahead deliveries are looked at that could share a message."""
GROWS = timedelta(seconds=60)


class Shape(StrEnum):
    """How deliveries share a message."""

    CARDS = "cards"
    """A card each; what one fan wrote in a row is one card."""
    AWAY = "away"
    """One card that sums them up."""
    GROWN = "grown"
    """Added to a card that stands there already."""
    ALONE = "alone"
    """By itself, after it was refused together with others."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due, as far as it matters for what it is sent with."""

    id: int
    kind: EventKind
    creator: CreatorId
    fan: FanId | None
    happened_at: datetime
    bundle: Bundle | None = None
    parcel: int | None = None
    """The message it was tried in."""
    shape: Shape | None = None

    def continues(self, other: "Waiting") -> bool:
        """Whether both are messages of one fan to one creator."""
        is_message = self.kind is EventKind.MESSAGE and other.kind is EventKind.MESSAGE
        return is_message and self.fan is not None and (self.creator, self.fan) == (other.creator, other.fan)


@dataclass(frozen=True, slots=True)
class OpenCard:
    """The newest card of a place: what the same fan writes within a minute is added to it."""

    parcel: int
    creator: CreatorId
    fan: FanId
    texts: int
    until: datetime

    def takes(self, waiting: Waiting, now: datetime) -> bool:
        """Whether this belongs on it."""
        is_same = waiting.kind is EventKind.MESSAGE and (self.creator, self.fan) == (waiting.creator, waiting.fan)
        return is_same and self.texts < TEXTS_A_CARD and now < self.until


@dataclass(frozen=True, slots=True)
class Cut:
    """These deliveries go together, as the message ``parcel`` of that shape."""

    ids: frozenset[int]
    parcel: int
    shape: Shape


def cut(waiting: Sequence[Waiting], now: datetime, kind: PlaceKind, open_card: OpenCard | None = None) -> Cut:
    """What of a place's due deliveries, given in their order, is the next message; the first is always in it.

    None of them was tried before, but for those to be sent alone. A message holds one creator's cards, in order.
    Deliveries that were held together are summed up; so is more than a handful of what is long past; a desk's posts
    are a fan's each, so nothing is merged there.
    """
    first = waiting[0]
    own = (one for one in waiting if one.creator == first.creator)
    fresh = list(takewhile(lambda one: one.shape is not Shape.ALONE, own))
    if not fresh:
        return Cut(frozenset({first.id}), first.id, Shape.ALONE)
    if kind is not PlaceKind.FORUM and (summed := _summed(fresh, now)):
        return _cut(fresh[:summed], first.id, Shape.AWAY)
    streak = _leading(fresh, lambda one: one is first or one.continues(first))
    if open_card is not None and open_card.takes(first, now):
        return _cut(fresh[: min(streak, TEXTS_A_CARD - open_card.texts)], open_card.parcel, Shape.GROWN)
    merged = 0 if kind is PlaceKind.FORUM else _merged(fresh)
    return _cut(fresh[: merged or min(streak, TEXTS_A_CARD)], first.id, Shape.CARDS)


def _cut(taken: Sequence[Waiting], parcel: int, shape: Shape) -> Cut:
    return Cut(frozenset(one.id for one in taken), parcel, shape)


def _summed(fresh: Sequence[Waiting], now: datetime) -> int:
    """How many at the front are summed up; none when they are only a handful, unless they were held for that."""
    bundle = fresh[0].bundle
    if bundle is not None:
        return min(_leading(fresh, lambda one: one.bundle is bundle), SUMMED_AT_ONCE)
    old = _leading(fresh, lambda one: one.bundle is None and now - one.happened_at > OLD)
    return min(old, SUMMED_AT_ONCE) if old > HANDFUL else 0


def _merged(fresh: Sequence[Waiting]) -> int:
    """How many share a message, ten cards at most; none when there is no backlog."""
    taken = cards = texts = 0
    for one in fresh[:DELIVERIES_A_MESSAGE]:
        is_added = taken and texts < TEXTS_A_CARD and one.continues(fresh[taken - 1])
        if one.bundle is not None or (cards == CARDS_A_MESSAGE and not is_added):
            break
        texts = texts + 1 if is_added else 1
        cards += not is_added
        taken += 1
    return taken if cards >= BACKLOG else 0


def _leading(waiting: Sequence[Waiting], claim: Callable[[Waiting], bool]) -> int:
    """How many at the front a claim is true of."""
    return sum(1 for _ in takewhile(claim, waiting))
