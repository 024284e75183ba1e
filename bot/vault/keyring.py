"""Sealing text with the operator's Fernet keys, bound to whom it belongs to."""

import hashlib
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

CHECK_IDENTITY = "key-check"


class SealError(Exception):
    """A sealed text that cannot be opened: another key, another owner, or damaged. Holds no content."""


class KeyringError(Exception):
    """The keys themselves are unusable; the message names key ids, never keys."""


class Keyring:
    """Seals and opens; the first key seals, all open."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            fernets = [Fernet(key.encode()) for key in keys]
        except ValueError:
            raise KeyringError("TOKEN_KEYS holds something that is not a Fernet key.") from None
        if not fernets:
            raise KeyringError("TOKEN_KEYS holds no key.")
        self._fernet = MultiFernet(fernets)
        self._first = fernets[0]
        self.key_ids = tuple(hashlib.sha256(key.encode()).hexdigest()[:8] for key in keys)

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self.key_ids)})"

    @property
    def sealing_key_id(self) -> str:
        """The id (a fingerprint) of the key that seals."""
        return self.key_ids[0]

    def seal(self, text: str, *, identity: str) -> str:
        """The text sealed, openable only for the same identity."""
        return self._fernet.encrypt(json.dumps([identity, text]).encode()).decode()

    def open(self, sealed: str, *, identity: str) -> str:
        """The clear text, or ``SealError`` when the key or the identity is not the one it was sealed with."""
        try:
            owner, text = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            raise SealError("cannot be opened with the keys given") from None
        if owner != identity:
            raise SealError("belongs to somebody else")
        return str(text)

    def is_sealed_with_first(self, sealed: str) -> bool:
        """Whether the first key alone would open it."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: str) -> str:
        """The same content sealed with the first key."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise SealError("cannot be opened with the keys given") from None


def new_key() -> str:
    """A fresh Fernet key for ``TOKEN_KEYS``."""
    return Fernet.generate_key().decode()
