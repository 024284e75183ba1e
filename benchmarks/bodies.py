"""Signed webhook requests, each of its own happening."""

import json
import time
from itertools import count
from uuid import uuid4

from sandbox.fanvue.webhooks.signature import sign
from sandbox.world import WEBHOOK_SECRET

CREATOR = "11111111-2222-4333-8444-555555555555"
SIGNATURE_HEADER = "X-Fanvue-Signature"
PATH = "/webhooks/fanvue"


def bodies(creator: str = CREATOR) -> "Bodies":
    """An endless supply."""
    return Bodies(creator)


class Bodies:
    """Messages of the current family, about 700 bytes each."""

    def __init__(self, creator: str) -> None:
        self._creator = creator
        self._run = uuid4().hex[:12]
        self._numbers = count()

    def next(self) -> bytes:
        """A body no other is equal to."""
        number = next(self._numbers)
        uuid = f"{self._run[:8]}-{self._run[8:]}-4000-8000-{number:012x}"
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        data = {
            "object": "message",
            "uuid": uuid,
            "sender": "fan",
            "created_at": at,
            "unread_messages_count": 3,
            "is_muted": False,
            "is_automated": False,
            "creator": {"uuid": self._creator},
            "fan": {
                "uuid": "99999999-8888-4777-8666-555555555555",
                "handle": "sarah-jones",
                "display_name": "Sarah Jones",
                "avatar_url": "https://media.fanvue.com/avatars/99999999-8888-4777-8666-555555555555.jpg",
            },
            "text": f"Good morning number {number}! I loved the last set so much, when is the next one coming? " * 2,
        }
        envelope = {"id": f"evt_{uuid}", "type": "creator.message.received", "timestamp": at, "data": data}
        return json.dumps(envelope).encode()


def signature(body: bytes) -> str:
    """The header's value, signed now."""
    return sign(WEBHOOK_SECRET, body, int(time.time()))


def http_request(body: bytes) -> bytes:
    """The whole request as it goes over the socket."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{SIGNATURE_HEADER}: {signature(body)}\r\nX-Fanvue-Topic: creator.message.received\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
