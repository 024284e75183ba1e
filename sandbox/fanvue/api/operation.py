"""What an operation of the API is, what a call of it brings along, and how paths find their operation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sandbox.fanvue.webhooks.announcements import Announcements
from sandbox.fanvue.world import Desk, User, World

from .paging import Shown, cursor_of, page_of
from .reading import Body, Limited, Query, Sized

TWIN_PREFIX = "/creators/{creatorUserUuid}"


@dataclass
class Call:
    """One call after all checks: who asks, for whose account, and what."""

    actor: User
    desk: Desk
    world: World
    now: datetime
    origin: str
    announce: Announcements
    path: dict[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    is_v1: bool = False
    scopes: frozenset[str] = frozenset()

    @property
    def sender(self) -> str | None:
        """The team member behind a write; None when it is the creator."""
        return None if self.actor is self.desk.owner else self.actor.uuid

    def list(
        self, rows: Any, show: Callable[[Any], object], *, has_total: bool = False, in_front: bool = True
    ) -> Shown:
        """The rows in the paging style that the caller used."""
        if isinstance(self.query, Sized | Limited):
            size = self.query.size if isinstance(self.query, Sized) else self.query.limit
            return cursor_of(rows, self.query.cursor, size, show, grows_in_front=in_front, has_total=has_total)
        return page_of(rows, self.query, show)


@dataclass(frozen=True)
class Operation:
    """One row of the contract. `twin` is the id of the same operation under `/creators/{creatorUserUuid}`."""

    id: str
    method: str
    path: str
    scopes: tuple[str, ...]
    act: Callable[[Call], object]
    status: int = 200
    query: type[Query] = Query
    v1_query: type[Query] | None = None
    body: type[Body] | None = None
    free: tuple[str, ...] = ()
    twin: str | None = None
    twin_scope: str = "read:creator"
    twin_query: type[Query] | None = None
    is_for_agency: bool = False

    @property
    def is_twin(self) -> bool:
        return self.path.startswith(TWIN_PREFIX)

    def as_twin(self) -> "Operation":
        return replace(
            self,
            id=self.twin or "",
            path=TWIN_PREFIX + self.path,
            scopes=(*self.scopes, self.twin_scope),
            query=self.twin_query or self.query,
            v1_query=Sized if self.v1_query and self.twin_query else self.v1_query,
            twin=None,
        )

    def query_model(self, *, is_v1: bool) -> type[Query]:
        return self.v1_query if is_v1 and self.v1_query else self.query


class Router:
    """Finds the operation of a method and a path; fixed segments win over variable ones."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations: list[Operation] = []
        for operation in operations:
            self.operations.append(operation)
            if operation.twin:
                self.operations.append(operation.as_twin())
        self._by_size: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in self.operations:
            parts = operation.path.strip("/").split("/")
            self._by_size.setdefault((operation.method, len(parts)), []).append((parts, operation))
        for rows in self._by_size.values():
            rows.sort(key=lambda row: [part.startswith("{") for part in row[0]])

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation and its path variables as sent (still percent-encoded)."""
        sent = raw_path.strip("/").split("/")
        for parts, operation in self._by_size.get((method, len(sent)), ()):
            if all(part.startswith("{") or part == given for part, given in zip(parts, sent, strict=True)):
                named = zip(parts, sent, strict=True)
                return operation, {part[1:-1]: given for part, given in named if part.startswith("{")}
        return None
