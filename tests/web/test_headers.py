"""What holds for every answer: headers that close doors, own pages for errors, cookies that stay ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web  # noqa: TID251 - handlers that fail, to serve
from served import QUICK, Browser, Site, served

from bot.domain.errors import StorageBusyError
from bot.web.middlewares import Failsafe, _way_to, prompt_bodies, secure_headers
from bot.web.pages import Pages
from bot.web.serving import Patience, serving
from sandbox.world import free_port

FANVUE = "https://auth.fanvue.com"
SECRET = "canary-in-an-exception"
PAGES = [
    ("GET", "/", 200),
    ("GET", "/connect/unknown", 404),
    ("GET", "/oauth/callback", 400),
    ("GET", "/nowhere", 404),
    ("GET", "/../../etc/passwd", 404),
    ("POST", "/", 405),
    ("DELETE", "/connect/unknown", 405),
    ("GET", "/webhooks/fanvue", 405),
    ("POST", "/webhooks/fanvue", 401),
    ("GET", "/health/live", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/pages/style.css", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), PAGES)
async def test_every_answer_carries_the_headers(
    site: Site, browser: Browser, method: str, path: str, status: int
) -> None:
    answer = await browser.ask(method, path)
    assert answer.status == status
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert f"form-action 'self' {site.fanvue.auth_url};" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "aiohttp" not in answer.headers["Server"]
    if path != "/pages/style.css":
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "status"), [row for row in PAGES if row[2] in {404, 405}])
async def test_an_error_is_a_page_for_people_and_bare_for_machines(
    browser: Browser, method: str, path: str, status: int
) -> None:
    answer = await browser.ask(method, path)
    is_page = "<main" in answer.html
    assert is_page is not path.startswith("/webhooks/")
    assert "Traceback" not in answer.html


async def test_a_form_that_is_too_large_is_a_page(browser: Browser) -> None:
    answer = await browser.ask("POST", "/connect/x", data=b"x" * (256 * 1024 + 1))
    assert answer.status == 413
    assert "Too large" in answer.text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site, browser: Browser) -> None:
    answer = await browser.ask("GET", await site.link())
    (cookie,) = answer.cookies.values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert len(cookie.value) == 43


async def test_behind_https_the_cookie_belongs_to_this_host_alone(tmp_path: Path, empty_database: Path) -> None:
    async with served(tmp_path, empty_database, public_url="https://Bot.Example.com:443") as site:
        browser = site.browser()
        link = (await site.link()).replace(site.values["public_url"], site.origin)
        answer = await browser.ask("GET", link)
        (cookie,) = answer.cookies.values()
        assert cookie.key.startswith("__Host-")
        assert cookie["secure"]
        action, token = answer.page.form(link.removeprefix(site.origin))
        assert action.startswith("https://Bot.Example.com:443/connect/")
        jar = {"Cookie": f"{cookie.key}={cookie.value}"}
        assert (await browser.post(link, token, "https://bot.example.com", **jar)).status == 303
        assert (await browser.post(link, token, "http://bot.example.com", **jar)).status == 403


@pytest.mark.parametrize(
    ("auth", "ways"),
    [
        ("https://auth.fanvue.com", ["https://auth.fanvue.com", "https://fanvue.com", "https://*.fanvue.com"]),
        ("http://127.0.0.1:8704", ["http://127.0.0.1:8704"]),
        ("http://localhost:8704", ["http://localhost:8704"]),
        ("https://auth.example", ["https://auth.example"]),
    ],
)
def test_forms_may_lead_on_to_fanvue_and_its_own_login_only(auth: str, ways: list[str]) -> None:
    assert _way_to(auth) == ways


@asynccontextmanager
async def broken(patience: Patience = QUICK, body_seconds: float = 10) -> AsyncIterator[str]:
    """Our middlewares around handlers that fail."""

    async def explode(_request: web.Request) -> web.Response:
        raise RuntimeError(SECRET)

    async def busy(_request: web.Request) -> web.Response:
        raise StorageBusyError(SECRET)

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application(
        client_max_size=1024,
        middlewares=[secure_headers(FANVUE), Failsafe(Pages()).middleware, prompt_bodies(body_seconds)],
    )
    app.router.add_get("/explode", explode)
    app.router.add_get("/health/explode", explode)
    app.router.add_get("/busy", busy)
    app.router.add_post("/echo", echo)
    port = free_port()
    async with serving(app, "127.0.0.1", port, patience):
        yield f"http://127.0.0.1:{port}"


async def test_what_nobody_foresaw_is_a_page_with_a_code_and_no_words_of_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with broken() as origin, Browser(origin) as browser:
        for path in ("/explode", "/busy"):
            answer = await browser.ask("GET", path)
            assert answer.status == 500
            assert "Something broke on our side" in answer.text
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert SECRET not in answer.html
            code = answer.text.partition("give this code: ")[2][:4]
            assert code in caplog.text
        bare = await browser.ask("GET", "/health/explode")
        assert (bare.status, bare.html) == (500, "")
    assert SECRET not in caplog.text


async def read_all(port: int, *parts: bytes) -> bytes:
    """What a connection brings until the other side closes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


