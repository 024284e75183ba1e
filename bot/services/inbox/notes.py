"""The team's notes about a fan, opened."""

from bot.domain.accounts import CreatorId, FanId
from bot.domain.conversations import Note
from bot.storage.notes import NoteStore
from bot.vault.keyring import Keyring, SealError


async def opened(store: NoteStore, keyring: Keyring, creator: CreatorId, fan: FanId, limit: int) -> list[Note]:
    """The latest, newest first; what cannot be opened any more is left out."""
    found = []
    for one in await store.of_fan(creator, fan, limit):
        try:
            text = keyring.open(one.sealed_text, identity=note_identity(one.id))
        except SealError:
            continue
        found.append(Note(one.id, text, one.author, one.created_at))
    return found


def note_identity(note_id: str) -> str:
    """What a note is sealed for."""
    return f"note:{note_id}"
