"""Deliveries: signed, sent in the background, tried again a few times when not acknowledged."""

import asyncio
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Literal
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.fanvue.instants import Clock, stamp

from .signature import sign

QUEUE_SIZE = 5000
KEPT = 20_000
WORKERS = 4
ATTEMPT_SECONDS = 10
BACKOFF_SECONDS = (0.1, 0.4, 1.0, 2.0, 4.0)

Outcome = Literal["queued", "delivered", "failed", "dropped", "held"]


@dataclass
class Delivery:
    """One webhook to one address; `status` is that of the last try, 0 when there was no answer.

    `attempts` counts redeliveries too, `tries` only what the queue did.
    """

    id: str
    topic: str
    creator_uuid: str
    url: str
    body: bytes = field(repr=False)
    secret: str = field(repr=False)
    event_id: str = ""
    created_at: str = ""
    status: int | None = None
    attempts: int = 0
    tries: int = field(default=0, repr=False)
    outcome: Outcome = "queued"

    @property
    def type(self) -> str:
        return self.topic

    def describe(self) -> dict[str, object]:
        return {
            "id": self.id,
            "topic": self.topic,
            "eventId": self.event_id,
            "url": self.url,
            "status": self.status,
            "attempts": self.attempts,
            "outcome": self.outcome,
            "createdAt": self.created_at,
        }


class WebhookSender:
    """A bounded queue and a few workers; waiting for another try holds up nobody.

    With `is_delivering` off, deliveries are kept as `held` and not sent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._numbers = count(1)
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._session: ClientSession | None = None
        self.backoff_seconds: tuple[float, ...] = BACKOFF_SECONDS
        self.is_delivering = True
        self.deliveries: list[Delivery] = []

    async def start(self) -> None:
        self._session = ClientSession(timeout=ClientTimeout(total=ATTEMPT_SECONDS))
        self._tasks = {asyncio.create_task(self._work()) for _ in range(WORKERS)}

    async def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def post(self, url: str, secret: str, topic: str, creator_uuid: str, body: bytes, event_id: str) -> Delivery:
        """Queue one delivery; a full queue drops it and says so."""
        number = f"dlv-{next(self._numbers):06d}"
        now = stamp(self._clock())
        delivery = Delivery(number, topic, creator_uuid, url, body, secret, event_id, now)
        self.deliveries.append(delivery)
        if len(self.deliveries) > KEPT:
            del self.deliveries[: KEPT // 2]
        if not self.is_delivering:
            delivery.outcome = "held"
        else:
            self._enqueue(delivery)
        return delivery

    def find(self, delivery_id: str) -> Delivery:
        """Raises LookupError."""
        for delivery in self.deliveries:
            if delivery.id == delivery_id:
                return delivery
        raise LookupError(f"No delivery is called {delivery_id!r}.")

    async def send(self, delivery: Delivery) -> int:
        """One try with a fresh signature time; answers the status, 0 when there was no answer."""
        if self._session is None:
            raise RuntimeError("The sandbox is not running.")
        headers = {
            "Content-Type": "application/json",
            "X-Fanvue-Signature": sign(delivery.secret, delivery.body, int(self._clock().timestamp())),
            "x-fanvue-topic": delivery.topic,
            "x-fanvue-event-id": delivery.event_id,
            "User-Agent": "Fanvue-Webhooks (sandbox)",
        }
        delivery.attempts += 1
        try:
            async with self._session.post(
                delivery.url, data=delivery.body, headers=headers, allow_redirects=False
            ) as answer:
                delivery.status = answer.status
        except (ClientError, TimeoutError, OSError):
            delivery.status = 0
        if 200 <= delivery.status < 300:
            delivery.outcome = "delivered"
        return delivery.status

    async def settled(self) -> None:
        """Returns once nothing is queued, being sent or waiting for another try."""
        await self._idle.wait()

    def _enqueue(self, delivery: Delivery) -> None:
        if self._open >= QUEUE_SIZE:
            delivery.outcome = "dropped"
            return
        self._queue.put_nowait(delivery)
        self._open += 1
        self._idle.clear()

    async def _work(self) -> None:
        while True:
            delivery = await self._queue.get()
            delivery.tries += 1
            if 200 <= await self.send(delivery) < 300:
                self._close()
            elif delivery.tries <= len(self.backoff_seconds):
                self._try_later(delivery, self.backoff_seconds[delivery.tries - 1])
            else:
                delivery.outcome = "failed"
                self._close()

    def _try_later(self, delivery: Delivery, pause: float) -> None:
        def again() -> None:
            self._timers.discard(timer)
            self._queue.put_nowait(delivery)

        timer = asyncio.get_running_loop().call_later(pause, again)
        self._timers.add(timer)

    def _close(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._idle.set()


def encode(payload: dict[str, object]) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def new_event_id() -> str:
    return f"evt_{uuid4().hex}"
