"""Draws charts for everybody, one after the other, without holding up the event loop."""

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer

from bot.charts import calendar
from bot.charts.calendar import CalendarChart
from bot.charts.process import DrawingProcess, DrawingRefusedError, WorkerGoneError, WorkerSlowError
from bot.charts.series import TrendChart
from bot.charts.wording import alt_text, file_name
from bot.domain.errors import ChartError

MAX_WAITING = 64
ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart; ``alt_text`` tells its story in at most 1,024 characters."""

    png: bytes
    alt_text: str
    filename: str


class ChartStudio:
    """Owns the drawing process: started on first use, let go when idle, replaced once when it dies over a chart.

    ``timeout_seconds`` is what one chart may take; a chart that takes longer costs the process.
    """

    def __init__(self, *, idle_seconds: float = 120, timeout_seconds: float = 10) -> None:
        self._idle_seconds = idle_seconds
        self._timeout_seconds = timeout_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
        self._lock = Lock()
        self._process: DrawingProcess | None = None
        self._folder: Path | None = None
        self._idle: Timer | None = None
        self._waiting = 0
        self._draws = 0
        self._is_closed = False

    def prepare(self) -> None:
        """Start the process, without waiting, when a chart is going to be asked for; it loads meanwhile."""
        if self._process is None and not self._is_closed and not self._waiting:
            self._thread.submit(self._prepared)

    async def draw(self, chart: TrendChart | CalendarChart) -> Picture:
        """The chart as a picture.

        Raises ChartError when it cannot be drawn, takes too long, too many wait, or the studio is closed.
        """
        if self._is_closed or self._waiting >= MAX_WAITING:
            raise ChartError("the studio is closed" if self._is_closed else "too many charts at once")
        self._waiting += 1
        try:
            png = await asyncio.get_running_loop().run_in_executor(self._thread, self._drawn, chart)
        finally:
            self._waiting -= 1
        if isinstance(chart, CalendarChart):
            return Picture(png, calendar.alt_text(chart), "calendar.png")
        return Picture(png, alt_text(chart), file_name(chart))

    async def close(self) -> None:
        """End the process and remove what it kept on disk; charts still waiting get a ChartError."""
        if self._is_closed:
            return
        self._is_closed = True
        if process := self._process:
            process.kill()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._cleared)
        self._thread.shutdown(wait=False)

    def _prepared(self) -> None:
        with self._lock:
            self._stop_idling()
            self._draws += 1
            with suppress(OSError):
                if not self._is_closed:
                    self._running()
            self._start_idling()

    def _drawn(self, chart: TrendChart | CalendarChart) -> bytes:
        with self._lock:
            self._stop_idling()
            self._draws += 1
            try:
                return self._asked(chart.to_json())
            finally:
                self._start_idling()

    def _asked(self, request: bytes) -> bytes:
        for _ in range(ATTEMPTS):
            if self._is_closed:
                break
            try:
                return self._running().ask(request, self._timeout_seconds)
            except WorkerGoneError:
                self._let_go()
            except WorkerSlowError:
                self._let_go()
                raise ChartError("drawing took too long") from None
            except DrawingRefusedError as error:
                raise ChartError(f"drawing failed: {error}") from None
            except OSError as error:
                raise ChartError(f"no drawing process: {type(error).__name__}") from None
        raise ChartError("the drawing process ended")

    def _running(self) -> DrawingProcess:
        if self._process and not self._process.is_running:
            self._let_go()
        if self._process is None:
            self._folder = self._folder or Path(tempfile.mkdtemp(prefix="fanvue-charts-"))
            self._process = DrawingProcess(self._folder)
        return self._process

    def _let_go(self) -> None:
        if self._process:
            self._process.end()
            self._process = None

    def _start_idling(self) -> None:
        self._idle = Timer(self._idle_seconds, self._let_go_if_idle, (self._draws,))
        self._idle.daemon = True
        self._idle.start()

    def _stop_idling(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None

    def _let_go_if_idle(self, draws: int) -> None:
        with self._lock:
            if self._draws == draws:
                self._let_go()

    def _cleared(self) -> None:
        with self._lock:
            self._stop_idling()
            self._let_go()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
