"""When to try a delivery again; pure."""

from datetime import datetime, timedelta

FIRST_SECONDS = 1
LONGEST_SECONDS = 1800
GIVE_UP_SECONDS = 86400


def next_try(attempts: int, first_tried_at: datetime, now: datetime, *, at_least_seconds: float = 0) -> datetime | None:
    """The instant of the next try after ``attempts`` failed ones, doubling; ``None`` after a day."""
    if (now - first_tried_at).total_seconds() >= GIVE_UP_SECONDS:
        return None
    wait = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempts - 1))
    return now + timedelta(seconds=max(wait, at_least_seconds))
