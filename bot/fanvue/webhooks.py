"""Webhooks: whether Fanvue really sent it, and what happened according to it. Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.domain.events import Event
from bot.fanvue import envelope, flat, plain_message
from bot.fanvue.errors import UnexpectedAnswerError
from bot.fanvue.lenient import well_formed
from bot.fanvue.payload import Payload

TOLERANCE_SECONDS = 300
MAX_HEADER_LENGTH = 4096
MAX_DIGITS = 12
USUAL_HEADER = re.compile(r"t=([0-9]{1,12}),v0=([0-9a-f]{64})")


def keyed(secrets: Iterable[str]) -> tuple[hmac.HMAC, ...]:
    """What ``verify`` checks with, prepared once; an empty secret signs nothing."""
    return tuple(hmac.new(_key(secret), digestmod="sha256") for secret in secrets if secret.strip())


def verify(keys: Iterable[hmac.HMAC], header: str | None, body: bytes, now: datetime) -> bool:
    """Whether one of the ``keyed`` secrets signed these raw bytes within five minutes of ``now``; never raises.

    ``header`` is ``X-Fanvue-Signature``: ``t=<unix seconds>,v0=<hex>``, where several ``v0`` may stand.
    """
    signed_at, signatures = _parts(header)
    if signed_at is None or abs(now.timestamp() - int(signed_at)) > TOLERANCE_SECONDS:
        return False
    is_valid = False
    for key in keys:
        signing = key.copy()
        signing.update(b"%b.%b" % (signed_at.encode(), body))
        expected = signing.hexdigest().encode()
        for signature in signatures:
            is_valid |= hmac.compare_digest(expected, signature)
    return is_valid


def sign(secret: str, body: bytes, now: datetime) -> str:
    """The header that ``verify`` takes: for a delivery of our own that asks whether the secret is the right one."""
    signed_at = str(int(now.timestamp()))
    return f"t={signed_at},v0={hmac.new(_key(secret), signed_at.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _key(secret: str) -> bytes:
    return secret.encode(errors="surrogateescape")


def parse(body: bytes, topic: str | None, event: str | None, received_at: datetime) -> Event:
    """What a verified body says happened; ``received_at`` stands in for a time it does not tell.

    ``topic`` (the ``x-fanvue-topic`` header) and ``event`` (the last part of the address) are not signed: they only
    choose between readings that the body itself leaves open. Types without a meaning here become ``OTHER``.
    Raises UnexpectedAnswerError for what is no JSON object, and nothing else.
    """
    found = plain_message.read(body, received_at)
    if found is not None:
        return found
    try:
        fields = _decoded(body)
    except (ValueError, RecursionError):
        raise UnexpectedAnswerError("webhook", "body") from None
    if not isinstance(fields, dict):
        raise UnexpectedAnswerError("webhook", "body")
    payload = Payload(fields)
    digest = hashlib.sha256(body).hexdigest()
    if payload.text("type"):
        return envelope.event(payload, digest, received_at)
    return flat.event(payload, digest, received_at, hints=tuple(hint for hint in (topic, event) if hint))


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return msgspec.json.decode(well_formed(body))


def _parts(header: str | None) -> tuple[str | None, list[bytes]]:
    """The time as it was signed and the signatures; no time when it is missing, doubled or no plain number."""
    usual = USUAL_HEADER.fullmatch(header or "")
    if usual is not None:
        return usual[1], [usual[2].encode()]
    times: list[str] = []
    signatures: list[bytes] = []
    for part in (header or "")[:MAX_HEADER_LENGTH].split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            times.append(value)
        elif name == "v0":
            signatures.append(value.lower().encode(errors="surrogateescape"))
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= MAX_DIGITS):
        return None, []
    return times[0], signatures
