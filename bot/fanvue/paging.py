"""Long lists, row by row, whatever the way Fanvue pages them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from bot.fanvue.shapes import Page, Shape
from bot.fanvue.wire import Call

Row = TypeVar("Row", bound=Shape)

DATE_NAMES = ("sentBefore", "receivedBefore")
MOST_STALE = 2
"""Pages in a row without a new row: a numbered list that grew by a whole page meanwhile shows one, and goes on.

So does a list with an empty page that says there is more.
"""

Send = Callable[[Call[Page[Row]]], Awaitable[Page[Row]]]


async def pages(send: Send[Row], first_call: Call[Page[Row]], limit: int) -> AsyncGenerator[Row, None]:
    """At most ``limit`` rows of a list, asking for further pages as they are needed.

    A row that shows up again because a list grew meanwhile is given once. Ends early, too, when pages
    bring nothing new, so that a list that never says it is over cannot hold anybody.
    """
    call: Call[Page[Row]] | None = first_call
    seen: set[int] = set()
    given = stale = 0
    while call is not None and given < limit:
        page = await send(call)
        stale += 1
        for row in page.data:
            if (identity := row.identity) is not None:
                if hash(identity) in seen:
                    continue
                seen.add(hash(identity))
            if given == limit:
                return
            stale = 0
            given += 1
            yield row
        call = next_call(call, page) if stale < MOST_STALE else None


def next_call(call: Call[Page[Row]], page: Page[Row]) -> Call[Page[Row]] | None:
    """The call for the page after this one; ``None`` at the end. Understands numbers, cursors and date filters."""
    pairs = _next_position(call, page)
    if not pairs:
        return None
    following = call.with_query(*pairs)
    return following if following.query != call.query else None


def _next_position(call: Call[Page[Row]], page: Page[Row]) -> tuple[tuple[str, str], ...]:
    if page.pagination is not None:
        asked = int(dict(call.query).get("page", "1"))
        return () if page.pagination.has_more is False else (("page", str(asked + 1)),)
    if page.next_cursor:
        return (("cursor", str(page.next_cursor)),)
    if isinstance(page.date_filter, dict):
        return tuple((name, text) for name in DATE_NAMES if isinstance(text := page.date_filter.get(name), str))
    if page.date_filter:
        return tuple((name, page.date_filter) for name in DATE_NAMES)
    return ()
