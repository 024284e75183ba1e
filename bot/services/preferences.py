"""What a person chose for themselves."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.domain.accounts import DiscordUserId
from bot.domain.errors import BadInputError
from bot.storage.preferences import PreferenceStore


class PreferencesService:
    """The reader's time zone; UTC until they say otherwise."""

    def __init__(self, preferences: PreferenceStore) -> None:
        self._preferences = preferences

    async def zone(self, person: DiscordUserId, named: str | None = None) -> ZoneInfo:
        """Their zone; a name given is checked and remembered."""
        if named:
            zone = self._known(named)
            await self._preferences.set_timezone(person, zone.key)
            return zone
        return self._known(await self._preferences.timezone(person) or "UTC")

    def matching(self, text: str, limit: int = 25) -> list[str]:
        """Zone names that hold the text, for a picker."""
        wanted = text.strip().lower().replace(" ", "_")
        names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        return [name for name in names if wanted in name.lower()][:limit]

    def _known(self, named: str) -> ZoneInfo:
        try:
            return ZoneInfo(named.strip())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInputError("That is not a time zone. Pick one from the list, such as `Europe/Berlin`.") from None
