"""Asking Fanvue for what its webhooks did not bring: what is asked, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.scopes import Scope

POLLED = "polled"
"""What events that were asked for are reported as; those that webhooks brought have another topic, or none."""


class Source(StrEnum):
    """The lists that are read; each has a cursor of its own."""

    CHATS = "chats"
    EARNINGS = "earnings"
    REVERSALS = "reversals"
    NOTIFICATIONS = "notifications"

    @property
    def scope(self) -> Scope:
        """What the grant must hold for it."""
        return SCOPES[self]


SCOPES = {
    Source.CHATS: Scope.READ_CHAT,
    Source.EARNINGS: Scope.READ_INSIGHTS,
    Source.REVERSALS: Scope.READ_INSIGHTS,
    Source.NOTIFICATIONS: Scope.READ_SELF,
}


class Outcome(StrEnum):
    """What became of reading one list once."""

    READ = "read"
    LIMITED = "limited"
    """Fanvue wants to be asked later."""
    REFUSED = "refused"
    """The account may not read it, whatever its scopes say."""
    MISSING = "missing"
    """There is no such list for this account, or this version of the API is gone."""
    UNANSWERED = "unanswered"
    """Fanvue does not answer, or answers in a way we do not know."""
    SIGN_IN = "sign_in"
    """Fanvue renewed the grant, and refuses the new token all the same."""
    CUT_SHORT = "cut_short"
    """More had happened than is read at once; what is oldest is read the next time, where it is too much left out."""
    ODD_ROWS = "odd_rows"
    """Beside one of the others: some of its rows could not be read, and were left out."""

    @property
    def is_trouble(self) -> bool:
        """Whether people should know."""
        return self.is_unanswered or self in {Outcome.REFUSED, Outcome.MISSING}

    @property
    def is_unanswered(self) -> bool:
        """Whether it is Fanvue's own trouble, and ends by itself."""
        return self in {Outcome.UNANSWERED, Outcome.SIGN_IN}


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one list of one creator was read."""

    since: datetime
    """What happened before is history."""
    read_to: datetime | None = None
    """Everything from ``since`` up to here, in Fanvue's time, was taken in."""
    trouble: Outcome | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """How one creator is followed; ``None`` where nothing was noted yet."""

    heard_at: datetime | None = None
    """When the last webhook came, to within some minutes."""
    missed_at: datetime | None = None
    """When something was last found that no webhook had brought."""
    polled_at: datetime | None = None
    beat_seconds: int | None = None
    """How often Fanvue is asked at present: what no webhook brings comes that late."""
    cursors: Mapping[Source, Cursor] = field(default_factory=dict)
