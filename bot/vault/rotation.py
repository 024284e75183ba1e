"""Re-sealing everything with the first key, beside a running bot."""

from dataclasses import dataclass

from bot.storage.keys import KeyCheckStore
from bot.storage.sealed import SealedStore
from bot.vault.keyring import Keyring, KeyringError, SealError

MOST_PASSES = 5


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did."""

    resealed: int
    unreadable: int
    """Values that none of the keys opens: damaged, or sealed with a key that is long gone."""


async def rotate(keyring: Keyring, values: SealedStore, checks: KeyCheckStore) -> Rotation:
    """Seal everything with the first key; only that one is needed then.

    What the bot stores meanwhile is looked at again, until a whole pass finds nothing left. KeyringError when the bot
    was not started with the first key yet, or something goes on sealing with another.
    """
    if keyring.sealing_key_id not in await checks.all():
        raise KeyringError(
            f"The bot does not use the key with id {keyring.sealing_key_id} yet. Put it first in TOKEN_KEYS, keep the "
            "older ones behind it, restart the bot, then run this again."
        )
    resealed = 0
    for _ in range(MOST_PASSES):
        outdated, swapped, unreadable = await _pass(keyring, values)
        resealed += swapped
        if not outdated:
            await checks.keep_only(keyring.sealing_key_id)
            return Rotation(resealed, unreadable)
    raise KeyringError(
        "Something goes on sealing with an older key: restart every process of the bot with the new key first in "
        "TOKEN_KEYS, then run this again."
    )


async def _pass(keyring: Keyring, values: SealedStore) -> tuple[int, int, int]:
    """How many values another key had sealed, how many of them were swapped, how many cannot be opened."""
    outdated = swapped = unreadable = 0
    async for batch in values.batches():
        for what, identity, sealed in batch:
            if keyring.is_sealed_with_first(sealed):
                continue
            try:
                fresh = keyring.reseal(sealed)
            except SealError:
                unreadable += 1
                continue
            outdated += 1
            swapped += await values.set(what, identity, expected=sealed, sealed=fresh)
    return outdated, swapped, unreadable