def port_of(origin: str) -> int:
    return int(origin.rpartition(":")[2])


HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
LAST_REQUEST = HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize("sent", [b"", b"GET", b"POST /echo HTTP/1.1\r\n", HEAD + b"Content-Le"])
async def test_a_connection_that_never_finishes_its_head_is_closed(sent: bytes) -> None:
    async with broken(Patience(head_seconds=0.1, shutdown_seconds=0.1)) as origin:
        assert await read_all(port_of(origin), sent) == b""


async def test_a_connection_that_goes_silent_after_an_answer_is_closed() -> None:
    async with broken(Patience(head_seconds=0.1, shutdown_seconds=0.1)) as origin:
        answer = await read_all(port_of(origin), HEAD + b"Content-Length: 2\r\n\r\nhi", b"GET / HT")
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"hi")


@pytest.mark.parametrize("sent", [b"", b"half"])
async def test_a_body_that_does_not_arrive_in_time_is_answered_408_and_closed(sent: bytes) -> None:
    patience = Patience(linger_seconds=0.05, shutdown_seconds=0.1)
    async with broken(patience, body_seconds=0.05) as origin:
        answer = await read_all(port_of(origin), HEAD + b"Content-Length: 100\r\n\r\n" + sent)
        assert answer.startswith(b"HTTP/1.1 408")


async def test_a_body_that_breaks_off_is_no_failure_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async with broken() as origin:
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(origin))
        writer.write(HEAD + b"Content-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.transport.abort()
        await asyncio.sleep(0.02)
        bad = await read_all(port_of(origin), HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n")
    assert b" 400 " in bad.splitlines()[0]
    assert "request_failed" not in caplog.text


async def taken(port: int) -> bytes:
    """The answer of a connection; nothing when it is reset or closed at the door."""
    with suppress(OSError):
        return await read_all(port, LAST_REQUEST)
    return b""


async def test_beyond_the_bound_the_longest_silent_connection_goes() -> None:
    async with broken(Patience(connections=2, shutdown_seconds=0.1)) as origin:
        request = HEAD + b"Content-Length: 2\r\n\r\nhi"
        first, second = [await asyncio.open_connection("127.0.0.1", port_of(origin)) for _ in range(2)]
        for reader, writer in (first, second):
            writer.write(request)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert (await taken(port_of(origin))).endswith(b"hi")
        assert (await asyncio.wait_for(first[0].read(), 5)).endswith(b"hi")
        assert first[0].at_eof()
        second[1].write(request)
        await second[0].readuntil(b"hi")
        for _, writer in (first, second):
            writer.close()


async def test_a_crowd_that_says_nothing_keeps_nobody_out() -> None:
    async with broken(Patience(connections=3, shutdown_seconds=0.1)) as origin:
        beginnings = (b"", b"POST /ec", HEAD + b"Content-Length: 9\r\n\r\nhalf")
        crowd = [await asyncio.open_connection("127.0.0.1", port_of(origin)) for _ in range(9)]
        for (_, writer), said in zip(crowd, beginnings * 3, strict=True):
            writer.write(said)
        async with asyncio.timeout(30):
            for _ in range(5):
                assert (await taken(port_of(origin))).endswith(b"hi")
        for _, writer in crowd:
            writer.transport.abort()
