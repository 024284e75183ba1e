"""The drawing process: kept apart, replaced, let go."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.charts.process import DrawingProcess, DrawingRefusedError, WorkerSlowError
from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio
from bot.domain.errors import ChartError
from tests.forked import are_loaded

CHART = TrendChart("Last 7 days", tuple(Bar(f"{day} Nov", day * 100) for day in range(1, 8)))
ROOT = Path(__file__).parents[2]
CANARY = "canary-3f9c1d"


@pytest.fixture(scope="module")
def shared() -> Iterator[ChartStudio]:
    """One that draws again after each test, whatever became of its process."""
    opened = ChartStudio(timeout_seconds=60)
    yield opened
    asyncio.run(opened.close())


@pytest.fixture
async def studio() -> AsyncIterator[ChartStudio]:
    opened = ChartStudio(timeout_seconds=60)
    yield opened
    await opened.close()


def pid_of(studio: ChartStudio) -> int:
    assert studio._process
    return studio._process.pid


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def started(studio: ChartStudio) -> int:
    for _ in range(400):
        if studio._process:
            return studio._process.pid
        await asyncio.sleep(0.01)
    raise AssertionError("no process was started")


async def until_gone(pid: int) -> bool:
    for _ in range(400):
        if not is_alive(pid):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_report_becomes_a_png_with_its_story(shared: ChartStudio) -> None:
    picture = await shared.draw(CHART)
    assert Image.open(io.BytesIO(picture.png)).format == "PNG"
    assert "$28.00 in total" in picture.alt_text
    assert picture.filename == "net-earnings.png"


async def test_charts_asked_for_at_once_are_all_drawn_by_one_process(shared: ChartStudio) -> None:
    pictures = await asyncio.gather(*(shared.draw(CHART) for _ in range(5)))
    assert len({picture.png for picture in pictures}) == 1


async def test_a_process_started_ahead_draws_and_looks_through_no_fonts_of_the_system(studio: ChartStudio) -> None:
    studio.prepare()
    pid = await started(studio)
    assert (await studio.draw(CHART)).png
    assert pid_of(studio) == pid
    assert studio._folder
    lists = [json.loads(path.read_text()) for path in studio._folder.glob("fontlist-*.json")]
    assert [found["ttflist"] for found in lists] == [[]]


async def test_a_process_started_ahead_and_not_asked_is_let_go(studio: ChartStudio) -> None:
    studio._idle_seconds = 0.01
    studio.prepare()
    assert await until_gone(await started(studio))


async def test_a_closed_studio_starts_nothing_ahead(studio: ChartStudio) -> None:
    await studio.close()
    studio.prepare()
    assert studio._process is None


async def test_a_dead_process_is_replaced(shared: ChartStudio) -> None:
    first = await shared.draw(CHART)
    os.kill(pid_of(shared), signal.SIGKILL)
    assert (await shared.draw(CHART)).png == first.png


async def test_a_process_that_dies_over_a_chart_is_replaced_once(shared: ChartStudio) -> None:
    await shared.draw(CHART)
    before = pid_of(shared)
    os.kill(before, signal.SIGSTOP)
    waiting = asyncio.create_task(shared.draw(CHART))
    await asyncio.sleep(0.02)
    os.kill(before, signal.SIGKILL)
    assert (await waiting).png
    assert pid_of(shared) != before


async def test_a_hanging_process_ends_in_a_chart_error_and_the_next_chart_works(
    shared: ChartStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shared.draw(CHART)
    hanging = pid_of(shared)
    monkeypatch.setattr(shared, "_timeout_seconds", 0.05)
    os.kill(hanging, signal.SIGSTOP)
    with pytest.raises(ChartError, match="too long"):
        await shared.draw(CHART)
    assert not is_alive(hanging)
    monkeypatch.undo()
    assert (await shared.draw(CHART)).png


async def test_an_idle_process_is_let_go(studio: ChartStudio) -> None:
    studio._idle_seconds = 0.01
    drawing = asyncio.create_task(studio.draw(CHART))
    pid = await started(studio)
    await drawing
    assert await until_gone(pid)


async def test_closing_leaves_no_process_and_no_file(studio: ChartStudio) -> None:
    await studio.draw(CHART)
    pid, folder = pid_of(studio), studio._folder
    assert folder
    assert folder.stat().st_mode & 0o077 == 0
    await studio.close()
    assert not is_alive(pid)
    assert not folder.exists()
    with pytest.raises(ChartError, match="closed"):
        await studio.draw(CHART)


async def test_closing_while_drawing_ends_at_once(studio: ChartStudio) -> None:
    drawing = [asyncio.create_task(studio.draw(CHART)) for _ in range(3)]
    await started(studio)
    await studio.close()
    ends = await asyncio.gather(*drawing, return_exceptions=True)
    assert all(isinstance(end, ChartError) for end in ends)


async def test_a_studio_that_never_drew_closes_and_leaves_nothing() -> None:
    studio = ChartStudio()
    await studio.close()
    await studio.close()
    assert studio._folder is None


def test_the_process_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", CANARY)
    process = DrawingProcess(tmp_path)
    try:
        inherited = Path(f"/proc/{process.pid}/environ").read_text()
    finally:
        process.end()
    assert CANARY not in inherited
    names = {entry.partition("=")[0] for entry in inherited.split("\0") if entry}
    assert names <= {"PATH", "LD_LIBRARY_PATH", "LANG", "HOME", "MPLCONFIGDIR", "PYTHONPATH"}


def test_what_cannot_be_drawn_is_answered_by_name_alone_and_the_process_lives(tmp_path: Path) -> None:
    process = DrawingProcess(tmp_path)
    try:
        with pytest.raises(DrawingRefusedError, match=r"^JSONDecodeError$"):
            process.ask(f"not json {CANARY}".encode(), 60)
        assert process.ask(CHART.to_json(), 60).startswith(b"\x89PNG")
    finally:
        process.end()


def test_a_process_that_misses_its_time_is_ended(tmp_path: Path) -> None:
    process = DrawingProcess(tmp_path)
    try:
        with pytest.raises(WorkerSlowError):
            process.ask(CHART.to_json(), 0.001)
        assert process._process.wait(5) == -signal.SIGKILL
    finally:
        process.end()


def test_the_process_ends_when_told_to_terminate(tmp_path: Path) -> None:
    process = DrawingProcess(tmp_path)
    os.kill(process.pid, signal.SIGTERM)
    assert process._process.wait(5) == -signal.SIGTERM
    process.end()


async def test_the_process_dies_with_a_killed_parent_and_takes_its_folder_along() -> None:
    script = """
import asyncio, os, signal, sys
from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio

async def main():
    studio = ChartStudio()
    await studio.draw(TrendChart("t", (Bar("a", 1),)))
    print(studio._process.pid, studio._folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, cwd=ROOT, stdout=subprocess.PIPE)
    output, _ = await parent.communicate()
    pid, folder = output.decode().split()
    assert parent.returncode == -signal.SIGKILL
    assert await until_gone(int(pid))
    assert not os.access(folder, os.F_OK)


async def test_the_asking_side_never_loads_matplotlib() -> None:
    assert not await are_loaded("matplotlib", "numpy")
