"""How the tests run; what several folders of them share is in ``fixtures.py``."""

import gc
import os
import shutil
from pathlib import Path

import pytest

ROOM = 4 * 1024**3
LONG = {"operations", "promises"}


def pytest_configure(config: pytest.Config) -> None:
    """What tests write need not last: memory takes it without the wait for a disk, where there is room for it."""
    gc.disable()  # until everything is collected
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        # Who only hands out tests to workers goes without the bot: nothing runs until it has loaded.
        config.pluginmanager.import_plugin("tests.fixtures")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for processes and timers for a quarter of their time."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (processors or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first, in whatever order, dealt out: at the end no worker is left alone with it.

    Each worker begins with a part of the list that lies together; where it does not come out even, the first ones with
    one less. What shares a browser stays with one worker: to start one takes as long as fifty tests.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    together = [item for item in items if item.path.parent.name == "e2e"]
    dealt = [item for item in items if item.path.parent.name != "e2e"]
    dealt.sort(key=lambda item: item.path.parent.name not in LONG)
    items[:] = [*together, *(item for share in reversed(range(workers)) for item in dealt[share::workers])]


def pytest_collection_finish() -> None:
    """What is loaded stays: looking through it for garbage again and again took a sixth of the suite's time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
