"""Rate limits: one fixed window for the whole bot, and a bucket per channel. Both are off unless asked for."""

import math
import time
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 429: how long to wait, and whose limit it was."""

    retry_after_seconds: float
    is_global: bool


class FixedWindow:
    """So many in each stretch of time; the count starts anew with the next stretch."""

    def __init__(self, limit: int, window_seconds: float) -> None:
        self.limit = limit
        self.window_seconds = window_seconds
        self._window = 0
        self._used: Counter[str] = Counter()

    def take(self, key: str = "") -> bool:
        self._roll()
        if self._used[key] >= self.limit:
            return False
        self._used[key] += 1
        return True

    def remaining(self, key: str = "") -> int:
        self._roll()
        return self.limit - self._used[key]

    def reset_after_seconds(self) -> float:
        now = time.monotonic()
        return (math.floor(now / self.window_seconds) + 1) * self.window_seconds - now

    def _roll(self) -> None:
        window = math.floor(time.monotonic() / self.window_seconds)
        if window != self._window:
            self._window = window
            self._used.clear()


class Limits:
    """Decides whether a request may pass, and what its headers say.

    The global window skips interaction answers, as Discord does; the channel bucket counts created messages.
    """

    def __init__(self, global_per_second: int | None, per_channel: tuple[int, float] | None) -> None:
        self.global_window = None if global_per_second is None else FixedWindow(global_per_second, 1.0)
        self.channel_bucket = None if per_channel is None else FixedWindow(*per_channel)

    def refuse(self, *, is_interaction: bool, channel_bucket_key: str | None) -> Refusal | None:
        window = self.global_window
        if window is not None and not is_interaction and not window.take():
            return Refusal(window.reset_after_seconds(), is_global=True)
        bucket = self.channel_bucket
        if bucket is not None and channel_bucket_key is not None and not bucket.take(channel_bucket_key):
            return Refusal(bucket.reset_after_seconds(), is_global=False)
        return None

    def headers(self, channel_bucket_key: str | None) -> dict[str, str]:
        bucket = self.channel_bucket
        if bucket is None or channel_bucket_key is None:
            return {}
        reset_after = bucket.reset_after_seconds()
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.remaining(channel_bucket_key)),
            "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": "standin-channel-messages",
        }


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    headers = {
        "Retry-After": str(math.ceil(refusal.retry_after_seconds)),
        "X-RateLimit-Scope": "global" if refusal.is_global else "user",
    }
    return headers | {"X-RateLimit-Global": "true"} if refusal.is_global else headers


def refusal_body(refusal: Refusal) -> dict[str, object]:
    return {
        "message": "You are being rate limited.",
        "retry_after": round(refusal.retry_after_seconds, 3),
        "global": refusal.is_global,
    }
