"""From an answer to a typed value or a named error. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from bot.domain.text import clean, shorten
from bot.fanvue.errors import (
    ConflictError,
    FanvueError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    ServerError,
    UnauthorizedError,
    UnexpectedAnswerError,
    VersionRetiredError,
)
from bot.fanvue.lenient import LeftOut, field_of, mended, well_formed, with_utc
from bot.fanvue.wire import Call

T = TypeVar("T")

MAX_REASONS = 5
MAX_REASON_LENGTH = 160
MAX_READ_REASON_LENGTH = 300
ECHO_LENGTH = 12
"""So many characters in a row that were also sent are taken for an echo."""
ELLIPSIS = "…"
PRIVATE = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\S{1,64}@\S{1,255}|\S{40,}")
"""Uuids, e-mail addresses, and words as long as tokens are."""
QUOTED = re.compile(r"\"[^\"]+\"|'[^']+'|`[^`]+`")


def decode(
    operation_id: str,
    decoder: "msgspec.json.Decoder[T]",
    body: bytes,
    left_out: LeftOut | None = None,
    *,
    fills_gaps: bool = False,
) -> T:
    """The value; UnexpectedAnswerError names the field, in our names for it, without the payload."""
    body = with_utc(body)
    try:
        return _decoded(decoder, body, left_out, fills_gaps=fills_gaps)
    except msgspec.ValidationError as error:
        field = field_of(str(error))
    except (msgspec.DecodeError, ValueError):
        field = "body"
    except RecursionError:
        field = "depth"
    raise UnexpectedAnswerError(operation_id, field)


def decoder_for(answer: type[T]) -> "msgspec.json.Decoder[T]":
    """A decoder for ``decode``, to be made once."""
    return msgspec.json.Decoder(answer)


def refusal(call: Call[Any], status: int, body: bytes) -> FanvueError:
    """The error for a status that is neither success nor 429.

    A 403 with a page for people is no refusal of Fanvue's API, which answers in JSON: a firewall keeps us out for now.
    """
    operation_id = call.operation_id
    if status >= 500 or (status == 403 and body.lstrip().startswith(b"<")):  # noqa: PLR2004 - the classes of HTTP statuses
        return ServerError(operation_id, status)
    if not 400 <= status < 500:  # noqa: PLR2004 - as above
        return UnexpectedAnswerError(operation_id, f"status {status}")
    said = reasons(body, call)
    match status:
        case 401:
            return UnauthorizedError(operation_id)
        case 403:
            return ForbiddenError(operation_id, said[0] if said else "")
        case 404:
            return NotFoundError(operation_id, said[0] if said else "")
        case 409:
            return ConflictError(operation_id, said)
        case 410:
            return VersionRetiredError(operation_id, _next_version(body))
    return InvalidRequestError(operation_id, said, status)


def reasons(body: bytes, call: Call[Any]) -> tuple[str, ...]:
    """What an error body says, from ``errors``, ``message`` or ``error``: cleaned, short, no echo of what was sent."""
    answer = _object(body)
    found = answer.get("errors") or answer.get("message") or answer.get("error")
    listed = found if isinstance(found, list) else [found]
    sent = tuple(_texts([call.body, [value for _, value in call.query]]))
    texts = (_reason(item, sent) for item in listed[:MAX_REASONS])
    return tuple(dict.fromkeys(text for text in texts if text))


def header_text(text: str) -> str:
    """A header value fit to be kept and logged: printable ASCII, short."""
    return "".join(character for character in text if character.isascii() and character.isprintable())[:64]


def _reason(item: object, sent: tuple[str, ...]) -> str:
    if isinstance(item, dict):
        item = item.get("message")
    if not isinstance(item, str):
        return ""
    text = " ".join(clean(item[:MAX_READ_REASON_LENGTH]).split())
    return shorten(_without_echo(PRIVATE.sub(ELLIPSIS, text), sent), MAX_REASON_LENGTH)


def _without_echo(text: str, sent: tuple[str, ...]) -> str:
    """The text without pieces of what was sent: quoted ones of any length, bare ones from twelve characters."""
    sent = tuple(" ".join(clean(value).split()) for value in sent)

    def hide(match: re.Match[str]) -> str:
        quote, inner = match[0][0], match[0][1:-1]
        return f"{quote}{ELLIPSIS}{quote}" if any(inner in value for value in sent) else match[0]

    text = QUOTED.sub(hide, text)
    start = 0
    while start + ECHO_LENGTH <= len(text):
        end = _echo_end(text, start, sent)
        if end:
            text = text[:start] + ELLIPSIS + text[end:]
        start += 1
    return text


def _echo_end(text: str, start: int, sent: tuple[str, ...]) -> int:
    """Where the longest echo that begins at ``start`` ends; 0 when none does."""
    end = start + ECHO_LENGTH
    echoing = [value for value in sent if text[start:end] in value]
    if not echoing:
        return 0
    while end < len(text) and any(text[start : end + 1] in value for value in echoing):
        end += 1
    return end


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _decoded(decoder: "msgspec.json.Decoder[T]", body: bytes, left_out: LeftOut | None, *, fills_gaps: bool) -> T:
    try:
        try:
            return decoder.decode(body)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            body = well_formed(body)
            return decoder.decode(body)
    except msgspec.ValidationError as error:
        return mended(body, decoder.type, error, left_out, fills_gaps=fills_gaps)


def _next_version(body: bytes) -> str:
    named = _object(body).get("nextVersion")
    return header_text(named) if isinstance(named, str) else ""


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
