"""Calls as values: what is asked of Fanvue, apart from how it is sent. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from msgspec import UNSET

from bot.domain.scopes import Scope

T = TypeVar("T")

API_VERSION = "2025-06-26"
VERSION_HEADER = "X-Fanvue-API-Version"
TWIN_PREFIX = "/creators/{creatorUserUuid}"

QueryValue = str | int | bool | datetime | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class ActingAs:
    """On whose behalf: the token's own account, or a creator it manages."""

    creator: str | None = None


OWN = ActingAs()


@dataclass(frozen=True, slots=True, repr=False)
class Call(Generic[T]):
    """One API call; made by the function of an operation, sent by ``FanvueClient.send``."""

    operation_id: str
    method: str
    path: str
    scopes: frozenset[Scope]
    """What the token must hold for it."""
    answer: type[T]
    """What the answer is decoded into; ``NoneType`` where there is none."""
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    acting_as: ActingAs = OWN
    names_on_v1: tuple[tuple[str, str], ...] = ()
    """Query parameters that have another name on the ``/v1`` surface."""
    is_text: bool = False
    """Whether the answer is plain text, not JSON."""
    left_out: Callable[[str], object] | None = None
    """Is told why of each row that cannot be read, which the page then comes without; ``None``: the page is refused."""
    fills_gaps: bool = False
    """Whether what may be null, and is of another type, reads as null in such a page."""
    is_exact: bool = False
    """Whether a row less would be wrong, not just less."""

    def __post_init__(self) -> None:
        """A path that could lead to another host is a mistake of ours."""
        if not self.path.startswith("/"):
            raise ValueError(f"{self.operation_id}: a path starts with a slash")

    @property
    def is_safe(self) -> bool:
        """Whether repeating it changes nothing."""
        return self.method == "GET"

    def target(self, surface: str) -> str:
        """Path and query, encoded, as they go on the wire of a surface (``"v1"`` or ``""``)."""
        names = dict(self.names_on_v1) if surface == "v1" else {}
        query = _encoded(tuple((names.get(key, key), value) for key, value in self.query) if names else self.query)
        return f"{self.path}?{query}" if query else self.path

    def with_query(self, *pairs: tuple[str, str]) -> "Call[T]":
        """The same call with these parameters in place of earlier ones of their names."""
        names = {key for key, _ in pairs}
        return replace(self, query=(*(pair for pair in self.query if pair[0] not in names), *pairs))

    def without(self, name: str) -> "Call[T]":
        """The same call without that parameter."""
        return replace(self, query=tuple(pair for pair in self.query if pair[0] != name))

    def without_odd_rows(self, left_out: Callable[[str], object], *, fills_gaps: bool = False) -> "Call[T]":
        """The same call for whom a list with a row less is better than none: nothing that adds up money."""
        return replace(self, left_out=left_out, fills_gaps=fills_gaps)

    def with_every_row(self) -> "Call[T]":
        """The same call for whom a row less would be wrong: a list of which one cannot be read is refused."""
        return replace(self, is_exact=True)

    def __repr__(self) -> str:
        """Its operation alone: query and body hold people's words."""
        return f"Call({self.operation_id})"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API and its twin for managed creators, declared once beside the function that calls it."""

    id: str
    method: str
    path: str
    scopes: frozenset[Scope]
    twin_id: str = ""
    """Empty where Fanvue offers none."""
    twin_scopes: frozenset[Scope] = frozenset()
    twin_path: str = ""
    """Where it differs from ``path``; without the prefix."""
    own_only: frozenset[str] = frozenset()
    """Query parameters the twin does not take."""
    names_on_v1: tuple[tuple[str, str], ...] = field(default=())
    is_text: bool = False
    is_twin_only: bool = False
    """Whether only the form for managed creators exists."""
    is_exact: bool = False
    """Whether its rows are added up, or are missed where one is missing."""

    def call(
        self,
        answer: type[T],
        *,
        acting_as: ActingAs = OWN,
        at: Mapping[str, str] | None = None,
        query: Mapping[str, QueryValue] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Call[T]:
        """The call; ``at`` fills the path's names, ``None`` in the query is left out.

        Raises ``ValueError`` for a path value that is not one segment and for what the twin does not offer.
        """
        asked = {key: value for key, value in (query or {}).items() if value not in (None, (), [])}
        segments = {name: segment(value) for name, value in (at or {}).items()}
        path, operation_id, scopes = self.path, self.id, self.scopes
        if acting_as.creator is not None:
            self._check_twin(asked)
            path = TWIN_PREFIX.format(creatorUserUuid=segment(acting_as.creator)) + (self.twin_path or path)
            operation_id, scopes = self.twin_id, self.twin_scopes
        elif self.is_twin_only:
            raise ValueError(f"{self.id} exists for managed creators only")
        return Call(
            operation_id=operation_id,
            method=self.method,
            path=_filled(path, segments),
            scopes=scopes,
            answer=answer,
            query=tuple(pair for key, value in asked.items() for pair in _pairs(key, value)),
            body=body,
            acting_as=acting_as,
            names_on_v1=self.names_on_v1,
            is_text=self.is_text,
            is_exact=self.is_exact,
        )

    def _check_twin(self, query: Mapping[str, QueryValue]) -> None:
        if not self.twin_id:
            raise ValueError(f"{self.id} has no form for managed creators")
        refused = self.own_only & query.keys()
        if refused:
            raise ValueError(f"{self.twin_id} takes no {', '.join(sorted(refused))}")


def segment(value: str) -> str:
    """One path segment, encoded; ``ValueError`` for a value that would change the path."""
    if value in {"", ".", ".."}:
        raise ValueError("not a path segment")
    return quote(value, safe="")


def comma(values: Sequence[str]) -> str | None:
    """A comma separated list, as most list parameters want it; ``None`` when empty."""
    return ",".join(values) or None


def instant(moment: datetime) -> str:
    """An instant as Fanvue writes it: ISO 8601, UTC, milliseconds, ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def given(**fields: Any) -> dict[str, Any]:
    """A body without the fields that are ``None``; instants written out."""
    return {
        key: instant(value) if isinstance(value, datetime) else value
        for key, value in fields.items()
        if value is not None
    }


def changed(**fields: Any) -> dict[str, Any]:
    """A body without the fields that are ``UNSET``; ``None`` stays and empties the field at Fanvue."""
    return {
        key: instant(value) if isinstance(value, datetime) else value
        for key, value in fields.items()
        if value is not UNSET
    }


@lru_cache(maxsize=512)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    return urlencode(query, quote_via=quote)


def _filled(path: str, segments: Mapping[str, str]) -> str:
    for name, value in segments.items():
        path = path.replace("{" + name + "}", value)
    if "{" in path:
        raise ValueError("a path value is missing")
    return path


def _pairs(key: str, value: QueryValue) -> list[tuple[str, str]]:
    if isinstance(value, bool):
        return [(key, "true" if value else "false")]
    if isinstance(value, datetime):
        return [(key, instant(value))]
    if isinstance(value, str | int):
        return [(key, str(value))]
    return [(key, item) for item in value or ()]
