import asyncio
import gzip
from typing import Any

import pytest
import structlog

from bot.fanvue import chats, users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import (
    AnswerLostError,
    ConflictError,
    FanvueError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    ServerError,
    UnauthorizedError,
    UnexpectedAnswerError,
    UnreachableError,
    VersionRetiredError,
)
from bot.fanvue.wire import Call
from tests.fanvue.scripted_server import TOKEN, HandClock, ScriptedServer

ME = b'{"uuid":"u-1","handle":"luna","displayName":"Luna","isCreator":true,"email":"luna@example.com"}'
SAFE = users.current_user()
WRITE = chats.send_message("fan-1", "a private text")
SENT = b'{"messageUuid":"m-1"}'


async def send(client: FanvueClient, call: Call[Any] = SAFE, deadline_seconds: float = 5) -> Any:
    return await client.send(call, TOKEN, bucket="b", deadline_seconds=deadline_seconds)


async def test_every_request_carries_bearer_and_version(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(body=ME)
    user = await send(client)
    assert (user.uuid, user.handle, user.is_creator) == ("u-1", "luna", True)
    (request,) = server.seen
    assert (request.method, request.target) == ("GET", "/users/me")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["x-fanvue-api-version"] == "2025-06-26"


async def test_a_body_goes_out_as_json(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(201, SENT)
    assert (await send(client, WRITE)).message_uuid == "m-1"
    (request,) = server.seen
    assert request.headers["content-type"] == "application/json"
    assert request.body == b'{"text":"a private text"}'


@pytest.mark.parametrize("path", ["", "/", "/api", "/api/"])
@pytest.mark.parametrize("surface", ["", "v1"])
async def test_the_surface_follows_from_the_address(
    server: ScriptedServer, clock: HandClock, path: str, surface: str
) -> None:
    server.say(body=b'{"data":[],"nextCursor":null}')
    address = f"{server.url}{path.rstrip('/')}/{surface}" if surface else server.url + path
    async with FanvueClient(address, clock=clock) as client:
        assert client.surface == surface
        await send(client, chats.list_messages("f"))
    expected = f"{path.rstrip('/')}{'/v1' if surface else ''}/chats/f/messages"
    assert server.seen[0].target == f"{expected}?{'limit' if surface else 'size'}=50&markAsRead=false"


@pytest.mark.parametrize("address", ["", "ftp://x", "https://", "https://user:pass@x", "https://x/?a=1", "x.example"])
def test_an_address_that_is_none_is_refused(address: str, clock: HandClock) -> None:
    with pytest.raises(ValueError, match="address"):
        FanvueClient(address, clock=clock)


async def test_a_redirect_is_not_followed_and_the_bearer_goes_nowhere_else(
    client: FanvueClient, server: ScriptedServer
) -> None:
    server.say(307, b"", {"Location": f"{server.url}/elsewhere"})
    with pytest.raises(UnexpectedAnswerError, match="status 307"):
        await send(client)
    assert len(server.seen) == 1


async def test_cookies_of_one_creator_are_not_kept_for_the_next(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(body=ME, headers={"Set-Cookie": "session=luna; Path=/"})
    await send(client)
    await send(client)
    assert "cookie" not in server.seen[1].headers


async def test_connections_are_kept_open_between_calls(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(body=ME)
    for _ in range(3):
        await send(client)
    assert server.connections == 1


async def test_packed_answers_are_unpacked(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(body=gzip.compress(ME), headers={"Content-Encoding": "gzip"})
    assert (await send(client)).handle == "luna"


@pytest.mark.parametrize(
    ("body", "headers", "field"),
    [
        (b"x" * (8 * 1024 * 1024 + 1), {}, "size"),
        (gzip.compress(b" " * (9 * 1024 * 1024)), {"Content-Encoding": "gzip"}, "size"),
        (b"no gzip", {"Content-Encoding": "gzip"}, "encoding"),
        (b"<html>Just a moment</html>", {}, "body"),
        (b'{"data":"unexpected"}', {}, "uuid"),
        (b"", {}, "body"),
    ],
)
async def test_answers_too_large_or_of_another_shape_are_named(
    client: FanvueClient, server: ScriptedServer, body: bytes, headers: dict[str, str], field: str
) -> None:
    server.say(body=body, headers=headers)
    with pytest.raises(UnexpectedAnswerError) as caught:
        await send(client)
    assert caught.value.field == field


@pytest.mark.parametrize("call", [SAFE, WRITE], ids=["read", "write"])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, InvalidRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (410, VersionRetiredError),
    ],
)
async def test_a_refusal_is_named_and_not_repeated(
    client: FanvueClient, server: ScriptedServer, call: Call[Any], status: int, expected: type[FanvueError]
) -> None:
    server.say(status)
    with pytest.raises(expected):
        await send(client, call)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_read_is_repeated_after_a_server_error(
    client: FanvueClient, server: ScriptedServer, status: int
) -> None:
    server.say(status)
    server.say(status)
    server.say(body=ME)
    assert (await send(client)).handle == "luna"
    assert len(server.seen) == 3


async def test_a_read_is_tried_three_times_at_most(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(503)
    with pytest.raises(ServerError):
        await send(client)
    assert len(server.seen) == 3


async def test_an_answer_that_says_not_implemented_is_not_asked_for_again(
    client: FanvueClient, server: ScriptedServer
) -> None:
    server.say(501)
    with pytest.raises(ServerError):
        await send(client)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("then", "data"),
    [
        ("reset", b""),
        ("close", b""),
        ("close", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        ("reset", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        ("close", b"220 mail.example ESMTP\r\n"),
        ("close", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
)
async def test_a_lost_answer_is_asked_for_again_for_reads_only(
    client: FanvueClient, server: ScriptedServer, then: str, data: bytes
) -> None:
    server.do(then, data)
    server.say(body=ME)
    assert (await send(client)).handle == "luna"
    server.script.clear()
    server.seen.clear()
    server.do(then, data)
    with pytest.raises(AnswerLostError):
        await send(client, WRITE)
    assert len(server.seen) == 1


@pytest.mark.parametrize("then", ["reset", "close"])
async def test_no_write_is_repeated_on_a_connection_that_died_while_idle(
    client: FanvueClient, server: ScriptedServer, then: str
) -> None:
    server.say(body=ME)
    await send(client)
    server.script.clear()
    server.do(then)
    with pytest.raises(AnswerLostError):
        await send(client, chats.delete_message("f", "m"))
    assert [request.method for request in server.seen] == ["GET", "DELETE"]


@pytest.mark.parametrize("call", [SAFE, WRITE], ids=["read", "write"])
async def test_silence_ends_with_the_deadline(client: FanvueClient, server: ScriptedServer, call: Call[Any]) -> None:
    server.do("hang")
    with pytest.raises(AnswerLostError):
        await send(client, call, deadline_seconds=0.25)
    assert len(server.seen) == 1


async def test_silence_in_the_middle_of_an_answer_ends_with_the_deadline(
    client: FanvueClient, server: ScriptedServer
) -> None:
    server.do("hang", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    with pytest.raises(AnswerLostError):
        await send(client, deadline_seconds=0.25)


@pytest.mark.parametrize("call", [SAFE, WRITE], ids=["read", "write"])
async def test_what_never_left_is_tried_again_and_says_so(closed_port: int, clock: HandClock, call: Call[Any]) -> None:
    async with FanvueClient(f"http://127.0.0.1:{closed_port}", clock=clock, first_pause_seconds=0.001) as client:
        with pytest.raises(UnreachableError):
            await send(client, call)


async def test_a_name_that_leads_nowhere_is_unreachable(clock: HandClock) -> None:
    async with FanvueClient("http://fanvue.invalid", clock=clock, first_pause_seconds=0.001) as client:
        with pytest.raises(UnreachableError):
            await send(client)


async def test_a_write_that_never_left_goes_out_once_there_is_somebody(
    server: ScriptedServer, clock: HandClock, closed_port: int
) -> None:
    server.say(201, SENT)
    late = ScriptedServer(script=server.script)
    async with FanvueClient(f"http://127.0.0.1:{closed_port}", clock=clock, first_pause_seconds=0.02) as client:
        sending = asyncio.ensure_future(send(client, WRITE))
        await asyncio.sleep(0.005)
        listening = await asyncio.start_server(late.serve, "127.0.0.1", closed_port)
        assert (await sending).message_uuid == "m-1"
        listening.close()
    assert len(late.seen) == 1


async def test_a_caller_who_gives_up_frees_the_connection(client: FanvueClient, server: ScriptedServer) -> None:
    server.do("hang")
    sending = asyncio.ensure_future(send(client, WRITE))
    await server.arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    server.script.clear()
    server.say(body=ME)
    assert (await send(client)).handle == "luna"


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Evil: 1", "tokén", "x" * 20_000])
async def test_a_token_no_header_can_hold_is_refused_before_anything_leaves(
    client: FanvueClient, server: ScriptedServer, token: str
) -> None:
    with pytest.raises(UnauthorizedError):
        await client.send(SAFE, token, bucket="b")
    assert not server.seen


async def test_an_announced_end_is_kept_readable_and_logged_once_a_day(
    client: FanvueClient, server: ScriptedServer, clock: HandClock
) -> None:
    server.say(
        body=ME,
        headers={
            "Deprecation": "@1767225600",
            "Sunset": "Wed, 31 Dec 2026 23:59:59 GMT",
            "X-Fanvue-API-Next-Version": "2026-11-01",
        },
    )
    with structlog.testing.capture_logs() as lines:
        await send(client)
        await send(client)
        clock.advance(24 * 3600)
        await send(client)
    assert [line["operation"] for line in lines] == ["users", "users"]
    assert client.deprecations["users"].next_version == "2026-11-01"
    assert client.deprecations["users"].sunset.startswith("Wed, 31 Dec 2026")


async def test_a_version_that_is_gone_is_logged_once_a_day_even_after_its_end_was_announced(
    client: FanvueClient, server: ScriptedServer, clock: HandClock
) -> None:
    server.say(body=ME, headers={"Deprecation": "@1767225600"})
    server.say(410, b'{"error":"gone","nextVersion":"2026-11-01"}')
    with structlog.testing.capture_logs() as lines:
        await send(client)
        for hours in (0, 1, 24):
            clock.advance(hours * 3600)
            with pytest.raises(VersionRetiredError):
                await send(client)
    assert [line["next_version"] for line in lines] == ["", "2026-11-01", "2026-11-01"]
    assert client.deprecations["users"].next_version == "2026-11-01"
