"""What a button of the panel is about, as part of its id."""

from dataclasses import dataclass

from bot.domain.alerts import Place, PlaceKind
from bot.domain.events import EventKind

LETTERS = {PlaceKind.DM: "d", PlaceKind.CHANNEL: "c", PlaceKind.FORUM: "f"}


@dataclass(frozen=True, slots=True)
class Spot:
    """What a button of the panel is about: a creator, a place, and a kind of event or all of them."""

    creator: str
    place: Place
    kind: EventKind | None = None

    @property
    def argument(self) -> str:
        """As part of a button's id."""
        place = f"{LETTERS[self.place.kind]}{self.place.target}"
        return f"{self.creator}.{place}" + (f".{self.kind.value}" if self.kind else "")


def spot_in(argument: str) -> Spot | None:
    """What a button's id says; ``None`` when it says nothing sensible."""
    creator, _, rest = argument.partition(".")
    place, _, kind = rest.partition(".")
    kinds = {letter: kind for kind, letter in LETTERS.items()}
    if place[:1] not in kinds or not place[1:].isdecimal() or (kind and kind not in set(EventKind)):
        return None
    return Spot(creator, Place(kinds[place[:1]], int(place[1:])), EventKind(kind) if kind else None)
