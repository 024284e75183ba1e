"""Sends calls: version and bearer on each, limits kept, safe ones repeated, every outcome named."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType, NoneType, TracebackType
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

import msgspec
import structlog

from bot.domain.clock import Clock
from bot.fanvue.answers import decode, decoder_for, header_text, refusal
from bot.fanvue.errors import (
    AnswerLostError,
    FanvueError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from bot.fanvue.limits import Limits, Priority, standing_of
from bot.fanvue.transport import Answer, Connections
from bot.fanvue.wire import API_VERSION, VERSION_HEADER, Call

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

T = TypeVar("T")

MAX_TRIES = 3
MAX_TOKEN_LENGTH = 16 * 1024
ONE_DAY = timedelta(days=1)
REPEATABLE_STATUSES = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Deprecation:
    """That Fanvue is going to retire what we use, in its headers' words."""

    deprecated: str
    sunset: str
    next_version: str
    seen_at: datetime


class FanvueClient:
    """The one client of the process.

    ``api_url`` is the whole base, with or without ``/v1``. Calls of one ``bucket`` share a rate limit.
    """

    def __init__(
        self,
        api_url: str,
        *,
        clock: Clock,
        timeout_seconds: float = 20,
        max_connections: int = 100,
        first_pause_seconds: float = 0.2,
    ) -> None:
        self._base = _checked(api_url)
        self.surface = "v1" if self._base.endswith("/v1") else ""
        self.connections = Connections(max_connections=max_connections)
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._first_pause_seconds = first_pause_seconds
        self._limits = Limits(clock)
        self._decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
        self._deprecations: dict[str, Deprecation] = {}

    @property
    def deprecations(self) -> Mapping[str, Deprecation]:
        """What Fanvue announced to retire, by family of operations (``chats``, ``insights``, ...)."""
        return MappingProxyType(self._deprecations)

    async def send(
        self,
        call: Call[T],
        access_token: str,
        *,
        bucket: str,
        priority: Priority = Priority.INTERACTIVE,
        deadline_seconds: float = 10,
    ) -> T:
        """The call's answer, within ``deadline_seconds`` all waiting included.

        Safe calls are tried up to three times; others again only when nothing had left. Raises a FanvueError:
        for a write, AnswerLostError and ServerError mean that nobody knows whether it was done.
        """
        _check_token(call, access_token)
        deadline = _Deadline(deadline_seconds)
        for attempt in range(1, MAX_TRIES + 1):
            await self._slot(call, bucket, priority, deadline)
            try:
                return await self._attempt(call, access_token, bucket, deadline)
            except FanvueError as error:
                pause_seconds = self._pause_seconds(error, call, attempt)
                if pause_seconds is None or pause_seconds >= deadline.left_seconds:
                    raise
            await asyncio.sleep(pause_seconds)
        raise AssertionError("the last attempt returns or raises")

    async def aclose(self) -> None:
        """Closes the connections; nothing can be sent afterwards."""
        await self.connections.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _slot(self, call: Call[Any], bucket: str, priority: Priority, deadline: "_Deadline") -> None:
        while until := self._limits.take(bucket, call.operation_id, priority):
            wait_seconds = (until - self._clock.now()).total_seconds()
            if wait_seconds >= deadline.left_seconds:
                raise RateLimitedError(call.operation_id, until)
            await asyncio.sleep(max(wait_seconds, 0.001))

    async def _attempt(self, call: Call[T], access_token: str, bucket: str, deadline: "_Deadline") -> T:
        headers = {"Authorization": f"Bearer {access_token}", VERSION_HEADER: API_VERSION, "Accept": "application/json"}
        content = b""
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(call.body)
        answer = await self.connections.exchange(
            call.operation_id,
            call.method,
            self._base + call.target(self.surface),
            headers=headers,
            content=content,
            timeout_seconds=max(0.001, min(self._timeout_seconds, deadline.left_seconds)),
        )
        self._note_deprecation(call, answer)
        self._keep_limits(call, bucket, answer)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
            raise refusal(call, answer.status, answer.body)
        return self._read(call, answer)

    def _read(self, call: Call[T], answer: Answer) -> T:
        if call.answer is NoneType:
            return cast("T", None)
        if call.is_text:
            return cast("T", _text(call, answer.body))
        decoder = self._decoders.get(call.answer)
        if decoder is None:
            decoder = self._decoders[call.answer] = decoder_for(call.answer)
        return cast("T", decode(call.operation_id, decoder, answer.body))

    def _keep_limits(self, call: Call[Any], bucket: str, answer: Answer) -> None:
        standing = standing_of(answer.headers, self._clock.now())
        self._limits.observe(bucket, call.operation_id, standing)
        if answer.status == 429:  # noqa: PLR2004 - Too Many Requests
            raise RateLimitedError(call.operation_id, self._limits.block(bucket, call.operation_id, standing))

    def _pause_seconds(self, error: FanvueError, call: Call[Any], attempt: int) -> float | None:
        """How long to wait before trying again; ``None`` where that would be wrong or useless."""
        if attempt == MAX_TRIES:
            return None
        if isinstance(error, RateLimitedError):
            return 0 if call.is_safe else None
        is_passing = isinstance(error, AnswerLostError) or (
            isinstance(error, ServerError) and error.status in REPEATABLE_STATUSES
        )
        if isinstance(error, UnreachableError) or (is_passing and call.is_safe):
            spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, keeps no secret
            return self._first_pause_seconds * (1 << (attempt - 1)) * spread
        return None

    def _note_deprecation(self, call: Call[Any], answer: Answer) -> None:
        headers = answer.headers
        deprecated = header_text(headers.get("deprecation", ""))
        sunset = header_text(headers.get("sunset", ""))
        next_version = header_text(headers.get("x-fanvue-api-next-version", ""))
        if not (deprecated or sunset or next_version):
            return
        family = call.path.split("/")[3 if call.acting_as.creator else 1]
        now = self._clock.now()
        earlier = self._deprecations.get(family)
        if earlier is not None and now - earlier.seen_at < ONE_DAY:
            return
        self._deprecations[family] = Deprecation(deprecated, sunset, next_version, seen_at=now)
        log.warning("fanvue_deprecation", operation=family, sunset=sunset, next_version=next_version)


class _Deadline:
    """How much time is left, by the loop's own clock."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._ends_at = self._loop.time() + seconds

    @property
    def left_seconds(self) -> float:
        return self._ends_at - self._loop.time()


def _checked(api_url: str) -> str:
    """The base without its last slash; ValueError for an address that is none."""
    parts = urlsplit(api_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("the Fanvue API address is not an http(s) address")
    return api_url.rstrip("/")


def _check_token(call: Call[Any], token: str) -> None:
    """A token with characters no header may hold cannot be one of Fanvue's."""
    if not token or len(token) > MAX_TOKEN_LENGTH or not token.isascii() or not token.isprintable() or " " in token:
        raise UnauthorizedError(call.operation_id)


def _text(call: Call[Any], body: bytes) -> str:
    try:
        return body.decode("ascii").strip()
    except UnicodeDecodeError:
        raise UnexpectedAnswerError(call.operation_id, "body") from None
