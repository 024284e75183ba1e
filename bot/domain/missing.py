"""What somebody is not shown although it is there: noted where it is read, told where the rest is shown."""

from contextvars import ContextVar

ODD = "Fanvue's answer held something that could not be read. It is left out here; on fanvue.com it is there."

_noted: ContextVar[list[str] | None] = ContextVar("missing", default=None)


def watch() -> None:
    """Take notes from here on, for what this task does and what it starts."""
    _noted.set([])


def note(words: str) -> None:
    """Something is missing, said in words for people; where nobody is shown anything, nobody is told."""
    noted = _noted.get()
    if noted is not None and words not in noted:
        noted.append(words)


def noted() -> list[str]:
    """What is missing since it is watched."""
    return _noted.get() or []
