"""Being on a fan."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.accounts import CreatorId, DiscordUserId, FanId


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody is on a fan, until they let go or it runs out."""

    creator: CreatorId
    fan: FanId
    holder: DiscordUserId
    holder_name: str
    since: datetime
    until: datetime
    is_snoozed: bool = False
    """Whether they want to be left alone about it until then."""
