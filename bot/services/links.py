"""What the connect flow passes around."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.accounts import Connection, DiscordUserId
from bot.domain.scopes import Feature

TOKEN_BYTES = 32


class LinkKind(StrEnum):
    """What confirming will do."""

    NEW = "new"
    WIDEN = "widen"
    MOVE = "move"
    """The account is connected to another Discord user now, who loses it."""
    REPLACE = "replace"
    """The person is connected as another account now, which is disconnected."""


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """A link to our page for one person; the address is a secret."""

    url: str
    attempt: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "Link(…)"


@dataclass(frozen=True, slots=True, repr=False)
class PrivateMessage:
    """An ephemeral message that can be edited as long as its interaction's token lives."""

    token: str
    message: int

    def __repr__(self) -> str:
        return "PrivateMessage(…)"


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What works now and what was not given."""

    connection: Connection
    granted: frozenset[Feature]
    refused: frozenset[Feature]
    kind: LinkKind
    owner_name: str


class ConnectNotices(Protocol):
    """Tells people in Discord; failing to tell never undoes what happened."""

    async def connected(self, result: LinkResult, message: PrivateMessage | None) -> None:
        """Update the private message the link came in, or say it by DM."""
        ...

    async def moved_away(self, owner: DiscordUserId, handle: str) -> None:
        """Tell who had the account before that it moved."""
        ...

    async def connected_themselves(self, manager: DiscordUserId, handle: str) -> None:
        """Tell who managed the creator that what was set up for them ended."""
        ...

    async def cut_off(self, owner: DiscordUserId, features: frozenset[Feature]) -> None:
        """Tell who came back from Fanvue while the bot stopped that their yes may stand there."""
        ...


def new_token() -> str:
    """32 random bytes for links, states and cookies."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """How a high-entropy token is stored."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def form_token(browser: str, subject: str) -> str:
    """Proof that a form was rendered for this browser and this subject."""
    return hmac.new(_bytes(browser), _bytes(subject), hashlib.sha256).hexdigest()


def is_form_token(given: str, browser: str, subject: str) -> bool:
    """Whether the form came from a page of ours in this browser; constant time."""
    return bool(browser) and hmac.compare_digest(_bytes(given), _bytes(form_token(browser, subject)))


def _bytes(text: str) -> bytes:
    """Whatever a stranger sends has bytes, also what is no proper text."""
    return text.encode(errors="surrogatepass")
