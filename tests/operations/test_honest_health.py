"""Health and metrics say what is so: with the database gone, without Discord, when a part dies."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App, Role, open_app
from bot.discordkit.client import DiscordClient
from bot.domain.errors import StorageBusyError
from bot.running import sweep
from bot.settings import load
from bot.web import health
from bot.web.app import metrics_app
from bot.web.health import Readiness
from bot.web.metrics import Counters
from bot.web.serving import serving
from sandbox.world import free_port, settings_for
from tests.rig import Rig

CLOSED = {
    "fanvue_webhooks": ("outcome", {"stored", "known", "forged", "unreadable", "encoded", "busy", "tested"}),
    "fanvue_ready": ("part", {"database", "discord"}),
    "fanvue_connections": ("status", {"active", "dead"}),
    "fanvue_deliveries": ("status", {"due", "leased", "done", "dead"}),
    "fanvue_events_waiting": ("state", {"unrouted"}),
}


class PartBrokeError(Exception):
    """What a part dies of here."""


async def never_connected(_client: DiscordClient, _token: str) -> None:
    """Discord does not let us in; waited for, as the real one does."""
    await asyncio.Event().wait()


def dying(moment: asyncio.Event) -> Callable[[DiscordClient, str], Awaitable[None]]:
    """A gateway that breaks at a moment."""

    async def part(_client: DiscordClient, _token: str) -> None:
        await moment.wait()
        raise PartBrokeError

    return part


@pytest.fixture
async def app(tmp_path: Path, empty_database: Path) -> AsyncIterator[App]:
    shutil.copy(empty_database, tmp_path / "fanvue.db")
    nowhere = f"http://127.0.0.1:{free_port()}"
    values = settings_for(tmp_path, web_port=free_port(), metrics_port=free_port(), fanvue_origin=nowhere)
    async with open_app(load(**values)) as made:
        yield made


@asynccontextmanager
async def served(app: App, gateway: Any = never_connected) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(app.serve(Role.ALL, gateway))
    try:
        while not task.done() and await status(app, "live") is None:
            await asyncio.sleep(0.01)
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await task


async def got(address: str) -> tuple[int, str] | None:
    try:
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return None


async def status(app: App, kind: str) -> int | None:
    answer = await got(f"{app.settings.public_url}/health/{kind}")
    return answer and answer[0]


async def samples(app: App) -> dict[str, dict[str, float]]:
    return await parsed(app.settings.metrics_port)


async def parsed(port: int) -> dict[str, dict[str, float]]:
    """The metrics as Prometheus's own parser reads them: family to label value to number."""
    answer = await got(f"http://127.0.0.1:{port}/metrics")
    assert answer is not None
    families = list(text_string_to_metric_families(answer[1]))
    assert all(family.documentation for family in families)
    return {
        family.name: {value: sample.value for sample in family.samples for value in sample.labels.values()}
        for family in families
    }


async def test_without_discord_it_lives_and_is_not_ready(app: App) -> None:
    async with served(app):
        assert await got(f"{app.settings.public_url}/health/ready") == (503, '{"database": true, "discord": false}')
        assert await status(app, "live") == 200
        assert (await samples(app))["fanvue_ready"] == {"database": 1, "discord": 0}


async def test_a_bot_that_is_connected_is_ready(connected: Rig) -> None:
    assert await got(f"{connected.app.settings.public_url}/health/ready") == (
        200,
        '{"database": true, "discord": true}',
    )


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_with_its_database_gone_it_is_not_ready(connected: Rig, is_replaced: bool) -> None:
    path = connected.folder / "fanvue.db"
    path.rename(path.with_name("moved"))
    if is_replaced:
        shutil.copy(path.with_name("moved"), path)
    answer = await got(f"{connected.app.settings.public_url}/health/ready")
    assert answer == (503, '{"database": false, "discord": true}')


async def test_a_part_that_dies_ends_everything_and_closes_the_doors(app: App) -> None:
    moment = asyncio.Event()
    async with served(app, dying(moment)) as task:
        assert await status(app, "live") == 200
        moment.set()
        with pytest.raises(ExceptionGroup) as ended:
            await task
        assert ended.group_contains(PartBrokeError)
        assert await status(app, "live") is None
        assert await got(f"http://127.0.0.1:{app.settings.metrics_port}/metrics") is None


async def test_metrics_are_prometheus_text_with_labels_of_closed_sets(connected: Rig) -> None:
    found = await samples(connected.app)
    assert set(found) >= set(CLOSED)
    for family, (_, values) in CLOSED.items():
        assert set(found[family]) >= values, family
    assert found["fanvue_connections"] == {"active": 1, "dead": 0}


async def test_metrics_are_served_while_the_database_does_not_answer() -> None:
    async def busy() -> dict[str, dict[str, int]]:
        raise StorageBusyError("not now")

    async def gone() -> bool:
        return False

    readiness, port = Readiness(), free_port()
    readiness.require("database", gone)
    async with serving(metrics_app(busy, Counters(), readiness), "127.0.0.1", port):
        found = await parsed(port)
    assert found["fanvue_ready"] == {"database": 0}
    assert set(found) == {"fanvue_ready", "fanvue_webhooks"}


async def test_a_part_that_does_not_answer_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent() -> bool:
        await asyncio.Event().wait()
        return True

    monkeypatch.setattr(health, "CHECK_SECONDS", 0.01)
    readiness = Readiness()
    readiness.require("database", silent)
    async with asyncio.timeout(5):
        assert await readiness.parts() == {"database": False}


async def test_nobody_waits_for_a_part_that_does_not_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = asyncio.Event()

    async def stubborn() -> bool:
        while not is_over.is_set():
            with suppress(asyncio.CancelledError):
                await is_over.wait()
        return True

    monkeypatch.setattr(health, "CHECK_SECONDS", 0.01)
    readiness = Readiness()
    readiness.require("database", stubborn)
    async with asyncio.timeout(5):
        assert await readiness.parts() == {"database": False}
    is_over.set()


def test_an_outcome_that_nobody_named_is_never_counted() -> None:
    with pytest.raises(KeyError):
        Counters().count_webhook("anything a stranger sends")


async def test_every_metric_is_explained_to_the_operator(connected: Rig) -> None:
    document = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    for family, values in (await samples(connected.app)).items():
        row = next((line for line in document.splitlines() if line.startswith(f"| `{family}")), "")
        assert row, f"{family} is not in the table of metrics"
        unnamed = {value for value in values if f"`{value}`" not in row and f"`{value.split('_')[0]}_`" not in row}
        assert not unnamed, f"{family} has labels the table does not name"


async def test_a_sweep_that_storage_refuses_keeps_none_of_the_others_from_their_work() -> None:
    taken: list[str] = []

    async def refused() -> None:
        taken.append("refused")
        raise StorageBusyError

    async def last() -> None:
        taken.append("last")

    part = asyncio.create_task(sweep([refused, last], first_seconds=0, seconds=0))
    async with asyncio.timeout(5):
        while len(taken) < 4:
            await asyncio.sleep(0)
    part.cancel()
    assert taken[:4] == ["refused", "last"] * 2
