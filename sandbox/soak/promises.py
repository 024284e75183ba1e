"""What a run of a promise answers, and how large the runs are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    events: int
    events_per_second: float
    kills: int
    replies: int
    reply_kills: int
    conversations: int
    reply_seconds: float
    refresh_seconds: float
    refresh_kills: int
    bodies: int
    alerts: int
    alerts_per_second: float
    alert_creators: int
    alert_kills: int
    silent_connections: int
    revoke_kills: int
    limited_creators: int
    limited_seconds: float
    upload_megabytes: int
    posts: int
    mass_messages: int
    benchmarks: tuple[str, ...]


SIZES = {
    "short": Size(
        events=300,
        events_per_second=40,
        kills=4,
        replies=40,
        reply_kills=3,
        conversations=9,
        reply_seconds=4,
        refresh_seconds=12,
        refresh_kills=8,
        bodies=4_000,
        alerts=400,
        alerts_per_second=100,
        alert_creators=20,
        alert_kills=3,
        silent_connections=300,
        revoke_kills=2,
        limited_creators=6,
        limited_seconds=8,
        upload_megabytes=40,
        posts=40,
        mass_messages=15,
        benchmarks=("delivery", "starting", "inbox", "client", "decoding", "charts", "escaping"),
    ),
    "full": Size(
        events=10_000,
        events_per_second=500,
        kills=20,
        replies=1_500,
        reply_kills=20,
        conversations=500,
        reply_seconds=300,
        refresh_seconds=60,
        refresh_kills=30,
        bodies=50_000,
        alerts=10_000,
        alerts_per_second=500,
        alert_creators=200,
        alert_kills=20,
        silent_connections=2_000,
        revoke_kills=12,
        limited_creators=50,
        limited_seconds=150,
        upload_megabytes=200,
        posts=300,
        mass_messages=100,
        benchmarks=(),
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a promise held, and the figures behind it."""

    is_kept: bool
    detail: str


Promise = Callable[[Size], Awaitable[Outcome]]
