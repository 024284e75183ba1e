"""The answer that lies ready is a whole answer: dated, one for each delivery, and connections end when they should."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from served import WEBHOOK_SECRET, Site, message_body
from yarl import URL

from sandbox.fanvue.webhooks.signature import sign

CREATOR_ID = "11111111-2222-4333-8444-555555555555"


def delivery(site: Site, uuid: str, version: str = "1.1", *lines: str) -> bytes:
    body = message_body(CREATOR_ID, uuid=uuid)
    signature = sign(WEBHOOK_SECRET, body, int(site.clock.now().timestamp()))
    head = [
        f"POST /webhooks/fanvue HTTP/{version}",
        "Host: 127.0.0.1",
        f"X-Fanvue-Signature: {signature}",
        f"Content-Length: {len(body)}",
        *lines,
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


async def answers(site: Site, *deliveries: bytes, keeps_open: bool = True) -> list[dict[str, str]]:
    """The headers of what comes back on one connection, the status under an empty name."""
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(site.origin).port)
    writer.write(b"".join(deliveries))
    heard = [_headers(await reader.readuntil(b"\r\n\r\n")) for _ in deliveries]
    if not keeps_open:
        assert await reader.read() == b""
    writer.close()
    return heard


def _headers(head: bytes) -> dict[str, str]:
    status, *lines = head.decode().strip().split("\r\n")
    return {"": status} | dict(line.split(": ", 1) for line in lines)


async def test_it_tells_the_time_and_what_is_wanted_of_a_204(site: Site) -> None:
    (answer,) = await answers(site, delivery(site, "a"))
    assert answer[""] == "HTTP/1.1 204 No Content"
    assert set(answer) == {"", "Server", "Date"}
    assert abs((parsedate_to_datetime(answer["Date"]) - datetime.now(UTC)).total_seconds()) < 5


async def test_deliveries_sent_without_waiting_are_answered_one_by_one(site: Site) -> None:
    found = await answers(site, *(delivery(site, name) for name in "abcde"))
    assert [answer[""] for answer in found] == ["HTTP/1.1 204 No Content"] * 5


@pytest.mark.parametrize(("version", "lines"), [("1.1", ["Connection: close"]), ("1.0", [])])
async def test_a_connection_that_was_to_end_ends(site: Site, version: str, lines: list[str]) -> None:
    (answer,) = await answers(site, delivery(site, "a", version, *lines), keeps_open=False)
    assert answer[""].endswith("204 No Content")


async def test_an_old_connection_that_asks_to_stay_is_told_that_it_may(site: Site) -> None:
    (answer,) = await answers(site, delivery(site, "a", "1.0", "Connection: keep-alive"))
    assert answer["Connection"] == "keep-alive"


async def test_who_hangs_up_before_the_answer_costs_nothing(site: Site) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", URL(site.origin).port)
    writer.write(delivery(site, "a"))
    await writer.drain()
    writer.transport.abort()
    assert len(await answers(site, delivery(site, "b"))) == 1
