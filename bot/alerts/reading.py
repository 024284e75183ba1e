"""How each of Fanvue's lists is read: newest first, back to where the last time ended, and no further than allowed.

Nothing here moves a cursor or stores an event, so a reading that is broken off costs nothing but its calls.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import msgspec

from bot.alerts import findings
from bot.domain import identity
from bot.domain.accounts import Creator
from bot.domain.catching_up import Source
from bot.domain.errors import GoneError, RefusedByFanvueError
from bot.domain.events import Event
from bot.fanvue.chats import Chat, list_chats, list_messages
from bot.fanvue.insights import earnings, spending
from bot.fanvue.notifications import Notification, list_notifications
from bot.fanvue.paging import pages
from bot.fanvue.shapes import Page, Shape
from bot.fanvue.wire import ActingAs, Call

T = TypeVar("T")
Row = TypeVar("Row", bound=Shape)

PAGE_SIZE = 50
MOST_ROWS = 1000
"""Of one list at once: a creator who was away for a week costs a bounded number of calls."""
MOST_CHATS_OPENED = 60
MOST_MESSAGES = 150
MOST_ANSWERED = 100
MOST_ANSWERED_OPENED = 10
"""Chats that are looked into for what the creator's side wrote; those left out are looked into the next time."""
CLOSED = (GoneError, RefusedByFanvueError)
"""Says Fanvue of a chat whose fan is gone: the others are read all the same."""
OVERLAP = timedelta(minutes=30)
"""Rows that show up late, dated before what was read already, are found for so long."""


class Ask(Protocol):
    """Sends one call for the creator that is looked at."""

    def __call__(self, call: Call[T]) -> Awaitable[T]:
        """The answer; raises DomainError."""
        ...


class Look(msgspec.Struct, frozen=True):
    """One reading of one list."""

    creator: Creator
    ask: Ask
    since: datetime
    """What happened before is history and no news."""
    read_to: datetime | None
    """Where the last reading ended, in Fanvue's time; ``None`` while nothing was ever seen."""
    has_earnings: bool
    """Whether the earnings are read as well."""
    is_seen: Callable[[str], bool]
    follows_answers: bool = False
    """Whether somebody wants to know what the creator's side writes: a desk has a post, or a fan waits."""

    @property
    def floor(self) -> datetime:
        """Rows from before are not wanted."""
        return self.since if self.read_to is None else max(self.since, self.read_to - OVERLAP)

    @property
    def acting_as(self) -> ActingAs:
        """Own account, or the managed creator."""
        return ActingAs(self.creator.managed)


@dataclass(slots=True)
class Reading:
    """What a list told."""

    events: list[Event] = field(default_factory=list)
    newest: datetime | None = None
    is_whole: bool = True
    """False when it was cut short by a limit of ours."""
    marks: list[str] = field(default_factory=list)
    """What need not be looked at again while it is near the cursor; events are marked by their keys."""

    def note(self, moment: datetime, event: Event | None) -> None:
        """One row."""
        self.newest = max(self.newest or moment, findings.plain(moment))
        if event is not None:
            self.events.append(event)


async def read_chats(look: Look) -> Reading:
    """Unread chats; those with more than one unread message are opened, which marks nothing as read."""
    reading, count, opened = Reading(), 0, 0
    filters = () if look.creator.managed else ("unread",)
    async with aclosing(_rows(look, list_chats(look.acting_as, size=PAGE_SIZE, filters=filters))) as chats:
        async for chat in chats:
            at = _last_at(chat)
            if at is None:
                continue
            count += 1
            reading.note(at, None)
            if at < look.floor or opened == MOST_CHATS_OPENED:
                reading.is_whole = at < look.floor
                break
            opened += await _read_chat(look, chat, reading)
    reading.is_whole &= count < MOST_ROWS
    if look.follows_answers:
        await _read_answers(look, reading)
    return reading


async def _read_answers(look: Look, reading: Reading) -> None:
    """What the creator's side wrote at Fanvue, among the chats with the newest messages."""
    opened = 0
    async with aclosing(_rows(look, list_chats(look.acting_as, size=PAGE_SIZE), MOST_ANSWERED)) as chats:
        async for chat in chats:
            at, last = _last_at(chat), chat.last_message
            if at is None or last is None:
                continue
            if at < look.floor or opened == MOST_ANSWERED_OPENED:
                return
            mark = f"answers:{chat.user.uuid}:{last.uuid}"
            is_written = not identity.is_automatic(last.type)
            if is_written and not look.is_seen(mark):
                opened += 1
                await _read_answers_in(look, chat, reading)
            reading.note(at, None)
            reading.marks.append(mark)


