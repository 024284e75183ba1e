"""What a person chose for themselves."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.domain.access import Grant
from bot.domain.accounts import DiscordUserId
from bot.domain.errors import BadInputError
from bot.storage.preferences import PreferenceStore

ZONES_OF_LOCALES = {
    "bg": "Europe/Sofia",
    "cs": "Europe/Prague",
    "da": "Europe/Copenhagen",
    "de": "Europe/Berlin",
    "el": "Europe/Athens",
    "en-GB": "Europe/London",
    "en-US": "America/New_York",
    "es-419": "America/Mexico_City",
    "es-ES": "Europe/Madrid",
    "fi": "Europe/Helsinki",
    "fr": "Europe/Paris",
    "hi": "Asia/Kolkata",
    "hr": "Europe/Zagreb",
    "hu": "Europe/Budapest",
    "id": "Asia/Jakarta",
    "it": "Europe/Rome",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "lt": "Europe/Vilnius",
    "nl": "Europe/Amsterdam",
    "no": "Europe/Oslo",
    "pl": "Europe/Warsaw",
    "pt-BR": "America/Sao_Paulo",
    "ro": "Europe/Bucharest",
    "ru": "Europe/Moscow",
    "sv-SE": "Europe/Stockholm",
    "th": "Asia/Bangkok",
    "tr": "Europe/Istanbul",
    "uk": "Europe/Kyiv",
    "vi": "Asia/Ho_Chi_Minh",
    "zh-CN": "Asia/Shanghai",
    "zh-TW": "Asia/Taipei",
}
"""Where most people who set their Discord to a language live: a first guess, said and changed with a button."""


class PreferencesService:
    """The reader's time zone; UTC until they say otherwise."""

    def __init__(self, preferences: PreferenceStore) -> None:
        self._preferences = preferences

    async def zone(self, person: DiscordUserId, named: str | None = None) -> ZoneInfo:
        """Their zone; a name given is checked and remembered."""
        if named:
            zone = self.known(named)
            await self._preferences.set_timezone(person, zone.key)
            return zone
        return self.known(await self._preferences.timezone(person) or "UTC")

    async def zone_for(self, grant: Grant, named: str | None = None, locale: str = "") -> ZoneInfo:
        """The zone whose days count for a creator: the reader's, else the creator's, else a guess from a language.

        A name given is checked and remembered for the reader. BadInputError for one that does not exist.
        """
        if named:
            return await self.zone(grant.actor.user, named)
        chosen = await self._preferences.timezone(grant.actor.user, grant.connection.owner)
        return self.known(chosen or ZONES_OF_LOCALES.get(locale, "UTC"))

    async def creator_zone(self, grant: Grant) -> ZoneInfo:
        """The zone of whoever connected the creator, in which times of publishing are meant; else the actor's."""
        return self.known(await self._preferences.timezone(grant.connection.owner, grant.actor.user) or "UTC")

    def matching(self, text: str, limit: int = 25) -> list[str]:
        """Zone names that hold the text, for a picker."""
        wanted = text.strip().lower().replace(" ", "_")
        names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        return [name for name in names if wanted in name.lower()][:limit]

    def known(self, named: str) -> ZoneInfo:
        """The zone of that name; BadInputError when there is none."""
        try:
            return ZoneInfo(named.strip())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInputError("That is not a time zone. Pick one from the list, such as `Europe/Berlin`.") from None
