"""The two ways of Fanvue to give a long list piece by piece."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from .answers import invalid

T = TypeVar("T")
Shown = dict[str, object]


class PageAsked(Protocol):
    page: int
    size: int


def page_of(rows: Sequence[T], asked: PageAsked, show: Callable[[T], object]) -> Shown:
    """`{data, pagination: {page, size, hasMore}}`; `size` is the number of records in this answer."""
    start = (asked.page - 1) * asked.size
    part = rows[start : start + asked.size]
    pagination = {"page": asked.page, "size": len(part), "hasMore": start + asked.size < len(rows)}
    return {"data": [show(row) for row in part], "pagination": pagination}


def cursor_of(
    rows: Sequence[T],
    cursor: str | None,
    size: int,
    show: Callable[[T], object],
    *,
    grows_in_front: bool = True,
    has_total: bool = False,
) -> Shown:
    """`{data, nextCursor}`, with `total` where asked.

    A cursor counts from the end that stays, so rows that arrive between two calls neither repeat nor hide others.
    Raises RefusedError 400 for a cursor that was not given out.
    """
    start = 0 if cursor is None else _start(cursor, len(rows))
    part = rows[start : start + size]
    end = start + len(part)
    next_cursor = _encode("r", len(rows) - end) if grows_in_front else _encode("o", end)
    answer: Shown = {"data": [show(row) for row in part], "nextCursor": next_cursor if end < len(rows) else None}
    if has_total:
        answer["total"] = len(rows)
    return answer


def _encode(kind: str, count: int) -> str:
    return urlsafe_b64encode(f"{kind}:{count}".encode()).decode().rstrip("=")


def _start(cursor: str, length: int) -> int:
    try:
        kind, count = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":")
        number = int(count)
    except ValueError:
        raise invalid("cursor: is not valid") from None
    if kind not in {"r", "o"} or number < 0:
        raise invalid("cursor: is not valid")
    return min(length, number) if kind == "o" else max(0, length - number)
