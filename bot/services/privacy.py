"""What is stored about a person, for that person: see it, take it along, have it gone."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from bot.domain.accounts import DiscordUserId
from bot.services.connections import ConnectionsService


class PersonalData(Protocol):
    """Every store that holds something about people."""

    async def export(self, user: DiscordUserId) -> dict[str, list[dict[str, Any]]]:
        """Everything about a person, by subject, without secrets."""
        ...

    async def forget(self, user: DiscordUserId) -> None:
        """Hold nothing about them any more."""
        ...


class PrivacyService:
    """Works on the asking person's own data alone."""

    def __init__(self, data: PersonalData, connections: ConnectionsService) -> None:
        self._data = data
        self._connections = connections

    async def counts(self, person: DiscordUserId) -> Mapping[str, int]:
        """How many entries there are, by subject."""
        return {subject: len(rows) for subject, rows in (await self._data.export(person)).items() if rows}

    async def export(self, person: DiscordUserId) -> bytes:
        """Everything stored about the person, as JSON; without tokens, texts of fans or other secrets."""
        return json.dumps(await self._data.export(person), default=_written, indent=2).encode()

    async def erase(self, person: DiscordUserId) -> bool:
        """Revoke what is theirs at Fanvue and forget the rest; false when Fanvue could not be told to revoke."""
        is_revoked = await self._connections.leave(person)
        await self._data.forget(person)
        return is_revoked


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
