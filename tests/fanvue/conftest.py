"""The scripted server, a client that talks to it, and a clock set by hand."""

import asyncio
from collections.abc import AsyncIterator

import hypothesis
import pytest

from bot.fanvue.client import FanvueClient
from sandbox.fanvue import SandboxFanvue
from tests.fanvue.scripted_server import HandClock, ScriptedServer

# Nothing here measures time, and nothing is kept between runs.
hypothesis.settings.register_profile(
    "steady", deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")

REDIRECT_URI = "http://127.0.0.1:8080/oauth/callback"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    scripted.url = f"http://127.0.0.1:{port}"
    yield scripted
    scripted.released.set()
    listening.close()


@pytest.fixture
async def client(server: ScriptedServer, clock: HandClock) -> AsyncIterator[FanvueClient]:
    async with FanvueClient(server.url, clock=clock, first_pause_seconds=0.001) as made:
        yield made


@pytest.fixture
def closed_port(unused_tcp_port: int) -> int:
    """A port nobody listens on."""
    return unused_tcp_port


@pytest.fixture
async def fanvue() -> AsyncIterator[SandboxFanvue]:
    async with SandboxFanvue(redirect_uris=(REDIRECT_URI,)) as running:
        yield running
