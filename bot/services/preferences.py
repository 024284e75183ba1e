"""What a person chose for themselves."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.domain.access import Capability, Grant
from bot.domain.accounts import DiscordUserId
from bot.domain.errors import BadInputError
from bot.services.access import require
from bot.storage.creators import CreatorStore
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

NEAR, SHOWN = 25, 3


class PreferencesService:
    """A person's time zone, UTC until they say otherwise, and the zone in which a creator's days end."""

    def __init__(self, preferences: PreferenceStore, creators: CreatorStore) -> None:
        self._preferences = preferences
        self._creators = creators

    async def zone(self, person: DiscordUserId, named: str | None = None) -> ZoneInfo:
        """Their zone; a name given is checked and remembered."""
        if named:
            zone = self.known(named)
            await self._preferences.set_timezone(person, zone.key)
            return zone
        return self.known(await self._preferences.timezone(person) or "UTC")

    async def zone_for(self, grant: Grant, named: str | None = None, locale: str = "") -> ZoneInfo:
        """The zone whose days count for a creator: theirs, whoever reads.

        Until somebody has said: the reader's, else that of whoever connected them, else a guess from a language.
        A name given counts this once and is remembered for the reader. BadInputError for one that does not exist.
        """
        if named:
            return await self.zone(grant.actor.user, named)
        if settled := await self.settled_zone(grant):
            return settled
        chosen = await self._preferences.timezone(grant.actor.user, grant.connection.owner)
        return self.known(chosen or ZONES_OF_LOCALES.get(locale, "UTC"))

    async def typed_zone(self, grant: Grant, locale: str = "", named: str | None = None) -> ZoneInfo:
        """The zone in which the actor means a time they type: the one named, else their own, else the creator's."""
        if named:
            return self.known(named)
        if own := await self._preferences.timezone(grant.actor.user):
            return self.known(own)
        return await self.zone_for(grant, locale=locale)

    async def creator_zone(self, grant: Grant, locale: str) -> ZoneInfo:
        """The zone in which a creator's times of publishing are meant: theirs, else their owner's, else the actor's.

        Until any of them has said: a guess from a language.
        """
        if settled := await self.settled_zone(grant):
            return settled
        chosen = await self._preferences.timezone(grant.connection.owner, grant.actor.user)
        return self.known(chosen or ZONES_OF_LOCALES.get(locale, "UTC"))

    async def settled_zone(self, grant: Grant) -> ZoneInfo | None:
        """Where the creator's days end, once somebody has said."""
        stored = await self._creators.timezone(grant.creator)
        return self.known(stored) if stored else None

    async def settle_zone(self, grant: Grant, named: str, *, replaces: bool) -> ZoneInfo:
        """Have the creator's days end there, for everybody who reads; the zone that stands from now on.

        Needs the right to manage. BadInputError for a zone that does not exist.
        """
        require(grant, Capability.MANAGE)
        zone = self.known(named)
        return self.known(await self._creators.set_timezone(grant.creator, zone.key, replaces=replaces) or zone.key)

    def matching(self, text: str, limit: int = 25) -> list[str]:
        """Zone names that hold the text, for a picker.

        Without those of ``Etc``, whose ``GMT+2`` is two hours behind, not ahead.
        """
        wanted = _as_zone(text)
        names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        return [name for name in names if wanted in name.lower() and not name.startswith("Etc/")][:limit]

    def known(self, named: str) -> ZoneInfo:
        """The zone of that name, or of that city; BadInputError when there is none."""
        try:
            return ZoneInfo(named.strip())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            near = self.matching(named, NEAR)
            meant = [name for name in near if _as_zone(named) in {name.lower(), name.lower().rpartition("/")[2]}]
            if len(meant) == 1:
                return ZoneInfo(meant[0])
            such_as = ", ".join(f"`{name}`" for name in near[:SHOWN]) or "`Europe/Berlin`"
            raise BadInputError(f"That is not a time zone. Write or pick a name such as {such_as}.") from None


def _as_zone(text: str) -> str:
    return text.strip().lower().replace(" ", "_")
