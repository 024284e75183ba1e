"""What ``docs/operations.md`` shows of the doctor is what it says; ``TRANSCRIPTS=write`` puts it there anew."""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from examined import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
STANDS_FOR = (
    (r"https://localhost:\d+", "https://bot.example.com"),
    (r"http://127\.0\.0\.1:\d+/api", "https://api.fanvue.com"),
    (r"http://127\.0\.0\.1:\d+", "https://auth.fanvue.com"),
    (r"/\S+/fanvue\.db", "/var/lib/fanvue-discord/fanvue.db"),
    (r"\d+ MiB free below \S+", "18230 MiB free below /var/lib/fanvue-discord"),
    (r"look (public address: ).*", r"ok   \1bot.example.com leads to 203.0.113.7, with a certificate that is believed"),
)
"""Loopback's names and this machine's figures as an operator's; the way in is never public in a test."""


def block(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- doctor: {kind} -->\n```\n)(.*?)(```\n)", re.DOTALL)


@asynccontextmanager
async def broken(world: World) -> AsyncIterator[dict[str, str]]:
    """Four faults at once."""
    commands, scopes = world.ground.discord.commands, world.ground.fanvue.app_scopes
    before = commands.listed(None)
    commands.replace_all(None, before[1:])
    world.ground.fanvue.app_scopes = set(scopes) - {"write:chat", "write:post"}
    world.database.chmod(0o644)
    yield {"FANVUE_WEBHOOK_SECRET": f"{world.ground.fanvue.webhook_secret},stale"}
    world.database.chmod(0o600)
    world.ground.fanvue.app_scopes = scopes
    commands.replace_all(None, before)


@asynccontextmanager
async def healthy(_world: World) -> AsyncIterator[dict[str, str]]:
    yield {}


@pytest.mark.parametrize("plant", [healthy, broken])
async def test_the_transcripts_in_the_document_are_what_the_doctor_says(
    world: World,
    plant: Callable[[World], AbstractAsyncContextManager[dict[str, str]]],
) -> None:
    async with world.behind_tls() as settings, plant(world) as changes:
        _, lines = await world.doctor(**settings | changes)
    said = "\n".join(lines) + "\n"
    for pattern, words in STANDS_FOR:
        said = re.sub(pattern, words, said)
    document = DOCUMENT.read_text()
    if os.environ.get("TRANSCRIPTS") == "write":
        DOCUMENT.write_text(block(plant.__name__).sub(lambda found: found[1] + said + found[3], document))
    shown = block(plant.__name__).search(DOCUMENT.read_text())
    assert shown is not None
    assert shown[2] == said, "run it once with TRANSCRIPTS=write"
