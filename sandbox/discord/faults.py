"""Failures on demand: which request, what happens to it, and how often."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(slots=True, eq=False)
class Fault:
    """One ordered failure; `hits` counts how often it struck. `times=None` strikes until `remove()`."""

    method: str
    path_glob: str
    status: int = 500
    code: int = 0
    times: int | None = 1
    retry_after: float | None = None
    after_applying: bool = False
    hang: bool = False
    drop: bool = False
    is_global: bool = False
    from_cloudflare: bool = False
    naming: str = ""
    hits: int = 0
    is_removed: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes(self, method: str, path: str, body: object = None) -> bool:
        if self.is_removed or (self.times is not None and self.hits >= self.times):
            return False
        if self.naming not in str(body):
            return False
        return self.method in {"*", method} and fnmatchcase(path, self.path_glob)

    def remove(self) -> None:
        """Strikes no more, and lets go of the requests it holds (they are answered with its status)."""
        self.is_removed = True
        self.released.set()


class Faults:
    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._ordered.append(fault)
        return fault

    def strike(self, method: str, path: str, body: object = None) -> Fault | None:
        """The first fault that applies to this request, counted as struck."""
        for fault in self._ordered:
            if fault.strikes(method, path, body):
                fault.hits += 1
                return fault
        return None

    def clear(self) -> None:
        for fault in self._ordered:
            fault.remove()
        self._ordered.clear()
