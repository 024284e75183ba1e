"""How an event rests in storage: what we understood of it, sealed, with its routing facts beside it.

Bodies are not kept: they may hold a fan's e-mail address or the number of a payment, which nothing here needs.
"""

from datetime import datetime

import msgspec

from bot.domain.events import Event
from bot.domain.pairing import Sighting, is_told_by_several_routes
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.events import NewEvent, StoredEvent
from bot.vault.keyring import Keyring


def seal_event(keyring: Keyring, event: Event, received_at: datetime) -> NewEvent:
    """The row for an event that just arrived; sealed for the event's key."""
    return NewEvent(
        key=event.key,
        kind=event.kind.value,
        creator=event.creator,
        sealed_body=keyring.seal_quickly(msgspec.json.encode(event), identity=f"event:{event.key}"),
        topic=event.reported_as or None,
        received_at=received_at,
        sighting=Sighting.of(event) if is_told_by_several_routes(event) else None,
    )


def open_event(keyring: Keyring, stored: StoredEvent) -> Event:
    """The event behind a row, exactly as it was sealed. SealError, or UnexpectedAnswerError when it is no event."""
    sealed = keyring.open(stored.sealed_body, identity=f"event:{stored.key}")
    try:
        return msgspec.json.decode(sealed, type=Event)
    except msgspec.DecodeError:
        raise UnexpectedAnswerError("stored event", "body") from None
