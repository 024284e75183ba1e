"""The commonest webhook, a fan's message of the current family, read in one typed pass. Pure.

Gives exactly what ``envelope`` gives, or nothing: whatever is unusual about a body is left to it.
"""

from datetime import UTC, datetime

import msgspec

from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import Event, EventKind, Fan
from bot.fanvue.payload import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, UUID, likely

TYPE = "creator.message.received"


class _Person(msgspec.Struct):
    uuid: str
    handle: str = ""
    display_name: str = ""
    displayName: msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Fanvue's name


class _Creator(msgspec.Struct):
    uuid: str


class _Data(msgspec.Struct):
    uuid: str
    sender: str
    created_at: str
    creator: _Creator
    fan: _Person
    text: str | None = None
    is_automated: bool = False
    has_media: bool = False
    media_uuids: list[str] = []
    type: msgspec.UnsetType = msgspec.UNSET
    message_uuid: msgspec.UnsetType = msgspec.UNSET
    post_uuid: msgspec.UnsetType = msgspec.UNSET


class _Envelope(msgspec.Struct):
    type: str
    data: _Data


ENVELOPE = msgspec.json.Decoder(_Envelope)


def read(body: bytes, received_at: datetime) -> Event | None:
    """The message, when the body is a plain one."""
    try:
        envelope = ENVELOPE.decode(body)
    except (ValueError, RecursionError):
        return None
    data, fan = envelope.data, envelope.data.fan
    if envelope.type != TYPE or data.sender == "creator" or data.is_automated:
        return None
    if not (UUID.fullmatch(data.uuid) and UUID.fullmatch(data.creator.uuid) and UUID.fullmatch(fan.uuid)):
        return None
    at = _instant(data.created_at)
    text = data.text or ""
    if at is None or not (
        _is_short(text, MAX_TEXT_LENGTH)
        and _is_short(fan.handle, MAX_NAME_LENGTH)
        and _is_short(fan.display_name, MAX_NAME_LENGTH)
    ):
        return None
    creator, message = data.creator.uuid.lower(), data.uuid.lower()
    return Event(
        key=f"message:{creator}:{message}",
        kind=EventKind.MESSAGE,
        creator=CreatorId(creator),
        happened_at=likely(at, received_at),
        fan=Fan(FanId(fan.uuid.lower()), fan.handle, fan.display_name),
        text=text or None,
        has_media=data.has_media or bool(data.media_uuids),
        message_uuid=message,
    )


def _is_short(text: str, limit: int) -> bool:
    """Whether it is kept as it is; JSON that decodes holds no other characters that cannot be stored."""
    return len(text) <= limit and "\x00" not in text


def _instant(text: str) -> datetime | None:
    """A full instant in UTC; other ways to write one are left to the careful reading."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is UTC else None
