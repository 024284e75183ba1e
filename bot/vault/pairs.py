"""A connection's tokens, sealed and clear."""

import json
import secrets
from dataclasses import dataclass

from bot.domain.accounts import CreatorId
from bot.fanvue.oauth import TokenPair
from bot.vault.keyring import Keyring, SealError


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """A clear pair; prints as ``…`` and has no JSON form."""

    access: str
    refresh: str
    grant: str
    """Our own name for the authorisation both grew from: a refresh keeps it, connecting again makes a new one."""

    def __repr__(self) -> str:
        return "Tokens(…)"


def seal_pair(keyring: Keyring, creator: CreatorId, pair: TokenPair, *, grant: str | None = None) -> str:
    """The pair sealed for its creator; without a ``grant`` it begins one."""
    text = json.dumps([pair.access_token, pair.refresh_token, grant or secrets.token_hex(8)])
    return keyring.seal(text, identity=f"tokens:{creator}")


def open_pair(keyring: Keyring, creator: CreatorId, sealed: str) -> Tokens:
    """The clear pair of a creator; SealError when it cannot be opened or is none."""
    return _read(keyring.open(sealed, identity=f"tokens:{creator}"))


def open_any_pair(keyring: Keyring, sealed: str) -> Tokens:
    """The clear pair of whomever: to revoke it, when nothing says any more whose it was. SealError as above."""
    return _read(keyring.open_unclaimed(sealed))


def _read(text: str) -> Tokens:
    try:
        access, refresh, grant = json.loads(text)
    except ValueError:
        raise SealError("holds no pair") from None
    return Tokens(str(access), str(refresh), str(grant))
