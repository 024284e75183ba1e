"""One gateway session: numbering, replay and the connection it may or may not have."""

import asyncio
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import msgspec

from sandbox.discord.snowflakes import shard_of

REPLAY_LIMIT = 1000
SENDS_PER_MINUTE = 120


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Intents:
    """The intents this stand-in looks at."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


class Connection:
    """An open socket: frames go out in order through one queue; too many frames in are a breach of the limit."""

    def __init__(self) -> None:
        self.outbox: asyncio.Queue[str] = asyncio.Queue()
        self._received: deque[float] = deque(maxlen=SENDS_PER_MINUTE)

    def send(self, frame: dict[str, Any]) -> None:
        self.outbox.put_nowait(encode(frame))

    def is_over_limit(self) -> bool:
        """Counts one frame from the client; true for the 121st within 60 s."""
        now = time.monotonic()
        is_over = len(self._received) == SENDS_PER_MINUTE and now - self._received[0] < 60
        self._received.append(now)
        return is_over


@dataclass(slots=True, eq=False)
class Session:
    """What a RESUME goes on with. While detached, events wait in the replay buffer."""

    intents: int
    shard_id: int
    shard_count: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    connection: Connection | None = None
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAY_LIMIT))

    def hears_of(self, guild_id: int | None, intent: int) -> bool:
        is_wanted = not intent or bool(self.intents & intent)
        return is_wanted and shard_of(guild_id, self.shard_count) == self.shard_id

    def dispatch(self, event: str, data: Any) -> None:
        self.sequence += 1
        frame = encode({"op": Op.DISPATCH, "t": event, "s": self.sequence, "d": data})
        self.sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.outbox.put_nowait(frame)

    def replay_after(self, sequence: int) -> bool:
        """Sends again what came after that number; false if it is no longer kept."""
        assert self.connection is not None
        missed = [(number, frame) for number, frame in self.sent if number > sequence]
        if len(missed) < self.sequence - sequence:
            return False
        for _, frame in missed:
            self.connection.outbox.put_nowait(frame)
        return True


def encode(frame: dict[str, Any]) -> str:
    return msgspec.json.encode(frame).decode()
