"""Python modules as processes of their own that need not load the bot again: forked from one that has."""

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from sandbox.process import ROOT, BotProcess

FORKS = multiprocessing.get_context("forkserver")
LOADED = ["bot.operations", "tests.forked"]
FORKS.set_forkserver_preload(LOADED)
RUN_SECONDS = 60


class Forked:
    """A process that does some work; it begins in a tenth of the time, all else is as if it were started anew."""

    def __init__(self, work: Callable[..., None], *given: Any) -> None:
        self._process = FORKS.Process(target=_begin, args=(work, *given), daemon=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(ROOT))
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        while self.returncode is None:
            await asyncio.sleep(0.01)
        return self.returncode


class ForkedBot(BotProcess):
    """The bot, where its loading is not what is tested."""

    async def _spawned(self, words: Sequence[str]) -> Forked:
        return Forked(_become, words, str(ROOT), self._environment(), [str(self._log)] * 2)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Command(Forked):
    """``python -m words``."""

    def __init__(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path | None = None
    ) -> None:
        self._place = TemporaryDirectory()
        self._said = [out or Path(self._place.name, "out"), Path(self._place.name, "errors")]
        super().__init__(_become, words, str(folder), dict(environment), [str(path) for path in self._said])

    async def ended(self) -> Ended:
        """Waited for."""
        with self._place:
            async with asyncio.timeout(RUN_SECONDS):
                status = await self.wait()
            return Ended(status, *(path.read_text() if path.is_file() else "" for path in self._said))


async def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path | None = None) -> Ended:
    """``python -m words`` from beginning to end; with ``out`` its standard output goes there."""
    return await Command(words, folder, environment, out).ended()


async def are_loaded(*modules: str) -> bool:
    """Whether the bot, all of it loaded, has loaded any of these."""
    return bool(await Forked(_find, modules).wait())


def _find(modules: Sequence[str]) -> None:
    sys.exit(bool({*modules} & sys.modules.keys()))


def _begin(work: Callable[..., None], *given: Any) -> None:
    assert sys.modules.keys() >= {*LOADED}, "loaded before the fork"
    work(*given)


def _become(words: Sequence[str], folder: str, environment: Mapping[str, str], said: Sequence[str]) -> None:
    """``python -m words`` from now on; standard output and error go to files."""
    for number, path in enumerate(said, start=1):
        with Path(path).open("ab") as file:
            os.dup2(file.fileno(), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [*words]
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
