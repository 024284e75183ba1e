from collections.abc import AsyncIterator

import pytest

from bot.fanvue.errors import AnswerLostError, FanvueError, InvalidRequestError, ServerError, UnexpectedAnswerError
from bot.fanvue.transport import Connections
from bot.fanvue.uploads import DEFAULT_PART_BYTES, Part, UploadSession, is_allowed, put_part
from tests.fanvue.scripted_server import ScriptedServer

SIGNED = "/bucket/a%2Fb%7Ec~d?X-Sig=aB%2b%2F%3D%3d&X-Date=20260101T000000Z&empty=&t=a+b&x=%C3%A4"


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    pool = Connections()
    yield pool
    await pool.aclose()


async def put(connections: Connections, server: ScriptedServer, data: bytes = b"bytes") -> Part:
    return await put_part(connections, server.url + SIGNED, 3, data, timeout_seconds=2, allows_loopback=True)


async def test_a_part_goes_to_its_signed_address_as_it_is_and_without_bearer(
    connections: Connections, server: ScriptedServer
) -> None:
    server.say(200, b"", {"ETag": '"abc"'})
    assert await put(connections, server, b"\x00" * 300_000) == Part(3, '"abc"')
    (request,) = server.seen
    assert (request.method, request.target) == ("PUT", SIGNED)
    assert "authorization" not in request.headers
    assert request.body == b"\x00" * 300_000


async def test_a_part_is_put_again_when_its_answer_is_lost(connections: Connections, server: ScriptedServer) -> None:
    server.do("reset")
    server.say(503)
    server.say(200, b"", {"ETag": '"abc"'})
    assert (await put(connections, server)).etag == '"abc"'
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "headers", "expected", "tries"),
    [
        (500, {}, ServerError, 3),
        (403, {}, InvalidRequestError, 1),
        (307, {"Location": "http://127.0.0.1/elsewhere"}, InvalidRequestError, 1),
        (200, {}, UnexpectedAnswerError, 1),
        (200, {"ETag": "x" * 5000}, UnexpectedAnswerError, 1),
    ],
)
async def test_every_other_end_of_a_part_has_a_name(
    connections: Connections,
    server: ScriptedServer,
    status: int,
    headers: dict[str, str],
    expected: type[FanvueError],
    tries: int,
) -> None:
    server.say(status, b"", headers)
    with pytest.raises(expected):
        await put(connections, server)
    assert len(server.seen) == tries


async def test_a_part_is_not_put_forever(connections: Connections, server: ScriptedServer) -> None:
    server.do("close")
    with pytest.raises(AnswerLostError):
        await put(connections, server)
    assert len(server.seen) == 3


async def test_loopback_is_refused_unless_it_is_the_sandbox(connections: Connections, server: ScriptedServer) -> None:
    with pytest.raises(UnexpectedAnswerError, match="address"):
        await put_part(connections, server.url + SIGNED, 1, b"x")
    assert not server.seen


@pytest.mark.parametrize(
    "url", ["https://uploads.example.com/x?y=z", "https://s3.amazonaws.com:443/b/k", "https://8.8.8.8/x"]
)
def test_public_https_is_allowed(url: str) -> None:
    assert is_allowed(url, allows_loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://uploads.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://0.0.0.0/",
        "https://localhost/x",
        "https://localhost./x",
        "https://metadata.google.internal/x",
        "https://printer.local/x",
        "https://intranet/x",
        "https://user:pass@uploads.example.com/x",
        "https://uploads.example.com:99999/x",
        "https://uploads.example.com:0/x",
        "https://[x/",
        "ftp://uploads.example.com/x",
        "file:///etc/passwd",
        "https://uploads.example.com/x\r\nHost: y",
        "https://üploads.example.com/x",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    assert not is_allowed(url, allows_loopback=False)


def test_the_size_of_parts_has_a_default_for_answers_that_name_none() -> None:
    assert UploadSession(media_uuid="m", upload_id="u").part_bytes == DEFAULT_PART_BYTES
    assert UploadSession(media_uuid="m", upload_id="u", part_size=0).part_bytes == DEFAULT_PART_BYTES
    assert UploadSession(media_uuid="m", upload_id="u", part_size=7).part_bytes == 7