async def _read_answers_in(look: Look, chat: Chat, reading: Reading) -> None:
    try:
        page = await look.ask(list_messages(chat.user.uuid, look.acting_as, size=PAGE_SIZE))
    except CLOSED:
        return
    for message in page.data:
        if message.sent_at is not None and message.sent_at >= look.floor:
            found = findings.of_sent(look.creator.id, chat, message)
            if found is not None:
                reading.events.append(found)


async def _read_chat(look: Look, chat: Chat, reading: Reading) -> bool:
    """Note what is new in a chat; whether it had to be opened. Of one that will not open, its last message is told."""
    last = chat.last_message
    mark = f"chat:{chat.user.uuid}:{last.uuid if last else ''}"
    reading.marks.append(mark)
    if chat.is_read or look.is_seen(mark):
        return False
    event = findings.of_last_message(look.creator.id, chat, last) if last else None
    is_opened = event is None or chat.unread_messages_count > 1
    is_told = is_opened and await _read_unread_in(look, chat, reading)
    if event is not None and not is_told:
        reading.events.append(event)
    return is_opened


async def _read_unread_in(look: Look, chat: Chat, reading: Reading) -> bool:
    """Whether it could be opened."""
    call = list_messages(chat.user.uuid, look.acting_as, size=PAGE_SIZE)
    try:
        async with aclosing(_rows(look, call, MOST_MESSAGES)) as messages:
            async for message in messages:
                if message.sent_at is not None and message.sent_at < look.floor:
                    break
                found = None if message.is_read else findings.of_message(look.creator.id, chat, message)
                if found is not None:
                    reading.events.append(found)
    except CLOSED:
        return False
    return True


def _last_at(chat: Chat) -> datetime | None:
    return (chat.last_message.sent_at if chat.last_message else None) or chat.last_message_at


async def read_earnings(look: Look) -> Reading:
    """Sales; reversals too, on the surface that lists them here."""
    call = earnings(look.acting_as, start=look.floor if look.read_to else None, size=PAGE_SIZE)
    return await _read_back(look, call, lambda row: row.date, lambda row: findings.of_earning(look.creator.id, row))


async def read_reversals(look: Look) -> Reading:
    """Refunds and disputes, where the earnings leave them out; there is no list of a managed creator's."""
    call = spending(start=look.floor if look.read_to else None, size=PAGE_SIZE)
    return await _read_back(look, call, lambda row: row.date, lambda row: findings.of_reversal(look.creator.id, row))


async def read_notifications(look: Look) -> Reading:
    """Followers, comments, likes; sales where the earnings may not be read."""

    def finding(row: Notification) -> Event | None:
        return findings.of_notification(look.creator.id, row, has_earnings=look.has_earnings)

    call = list_notifications(look.acting_as, size=PAGE_SIZE)
    return await _read_back(look, call, lambda row: row.created_at, finding)


READERS: dict[Source, Callable[[Look], Awaitable[Reading]]] = {
    Source.CHATS: read_chats,
    Source.EARNINGS: read_earnings,
    Source.REVERSALS: read_reversals,
    Source.NOTIFICATIONS: read_notifications,
}


async def _read_back(
    look: Look, call: Call[Page[Row]], moment: Callable[[Row], datetime], finding: Callable[[Row], Event | None]
) -> Reading:
    """Rows back to the floor. A row from before it still tells where to begin the next time."""
    reading, count = Reading(), 0
    async with aclosing(_rows(look, call)) as rows:
        async for row in rows:
            at = moment(row)
            if at < look.floor:
                reading.newest = reading.newest or findings.plain(at)
                break
            count += 1
            reading.note(at, finding(row))
    reading.is_whole = count < MOST_ROWS
    return reading


def _rows(look: Look, call: Call[Page[Row]], most: int = MOST_ROWS) -> AsyncGenerator[Row, None]:
    return pages(look.ask, call, most)
