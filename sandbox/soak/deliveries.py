"""Webhooks of both families for made-up happenings, each with a fan whose name is unique to it."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import aiohttp

from sandbox.fanvue.webhooks.payloads import CreatorFamily, FlatFamily
from sandbox.fanvue.webhooks.signature import sign
from sandbox.fanvue.world.records import Chat, Fan, Message, Sale, User
from sandbox.world import WEBHOOK_SECRET

ORIGIN = "http://127.0.0.1:9"
TRY_AGAIN_SECONDS = 0.2
ANSWER_SECONDS = 5
KINDS = ("message", "message", "message", "tip", "follow")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One signed or forged body on its way."""

    name: str
    topic: str
    body: bytes = field(repr=False)
    is_forged: bool = False


@dataclass(slots=True)
class Happening:
    """Something a fan did; its two reports, one a family."""

    name: str
    creator: User
    kind: str
    fan: Fan
    message: Message
    sale: Sale

    @classmethod
    def made_up(cls, name: str, creator: User, draw: Random) -> "Happening":
        """A random kind, by a fan of that name."""
        now = datetime.now(UTC)
        fan = Fan(User(str(uuid4()), name.lower().replace(" ", "_"), name, now), now, weight=0.1)
        message = Message(str(uuid4()), f"Hello from {name}", now, is_from_fan=True)
        gross = draw.randrange(100, 90_000)
        order = f"FV-{draw.randrange(10**10, 10**11)}"
        sale = Sale(now, "tip", gross, gross * 4 // 5, order, fan.user.uuid, message_uuid=message.uuid)
        return cls(name, creator, draw.choice(KINDS), fan, message, sale)

    def report(self, family: str) -> Delivery:
        """The delivery that tells it, in the flat or in the current family."""
        topic, payload = self._flat() if family == "flat" else self._enveloped()
        return Delivery(self.name, topic, json.dumps(payload).encode())

    def _flat(self) -> tuple[str, dict[str, object]]:
        family = FlatFamily(ORIGIN)
        match self.kind:
            case "message":
                chat = Chat(self.fan, self.message.sent_at, [self.message])
                return "message.received", family.message_received(self.creator, chat, self.message)
            case "tip":
                return "tip.new", family.tip(self.creator, self.fan, self.sale)
        return "follow.new", family.follow(self.creator, self.fan, self.fan.joined_at)

    def _enveloped(self) -> tuple[str, dict[str, object]]:
        family = CreatorFamily(ORIGIN)
        match self.kind:
            case "message":
                chat = Chat(self.fan, self.message.sent_at, [self.message])
                topic, data = "creator.message.received", family.message(self.creator, chat, self.message)
            case "tip":
                topic, data = "creator.payment.succeeded", family.payment(self.creator, self.fan, self.sale)
            case _:
                topic, data = "creator.follow.created", family.follow(self.creator, self.fan, self.fan.joined_at)
        envelope = {"id": f"evt_{uuid4().hex}", "type": topic, "timestamp": self.message.sent_at.isoformat()}
        return topic, envelope | {"data": data}


class Courier:
    """Delivers as Fanvue does: again and again, signed anew, until it is acknowledged or refused."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self.tries = 0

    async def deliver(self, delivery: Delivery) -> int:
        """The status that ended it."""
        while True:
            status = await self.try_once(delivery)
            if status and status < 500:
                return status
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def try_once(self, delivery: Delivery) -> int:
        """One try; 0 without an answer."""
        self.tries += 1
        secret = "not-the-secret" if delivery.is_forged else WEBHOOK_SECRET
        headers = {
            "Content-Type": "application/json",
            "X-Fanvue-Signature": sign(secret, delivery.body, int(time.time())),
            "X-Fanvue-Topic": delivery.topic,
        }
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with self._session.post(
                self._address, data=delivery.body, headers=headers, timeout=timeout
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
