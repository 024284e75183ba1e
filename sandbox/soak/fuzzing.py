"""Random and mutated bodies at the webhook address, signed and not: never a 5xx, nothing junk stored."""

import asyncio
import copy
import json
import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from bot.domain.events import EventKind
from bot.storage.events import AGAIN
from sandbox.fanvue.webhooks.signature import sign
from sandbox.fanvue.world.records import User
from sandbox.playground import Playground, playground
from sandbox.records import rows
from sandbox.soak.alerting import NOWHERE, desks_of
from sandbox.soak.deliveries import Happening
from sandbox.soak.promises import Outcome, Size
from sandbox.world import WEBHOOK_SECRET

AT_ONCE = 32
KEY = re.compile(r"[!-~]{1,500}")
ALLOWED = frozenset({204, 400, 401, 404, 413, 415})
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 10**400, 1e308, "", " ",
    "\x00", "\ud800", "\uff19\uff19", "\U0001d7d9", "a" * 5000, [], {}, [[]],
    {"uuid": []},
    [None] * 50,
    {"": {"": ""}}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00", "2026-13-45", "NaN", float("nan"),
)  # fmt: skip
TOPICS = ("message.received", "tip.new", "creator.message.received", "x" * 300, "../../etc", "é", "")


@dataclass
class Shots:
    """What was sent and answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    taken: int = 0
    taken_unsigned: int = 0
    bad: list[int] = field(default_factory=list)


async def no_body_hurts(size: Size) -> Outcome:
    """Shoot at a creator who is connected and at one who is not; then look at the answers and into the table."""
    draw = Random(20262)
    async with playground(api_url=NOWHERE) as ground:
        (desk,) = await desks_of(ground, 1)
        await ground.bot.start()
        shots = await _shoot(ground, desk.creator, size.bodies, draw)
        events = await rows(ground.database_url, "SELECT key, kind, creator_id, topic FROM events")
        junk = [event for event in events if not _is_sound(event, desk.creator.uuid)]
        is_alive = await _is_alive(ground)
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(shots.statuses.items()))
    detail = (
        f"{size.bodies} bodies: {answers}; {len(shots.bad)} bad answers, {shots.taken_unsigned} unsigned taken, "
        f"{len(events)} events stored, {len(junk)} of them junk, alive: {is_alive}"
    )
    return Outcome(not (shots.bad or shots.taken_unsigned or junk) and bool(events) and is_alive, detail)


def _is_sound(event: tuple[Any, ...], connected: str) -> bool:
    """Of a kind there is, of the creator who is connected, under a key of bounded printable text.

    What adds to an event is stored beside it, under its key with a mark that no key of Fanvue's can end with.
    """
    key, kind, creator, topic = event
    is_named = topic is None or (kind == EventKind.OTHER.value and KEY.fullmatch(topic) is not None)
    is_keyed = KEY.fullmatch(key.removesuffix(AGAIN)) is not None
    return creator == connected and kind in set(EventKind) and is_keyed and is_named


async def _shoot(ground: Playground, connected: User, count: int, draw: Random) -> Shots:
    shots = Shots()
    numbers = iter(range(count))
    creators = (connected, ground.fanvue.world.account("lunavale"))

    async def shooter(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            happening = Happening.made_up(f"Fan {number:06}", draw.choice(creators), draw)
            body = _mutated(happening.report(draw.choice(("flat", "creator"))).body, draw)
            await _one(session, ground, body, draw, shots)

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        await asyncio.gather(*(shooter(session) for _ in range(AT_ONCE)))
    return shots


async def _one(session: aiohttp.ClientSession, ground: Playground, body: bytes, draw: Random, shots: Shots) -> None:
    is_signed = draw.random() < 0.7
    signature = sign(WEBHOOK_SECRET, body, int(time.time())) if is_signed else _bad_signature(body, draw)
    headers = {"X-Fanvue-Topic": draw.choice(TOPICS)} | ({"X-Fanvue-Signature": signature} if signature else {})
    if draw.random() < 0.02:
        headers["Content-Encoding"] = draw.choice(("gzip", "br", "x" * 100))
    address = ground.webhook_url + draw.choice(("", "/message.received", "/tip.new", "/%00", "/%F0%9F%98%80"))
    try:
        async with session.post(address, data=body, headers=headers) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        status = 0
    shots.statuses[status] += 1
    shots.taken += status == 204
    shots.taken_unsigned += status == 204 and not is_signed
    if status not in ALLOWED:
        shots.bad.append(status)


def _bad_signature(body: bytes, draw: Random) -> str:
    now = int(time.time())
    return draw.choice(
        (
            "",
            "t=,v0=",
            f"t={now},v0={'0' * 64}",
            sign("", body, now),
            sign(WEBHOOK_SECRET, body, now - 3600),
            sign(WEBHOOK_SECRET, body + b" ", now),
            f"t={10**30},v0=zz",
            "v0=" * 500,
            f"t=\u0663,t={now},v0=\u00e9",
        )
    )


def _mutated(body: bytes, draw: Random) -> bytes:
    """The body with something wrong about it; sometimes with nothing."""
    match draw.randrange(8):
        case 0:
            return body
        case 1:
            return os.urandom(draw.randrange(2000))
        case 2:
            cut = bytearray(body)
            for _ in range(draw.randrange(1, 8)):
                cut[draw.randrange(len(cut))] = draw.randrange(256)
            return bytes(cut)
        case 3:
            return body[: draw.randrange(len(body))]
        case 4:
            depth = draw.randrange(1, 20_000)
            return b"[" * depth + b"]" * depth
        case 5:
            return b'{"type":"' + b"x" * draw.choice((10, 70_000, 300_000)) + b'"}'
    fields = json.loads(body)
    for _ in range(draw.randrange(1, 5)):
        _bend(fields, draw)
    return json.dumps(fields, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")


def _bend(fields: dict[str, Any], draw: Random) -> None:
    """Put something strange somewhere."""
    place: Any = fields
    while isinstance(place, dict) and place:
        name = draw.choice(list(place))
        if isinstance(place[name], dict) and place[name] and draw.random() < 0.7:
            place = place[name]
            continue
        place[name] = copy.deepcopy(draw.choice(STRANGE))
        return


async def _is_alive(ground: Playground) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{ground.bot.origin}/health/ready") as answer:
        return answer.status == 200
