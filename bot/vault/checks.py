"""Noticing at the start that a key is wrong or missing, before anything is lost by it."""

from datetime import datetime
from typing import Protocol

from bot.domain.clock import Clock
from bot.vault.keyring import Keyring, KeyringError, SealError

IDENTITY = "key-check"


class KeyChecks(Protocol):
    """Where one sealed check per key is kept."""

    async def all(self) -> dict[str, str]:
        """Sealed check by key id."""
        ...

    async def add(self, key_id: str, sealed_check: str, now: datetime) -> None:
        """Keep a check; a known key id is left as it is."""
        ...


async def check_keys(keyring: Keyring, checks: KeyChecks, clock: Clock) -> None:
    """As ``verify_keys``, and note the sealing key: for a process that is about to seal with it."""
    await verify_keys(keyring, checks)
    if keyring.sealing_key_id not in await checks.all():
        await checks.add(keyring.sealing_key_id, keyring.seal("ok", identity=IDENTITY), clock.now())


async def verify_keys(keyring: Keyring, checks: KeyChecks) -> None:
    """Raise KeyringError when something stored was sealed with a key that is not given; changes nothing."""
    for key_id, sealed in (await checks.all()).items():
        try:
            keyring.open(sealed, identity=IDENTITY)
        except SealError:
            raise KeyringError(
                f"TOKEN_KEYS lacks the key with id {key_id}, which sealed what is stored. Add it (behind the first), "
                "and drop it only after `python -m bot rotate-keys`."
            ) from None
