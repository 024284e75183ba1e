"""Re-sealing everything with the first key, beside a running bot."""

from collections.abc import AsyncIterator
from typing import Protocol

from bot.vault.keyring import Keyring


class SealedValues(Protocol):
    """Every sealed value that outlives an hour, in batches."""

    def batches(self) -> AsyncIterator[list[tuple[str, int | str, str]]]:
        """Lists of (what, id, sealed text)."""
        ...

    async def set(self, what: str, identity: int | str, *, expected: str, sealed: str) -> bool:
        """Swap a value; false when it changed meanwhile (then it is freshly sealed already)."""
        ...


class Checks(Protocol):
    """Where the key checks are."""

    async def keep_only(self, key_id: str) -> None:
        """Forget the checks of all other keys."""
        ...


async def rotate(keyring: Keyring, values: SealedValues, checks: Checks) -> int:
    """How many values were sealed anew; only the first key is needed then. SealError when one cannot be opened."""
    count = 0
    async for batch in values.batches():
        for what, identity, sealed in batch:
            count += await values.set(what, identity, expected=sealed, sealed=keyring.reseal(sealed))
    await checks.keep_only(keyring.sealing_key_id)
    return count
