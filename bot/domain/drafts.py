"""What a team member wants a fan to read."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from bot.domain import text
from bot.domain.accounts import ChannelId, DiscordUserId, MessageId
from bot.domain.errors import BadInputError
from bot.domain.money import minor_units

TEXT_LIMIT = 5000
LEAST_PRICE = 300
MOST_PRICE = 50_000
MOST_TYPED = 999_999
"""Cents; what is typed beyond that is no price at all."""
EMPTY = "There is no text in that reply, so nothing was sent."


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """Words, ready media by their ids, what the media cost in cents, and what can be seen of them before that."""

    text: str = ""
    media: tuple[str, ...] = ()
    price: int | None = None
    preview: str | None = None

    @property
    def is_wordless(self) -> bool:
        """Whether there is nothing in it that a reader could see as words."""
        return not text.clean(self.text).strip()

    def checked(self) -> "Draft":
        """As Fanvue takes it; BadInputError says what to change."""
        clean = "" if self.is_wordless else self.text.strip()
        if not clean and not self.media:
            raise BadInputError(EMPTY)
        if len(clean) > TEXT_LIMIT:
            raise BadInputError(
                f"Fanvue takes {TEXT_LIMIT:,} characters; this reply has {len(clean):,}. Nothing was sent."
            )
        if self.price is not None and not self.media:
            raise BadInputError("Only media can have a price. Attach a file, or leave the price out. Nothing was sent.")
        if self.price is not None and not LEAST_PRICE <= self.price <= MOST_PRICE:
            raise BadInputError("A price is from $3.00 to $500.00. Nothing was sent.")
        if self.preview is not None and self.price is None:
            raise BadInputError("A free preview is for media with a price. Add the price, or no preview.")
        return replace(self, text=clean)

    def packed(self) -> str:
        """As one text."""
        return json.dumps(asdict(self))

    @classmethod
    def unpacked(cls, words: str) -> Self:
        """Out of that text."""
        found = json.loads(words)
        return cls(found["text"], tuple(found["media"]), found["price"], found.get("preview"))


@dataclass(frozen=True, slots=True)
class CutShort:
    """A reply whose sending was cut short, and where its author is told."""

    key: str
    """By which it can be sent again."""
    author: DiscordUserId
    channel: ChannelId
    card: MessageId | None
    has_arrived: bool = False
    """Whether the fan has it; nobody knows otherwise."""


def cents_of(words: str) -> int:
    """A price as people write it (5, 5.5, $4.99), in cents; BadInputError for anything else."""
    cents = minor_units(words)
    if cents is None or cents > MOST_TYPED:
        raise BadInputError("Write the price like `5` or `4.99` (US dollars). Nothing was sent.")
    return cents
