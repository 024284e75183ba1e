"""Starts, asks and ends the drawing process. Everything here blocks and belongs into a thread.

A process pool of the standard library would hand the whole environment, secrets included, to its workers.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer

from bot.charts.worker import ANSWER, REQUEST

KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG")
PACKAGE_ROOT = Path(__file__).parents[2]
END_SECONDS = 2


class WorkerGoneError(Exception):
    """The process ended before it answered."""


class WorkerSlowError(Exception):
    """The process took too long and was ended."""


class DrawingRefusedError(Exception):
    """The process answered that it cannot draw this; the message names the kind of error alone."""


class DrawingProcess:
    """One drawing process; asked by one thread at a time, ended by any.

    It knows no variable but those kept, and a private folder that is its home.
    """

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.charts.worker"],
            cwd=PACKAGE_ROOT,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in a terminal is for the bot, which then ends this.
            start_new_session=True,
        )
        self._is_too_late = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, request: bytes, timeout_seconds: float) -> bytes:
        """The picture for a chart.

        Raises WorkerGoneError, WorkerSlowError (it is ended then) or DrawingRefusedError.
        """
        watch = Timer(timeout_seconds, self._expire)
        watch.daemon = True
        watch.start()
        try:
            return self._exchange(request)
        except (OSError, EOFError):
            raise (WorkerSlowError if self._is_too_late else WorkerGoneError) from None
        finally:
            watch.cancel()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):  # what was not yet written has no reader any more
                    pipe.close()

    def kill(self) -> None:
        """End the process now; whoever waits for its answer hears that it is gone."""
        self._process.kill()

    def _expire(self) -> None:
        self._is_too_late = True
        self._process.kill()

    def _exchange(self, request: bytes) -> bytes:
        source, target = self._process.stdout, self._process.stdin
        if source is None or target is None:
            raise EOFError
        target.write(REQUEST.pack(len(request)) + request)
        target.flush()
        head = source.read(ANSWER.size)
        if len(head) < ANSWER.size:
            raise EOFError
        is_drawn, length = ANSWER.unpack(head)
        body = source.read(length)
        if len(body) < length:
            raise EOFError
        if not is_drawn:
            raise DrawingRefusedError(body.decode())
        return body


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**kept, "HOME": str(folder), "MPLCONFIGDIR": str(folder), "PYTHONPATH": paths}
