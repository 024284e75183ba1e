"""How an event rests in storage: sealed, with its routing facts beside it."""

from datetime import datetime

from bot.domain.events import Event
from bot.fanvue import webhooks
from bot.storage.events import NewEvent, StoredEvent
from bot.vault.keyring import Keyring


def seal_event(keyring: Keyring, event: Event, body: bytes, topic: str | None, received_at: datetime) -> NewEvent:
    """The row for an event that just arrived; the body is sealed for the event's key."""
    return NewEvent(
        key=event.key,
        kind=event.kind.value,
        creator=event.creator,
        sealed_body=keyring.seal(body.decode("utf-8", "replace"), identity=f"event:{event.key}"),
        topic=topic,
        received_at=received_at,
    )


def open_event(keyring: Keyring, stored: StoredEvent) -> Event:
    """The event behind a row."""
    body = keyring.open(stored.sealed_body, identity=f"event:{stored.key}").encode()
    return webhooks.parse(body, topic=stored.topic, event=stored.topic, received_at=stored.received_at)
