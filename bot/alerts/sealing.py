"""How an event rests in storage: what we understood of it, sealed, with its routing facts beside it.

Bodies are not kept: they may hold a fan's e-mail address or the number of a payment, which nothing here needs.
"""

from datetime import datetime

import msgspec

from bot.domain.accounts import FanId
from bot.domain.events import Event, Fan
from bot.domain.money import Money
from bot.domain.pairing import Sighting, is_told_by_several_routes
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.events import NewEvent, StoredEvent
from bot.vault.keyring import Keyring

WHOLE = '{"key":'
"""How events began that were stored with what their row says as well."""


class _Rest(msgspec.Struct, omit_defaults=True):
    """What the row of an event does not say: each byte is sealed, written, synced and checkpointed."""

    at: datetime
    fan: tuple[FanId, str, str] | None = None
    """Id, handle, display name."""
    text: str | None = None
    media: bool = False
    amount: Money | None = None
    message: str | None = None
    post: str | None = None
    aliases: tuple[str, ...] = ()
    reported_as: str = ""
    sample_for: str | None = None


REST = msgspec.json.Decoder(_Rest)
EVENT = msgspec.json.Decoder(Event)


def seal_event(keyring: Keyring, event: Event, received_at: datetime) -> NewEvent:
    """The row for an event that just arrived; sealed for the event's key."""
    return NewEvent(
        key=event.key,
        kind=event.kind.value,
        creator=event.creator,
        sealed_body=keyring.seal_quickly(msgspec.json.encode(_rest_of(event)), identity=f"event:{event.key}"),
        topic=event.reported_as or None,
        received_at=received_at,
        sighting=Sighting.of(event) if is_told_by_several_routes(event) else None,
    )


def sealed_anew(keyring: Keyring, stored: StoredEvent, event: Event) -> str:
    """The body of a stored event that tells more now."""
    return keyring.seal_quickly(msgspec.json.encode(_rest_of(event)), identity=stored.seal)


def open_event(keyring: Keyring, stored: StoredEvent) -> Event:
    """The event behind a row, exactly as it was sealed. SealError, or UnexpectedAnswerError when it is no event."""
    opened = keyring.open(stored.sealed_body, identity=stored.seal)
    try:
        return EVENT.decode(opened) if opened.startswith(WHOLE) else _event(stored, REST.decode(opened))
    except msgspec.DecodeError:
        raise UnexpectedAnswerError("stored event", "body") from None


def _rest_of(event: Event) -> _Rest:
    fan = event.fan
    return _Rest(
        event.happened_at,
        (fan.id, fan.handle, fan.display_name) if fan else None,
        event.text,
        event.has_media,
        event.amount,
        event.message_uuid,
        event.post_uuid,
        event.aliases,
        event.reported_as,
        event.sample_for,
    )


def _event(stored: StoredEvent, rest: _Rest) -> Event:
    return Event(
        key=stored.key,
        kind=stored.kind,
        creator=stored.creator,
        happened_at=rest.at,
        fan=Fan(*rest.fan) if rest.fan else None,
        text=rest.text,
        has_media=rest.media,
        amount=rest.amount,
        message_uuid=rest.message,
        post_uuid=rest.post,
        aliases=rest.aliases,
        reported_as=rest.reported_as,
        sample_for=rest.sample_for,
    )
