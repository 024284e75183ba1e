"""Whether somebody is shown less than there is, because it cannot be read: noted where it is read, told where shown."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Unreadable:
    """What one act of a person met."""

    is_any: bool = False


_present: ContextVar[Unreadable | None] = ContextVar("unreadable", default=None)


def watch() -> Unreadable:
    """Note it from here on, for what this task does and what it starts."""
    watched = Unreadable()
    _present.set(watched)
    return watched


def note() -> None:
    """Something was left out of an answer."""
    if (watched := _present.get()) is not None:
        watched.is_any = True


def has_any() -> bool:
    """Whether something was left out since it is watched."""
    watched = _present.get()
    return watched is not None and watched.is_any
