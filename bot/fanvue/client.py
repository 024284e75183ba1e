"""Sends calls: version and bearer on each, limits kept, safe ones repeated, every outcome named."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType, NoneType, TracebackType
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

import httpx
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
    VersionRetiredError,
)
from bot.fanvue.limits import Limits, Priority, Room, ahead_of, standing_of
from bot.fanvue.transport import Answer, Connections
from bot.fanvue.wire import API_VERSION, VERSION_HEADER, Call

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

T = TypeVar("T")
Check = Callable[[], Awaitable[object]]

MAX_TRIES = 3
MAX_TOKEN_LENGTH = 16 * 1024
ONE_DAY = timedelta(days=1)
ADDRESSES = 1000
"""Kept apart from their texts: to take one apart costs as much as to put the rest of its request together."""
ANNOUNCEMENTS = frozenset({"deprecation", "sunset", "x-fanvue-api-next-version"})
RETIRED = "retired"
"""Stands for the header where a 410 says that a version is gone."""
BACKGROUND_CONNECTIONS = 75
"""Percent of the connections background work may have at once: the rest is for people, also when Fanvue hangs."""
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
        self._background = asyncio.Semaphore(max(1, max_connections * BACKGROUND_CONNECTIONS // 100))
        self._address = lru_cache(maxsize=ADDRESSES)(httpx.URL)
        self._decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
        self._deprecations: dict[str, Deprecation] = {}
        self.ahead = timedelta()
        """By how much our clock is ahead of Fanvue's, as its last answer that told the time had it."""

    @property
    def deprecations(self) -> Mapping[str, Deprecation]:
        """What Fanvue announced to retire, by family of operations (``chats``, ``insights``, ...)."""
        return MappingProxyType(self._deprecations)

    def room(self, bucket: str) -> Room | None:
        """What is left of a bucket's calls, as far as this process knows; ``None`` while it made none lately."""
        return self._limits.room(bucket)

    async def send(
        self,
        call: Call[T],
        access_token: str,
        *,
        bucket: str,
        priority: Priority = Priority.INTERACTIVE,
        deadline_seconds: float = 10,
        check: Check | None = None,
    ) -> T:
        """The call's answer, within ``deadline_seconds`` all waiting included.

        Safe calls are tried up to three times; others again only when nothing had left or a 429 refused them, which
        then wait as long as it says. Raises a FanvueError: for a write, AnswerLostError and ServerError mean that
        nobody knows whether it was done. ``check`` is awaited when all waiting is over; what it raises ends the call.
        """
        _check_token(call, access_token)
        deadline = _Deadline(deadline_seconds)
        for attempt in range(1, MAX_TRIES + 1):
            await self._slot(call, bucket, priority, deadline)
            if check is not None:
                await check()
            try:
                if priority is Priority.BACKGROUND:
                    return await self._behind_people(call, access_token, bucket, deadline)
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

    async def _behind_people(self, call: Call[T], access_token: str, bucket: str, deadline: "_Deadline") -> T:
        """An attempt that waits for its turn among background work, so that people's calls never queue behind it."""
        if self._background.locked():
            await self._wait_for_turn(call, deadline)
        else:
            await self._background.acquire()
        try:
            return await self._attempt(call, access_token, bucket, deadline)
        finally:
            self._background.release()

    async def _wait_for_turn(self, call: Call[Any], deadline: "_Deadline") -> None:
        try:
            async with asyncio.timeout(deadline.left_seconds):
                await self._background.acquire()
        except TimeoutError:
            raise UnreachableError(call.operation_id) from None

    async def _attempt(self, call: Call[T], access_token: str, bucket: str, deadline: "_Deadline") -> T:
        headers = {"Authorization": f"Bearer {access_token}", VERSION_HEADER: API_VERSION, "Accept": "application/json"}
        content = b""
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(call.body)
        answer = await self.connections.exchange(
            call.operation_id,
            call.method,
            self._address(self._base + call.target(self.surface)),
            headers=headers,
            content=content,
            timeout_seconds=max(0.001, min(self._timeout_seconds, deadline.left_seconds)),
        )
        self._note_deprecation(call, answer)
        self._keep_limits(call, bucket, answer)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
            error = refusal(call, answer.status, answer.body)
            if isinstance(error, VersionRetiredError):
                self._note(call, Deprecation(RETIRED, "", error.next_version, self._clock.now()))
            raise error
        return self._read(call, answer)

    def _read(self, call: Call[T], answer: Answer) -> T:
        if call.answer is NoneType:
            return cast("T", _nothing(call, answer.body))
        if call.is_text:
            return cast("T", _text(call, answer.body))
        decoder = self._decoders.get(call.answer)
        if decoder is None:
            decoder = self._decoders[call.answer] = decoder_for(call.answer)
        return cast("T", decode(call.operation_id, decoder, answer.body, call.left_out, fills_gaps=call.fills_gaps))

    def _keep_limits(self, call: Call[Any], bucket: str, answer: Answer) -> None:
        now = self._clock.now()
        ahead = ahead_of(answer.headers, now)
        self.ahead = self.ahead if ahead is None else ahead
        standing = standing_of(answer.headers, now)
        self._limits.observe(bucket, call.operation_id, standing)
        if answer.status == 429:  # noqa: PLR2004 - Too Many Requests
            raise RateLimitedError(call.operation_id, self._limits.block(bucket, call.operation_id, standing))

    def _pause_seconds(self, error: FanvueError, call: Call[Any], attempt: int) -> float | None:
        """How long to wait before trying again; ``None`` where that would be wrong or useless."""
        if attempt == MAX_TRIES:
            return None
        if isinstance(error, RateLimitedError):
            return 0
        is_passing = isinstance(error, AnswerLostError) or (
            isinstance(error, ServerError) and error.status in REPEATABLE_STATUSES
        )
        if isinstance(error, UnreachableError) or (is_passing and call.is_safe):
            spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, keeps no secret
            return self._first_pause_seconds * (1 << (attempt - 1)) * spread
        return None

    def _note_deprecation(self, call: Call[Any], answer: Answer) -> None:
        headers = answer.headers
        if ANNOUNCEMENTS.isdisjoint(headers):
            return
        deprecated = header_text(headers.get("deprecation", ""))
        sunset = header_text(headers.get("sunset", ""))
        next_version = header_text(headers.get("x-fanvue-api-next-version", ""))
        if deprecated or sunset or next_version:
            self._note(call, Deprecation(deprecated, sunset, next_version, self._clock.now()))

    def _note(self, call: Call[Any], notice: Deprecation) -> None:
        """Keep it for who asks, and say it once a day; that a version is gone is said at once."""
        family = call.path.split("/")[3 if call.acting_as.creator else 1]
        earlier = self._deprecations.get(family)
        is_news = earlier is None or (notice.deprecated == RETIRED) > (earlier.deprecated == RETIRED)
        if earlier is not None and not is_news and notice.seen_at - earlier.seen_at < ONE_DAY:
            return
        self._deprecations[family] = notice
        log.warning("fanvue_deprecation", operation=family, sunset=notice.sunset, next_version=notice.next_version)


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


def _nothing(call: Call[Any], body: bytes) -> None:
    """Where nothing is told, JSON may come all the same; a page for people is no word of Fanvue's API."""
    if body.strip():
        try:
            msgspec.json.decode(body)
        except (ValueError, RecursionError):
            raise UnexpectedAnswerError(call.operation_id, "body") from None


def _text(call: Call[Any], body: bytes) -> str:
    """One word of ASCII; anything else is no text of Fanvue's but a page or an object."""
    text = body.decode("latin-1").strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text or text[0] in '{["<':
        raise UnexpectedAnswerError(call.operation_id, "body")
    return text
