"""Sealing text with the operator's Fernet keys, bound to whom it belongs to."""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

QUICK = "q1:"
QUICK_PURPOSE = b"fanvue quick seal 1"
NONCE_BYTES = 12


class SealError(Exception):
    """A sealed text that cannot be opened: another key, another owner, or damaged. Holds no content."""


class KeyringError(Exception):
    """The keys themselves are unusable; the message names key ids, never keys."""


class Keyring:
    """Seals and opens; the first key seals, all open.

    ``seal`` is Fernet. ``seal_quickly`` is AES-256-GCM with a key derived from the same Fernet key, at a tenth of the
    price, for what comes by the thousand; everything that opens, checks or seals anew takes both.
    """

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
        self._quick = {name: _quick_cipher(key) for name, key in zip(self.key_ids, keys, strict=True)}
        self._quick_first, self._quick_head = self._quick[self.key_ids[0]], f"{QUICK}{self.key_ids[0]}:"

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self.key_ids)})"

    @property
    def sealing_key_id(self) -> str:
        """The id (a fingerprint) of the key that seals."""
        return self.key_ids[0]

    def seal(self, text: str, *, identity: str) -> str:
        """The text sealed, openable only for the same identity."""
        return self._fernet.encrypt(json.dumps([identity, text]).encode()).decode()

    def seal_quickly(self, text: bytes, *, identity: str) -> str:
        """The text (UTF-8) sealed as ``seal`` does, for what comes by the thousand."""
        nonce = os.urandom(NONCE_BYTES)
        clear = b"%b\n%b" % (identity.encode(), text)
        return self._quick_head + binascii.b2a_base64(
            nonce + self._quick_first.encrypt(nonce, clear, None), newline=False
        ).decode("ascii")

    def open(self, sealed: str, *, identity: str) -> str:
        """The clear text, or ``SealError`` when the key or the identity is not the one it was sealed with."""
        owner, text = self._opened(sealed)
        if owner != identity:
            raise SealError("belongs to somebody else")
        return text

    def open_unclaimed(self, sealed: str) -> str:
        """The clear text whoever it belongs to: for what is used for nobody any more. SealError as in ``open``."""
        return self._opened(sealed)[1]

    def is_sealed_with_first(self, sealed: str) -> bool:
        """Whether the first key alone would open it."""
        try:
            if sealed.startswith(QUICK):
                return sealed.startswith(self._quick_head) and bool(self._unlocked(sealed))
            self._first.decrypt(sealed.encode())
        except (InvalidToken, SealError):
            return False
        return True

    def reseal(self, sealed: str) -> str:
        """The same content sealed with the first key."""
        if sealed.startswith(QUICK):
            owner, text = self._opened(sealed)
            return self.seal_quickly(text.encode(), identity=owner)
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise SealError("cannot be opened with the keys given") from None

    def _opened(self, sealed: str) -> tuple[str, str]:
        """Whose it is, and the text."""
        try:
            if sealed.startswith(QUICK):
                owner, _, text = self._unlocked(sealed).decode().partition("\n")
            else:
                owner, text = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            raise SealError("cannot be opened with the keys given") from None
        return owner, str(text)

    def _unlocked(self, sealed: str) -> bytes:
        name, _, packed = sealed.removeprefix(QUICK).partition(":")
        try:
            blob = base64.b64decode(packed, validate=True)
            return self._quick[name].decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], None)
        except (KeyError, ValueError, InvalidTag):
            raise SealError("cannot be opened with the keys given") from None


def _quick_cipher(key: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=QUICK_PURPOSE)
    return AESGCM(derive.derive(base64.urlsafe_b64decode(key)))


def new_key() -> str:
    """A fresh Fernet key for ``TOKEN_KEYS``."""
    return Fernet.generate_key().decode()
