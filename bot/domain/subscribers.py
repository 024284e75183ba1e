"""Who is subscribed to a creator, as far as it tells that a subscription ends."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.accounts import Creator
from bot.domain.events import EventKind, Fan
from bot.domain.scopes import Scope

ENDINGS = frozenset({EventKind.CANCELLATION, EventKind.ENDED})
ENDING_SCOPES = frozenset({Scope.READ_FAN, Scope.READ_INSIGHTS})
"""What the grant must hold to look for them: the list, and what Fanvue says of each fan on it."""


def can_be_looked_for(creator: Creator) -> bool:
    """Whether Fanvue can be asked who is subscribed, and whose subscription ends; of managed creators it cannot."""
    return creator.managed is None and creator.connection.scopes >= ENDING_SCOPES


@dataclass(frozen=True, slots=True, repr=False)
class Subscriber:
    """One fan with a subscription; ``None`` where Fanvue did not say."""

    fan: Fan
    ends_at: datetime | None = None
    """When the paid period ends."""
    is_ending: bool | None = None
    """Whether it ends then and is not renewed."""
