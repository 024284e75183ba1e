"""The rate limit: so many requests per window for each key, all of them back at once when the window ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.fanvue.instants import Clock


@dataclass
class Window:
    used: int
    ends_at: datetime


class Buckets:
    """`limit` requests per `window_seconds` for each key; both can be changed while it runs."""

    def __init__(self, clock: Clock, limit: int = 200, window_seconds: int = 60) -> None:
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self.limit = limit
        self.window_seconds = window_seconds

    def take(self, key: str) -> tuple[bool, dict[str, str]]:
        """Whether the request is let through, and the headers that say what is left."""
        window = self._window(key)
        is_allowed = window.used < self.limit
        window.used += is_allowed
        headers = self._headers(window)
        if not is_allowed:
            seconds = (window.ends_at - self._clock()).total_seconds()
            headers["Retry-After"] = str(max(1, round(seconds + 0.5)))
        return is_allowed, headers

    def peek(self, key: str) -> dict[str, str]:
        """The headers for an answer that costs nothing."""
        return self._headers(self._window(key))

    def _window(self, key: str) -> Window:
        now = self._clock()
        window = self._windows.get(key)
        if window is None or window.ends_at <= now:
            window = self._windows[key] = Window(0, now + timedelta(seconds=self.window_seconds))
        return window

    def _headers(self, window: Window) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - window.used)),
            "X-RateLimit-Reset": str(int(window.ends_at.timestamp()) + 1),
        }
