"""Noticing at the start that a key is wrong or missing, before anything is lost by it."""

from bot.domain.clock import Clock
from bot.storage.keys import KeyCheckStore
from bot.vault.keyring import Keyring, KeyringError, SealError

IDENTITY = "key-check"


async def check_keys(keyring: Keyring, checks: KeyCheckStore, clock: Clock) -> None:
    """As ``verify_keys``, and note the sealing key: for a process that is about to seal with it."""
    await verify_keys(keyring, checks)
    if keyring.sealing_key_id not in await checks.all():
        await checks.add(keyring.sealing_key_id, keyring.seal("ok", identity=IDENTITY), clock.now())


async def verify_keys(keyring: Keyring, checks: KeyCheckStore) -> None:
    """Raise KeyringError when something stored was sealed with a key that is not given; changes nothing."""
    for key_id, sealed in (await checks.all()).items():
        try:
            keyring.open(sealed, identity=IDENTITY)
        except SealError:
            raise KeyringError(
                f"TOKEN_KEYS lacks the key with id {key_id}, which sealed what is stored. Add it (behind the first), "
                "and drop it only after `python -m bot rotate-keys`."
            ) from None
