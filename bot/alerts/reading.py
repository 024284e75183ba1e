"""How each of Fanvue's lists is read: newest first, back to where the last time ended, and no further than allowed.

Nothing here moves a cursor or stores an event: what was read before a reading broke off can be taken in, and the rest
is read the next time.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from bot.alerts import findings
from bot.domain import identity
from bot.domain.accounts import Creator, CreatorId
from bot.domain.catching_up import Source
from bot.domain.errors import (
    DomainError,
    FanvueChangedError,
    FanvueDownError,
    GoneError,
    RefusedByFanvueError,
    ScopeMissingError,
)
from bot.domain.events import Event
from bot.fanvue.chats import Chat, Message, list_chats, list_messages
from bot.fanvue.insights import Earning, Reversal, earnings, spending
from bot.fanvue.notifications import Notification, list_notifications
from bot.fanvue.paging import pages
from bot.fanvue.payload import EARLIEST
from bot.fanvue.shapes import Page, Shape
from bot.fanvue.wire import ActingAs, Call

T = TypeVar("T")
Finding = Callable[[CreatorId, Chat, Message, datetime], Event | None]
Row = TypeVar("Row", bound=Shape)

PAGE_SIZE = 50
MOST_ROWS = 1000
"""Of one list at once; as many more the next time, and so on up to the bound. So it is with messages and answers."""
MOST_DEPTH = 5
"""A creator who was away for long costs a bounded number of calls."""
MOST_CHATS_OPENED = 60
MOST_MESSAGES = 150
MOST_ANSWERED = 100
MOST_ANSWERED_OPENED = 10
"""Chats that are looked into for what the creator's side wrote; those left out are looked into the next time."""
CLOSED = (GoneError, RefusedByFanvueError, ScopeMissingError)
"""Says Fanvue of a chat whose fan is gone: the others are read all the same, and it is tried again every hour."""
CLOSED_FOR_GOOD = timedelta(hours=6)
"""After its last message."""
ENOUGH_OLD = 3
"""Rows in a row from before the floor: then the rest is older still."""
MOST_DOWN = 3
"""Chats without an answer: then it is Fanvue that does not answer, and no more are opened in this reading."""
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
    now: datetime
    since: datetime
    """What happened before is history and no news."""
    read_to: datetime | None
    """Where the last reading ended, in Fanvue's time; ``None`` while nothing was ever seen."""
    has_earnings: bool
    """Whether the earnings are read as well."""
    is_seen: Callable[[str], bool]
    depth: int = 1
    """How many times the usual number of rows is read."""
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
    """What a list told, as far as it was read when the reading broke off."""

    events: list[Event] = field(default_factory=list)
    newest: datetime | None = None
    is_whole: bool = True
    """False when it was cut short by a limit of ours."""
    marks: list[str] = field(default_factory=list)
    """What need not be looked at again while it is near the cursor; events are marked by their keys."""
    has_gap: bool = False
    """Something was left out that is to be read the next time: the cursor stays where it is."""
    trouble: DomainError | None = None
    """Why, where Fanvue is to be asked less often for it."""
    downs: int = 0
    """How many chats were not answered for."""

    def note(self, moment: datetime) -> None:
        """When one row is from."""
        self.newest = max(self.newest or moment, findings.plain(moment))

    def end(self, look: Look, count: int, most: int) -> bool:
        """Whether a list is done of which so many rows were read: others are read the next time, up to a bound."""
        is_cut = count >= most * look.depth
        self.is_whole &= not is_cut
        is_done = not is_cut or look.depth == MOST_DEPTH
        self.has_gap |= not is_done
        return is_done

    def end_list(self, look: Look, count: int) -> None:
        """The same of a whole list: one of several pages is read once more, since rows move while they are read."""
        self.end(look, count, MOST_ROWS)
        again = f"again:{look.floor.isoformat()}"
        if count > PAGE_SIZE and not look.is_seen(again):
            self.has_gap = True
            self.marks.append(again)


async def read_chats(look: Look, reading: Reading) -> None:
    """Unread chats, and answers where somebody wants to know of them."""
    filters = () if look.creator.managed else ("unread",)
    call = list_chats(look.acting_as, size=PAGE_SIZE, filters=filters)
    await _read_narrowed(look, reading, call, "filter", partial(_read_unread, look, reading))
    if look.follows_answers:
        await _read_answers(look, reading)


async def _read_narrowed(
    look: Look, reading: Reading, call: Call[T], by: str, read: Callable[[Call[T]], Awaitable[None]]
) -> None:
    """Read a list narrowed by a parameter, or the whole of it where Fanvue refuses that: it is tried every hour."""
    refused = _in_this_hour(look, by)
    if look.is_seen(refused):
        reading.marks.append(refused)
        call = call.without(by)
    try:
        await read(call)
    except (RefusedByFanvueError, ScopeMissingError):
        whole = call.without(by)
        if whole.query == call.query:
            raise
        reading.marks.append(refused)
        await read(whole)


async def _read_unread(look: Look, reading: Reading, call: Call[Page[Chat]]) -> None:
    """Chats with more than one unread message are opened, which marks nothing as read."""
    count = opened = 0
    async with aclosing(_recent_chats(look, reading, call, MOST_ROWS)) as chats:
        async for chat, at in chats:
            count += 1
            if opened == MOST_CHATS_OPENED:
                reading.has_gap = True
                break
            opened += await _read_chat(look, chat, at, reading)
    reading.end_list(look, count)


def _recent_chats(
    look: Look, reading: Reading, call: Call[Page[Chat]], most: int
) -> AsyncGenerator[tuple[Chat, datetime], None]:
    return _recent(look, call, most, _last_at, look.now, reading)


async def _read_answers(look: Look, reading: Reading) -> None:
    """What the creator's side wrote at Fanvue, among the chats with the newest messages."""
    count = opened = 0
    call = list_chats(look.acting_as, size=PAGE_SIZE)
    async with aclosing(_recent_chats(look, reading, call, MOST_ANSWERED)) as chats:
        async for chat, at in chats:
            count += 1
            last = chat.last_message
            if last is None:
                continue
            if opened == MOST_ANSWERED_OPENED:
                reading.has_gap = True
                return
            mark = f"answers:{chat.user.uuid}:{last.uuid}"
            if identity.is_automatic(last.type) or look.is_seen(mark):
                reading.marks.append(mark)
            elif _may_open(look, mark, reading):
                opened += 1
                await _open(look, mark, at, reading, _read_in(look, chat, at, reading, findings.of_sent))
    reading.end(look, count, MOST_ANSWERED)


async def _read_chat(look: Look, chat: Chat, at: datetime, reading: Reading) -> bool:
    """Note what is new in a chat; whether it had to be opened. Of one that will not open, its last message is told."""
    last = chat.last_message
    mark = f"chat:{chat.user.uuid}:{last.uuid if last else ''}"
    is_empty = last is None and chat.last_message_at is None
    if chat.is_read or is_empty or look.is_seen(mark):
        reading.marks.append(mark)
        return False
    event = findings.of_last_message(look.creator.id, chat, last, at) if last else None
    if event is not None and event.happened_at < look.floor:
        event = None
    is_alone = event is not None and chat.unread_messages_count in {0, 1}
    may_open = not is_alone and _may_open(look, mark, reading)
    is_told = may_open and await _open(look, mark, at, reading, _read_in(look, chat, at, reading, findings.of_unread))
    if event is not None and not is_told:
        reading.events.append(event)
    if is_alone:
        reading.marks.append(mark)
    return may_open


async def _read_in(look: Look, chat: Chat, at: datetime, reading: Reading, finding: Finding) -> bool:
    """Note what is new among the messages of a chat; whether that is all of it."""
    count = 0
    call = list_messages(chat.user.uuid, look.acting_as, size=PAGE_SIZE)
    async with aclosing(_recent(look, call, MOST_MESSAGES, lambda message: message.sent_at, at)) as messages:
        async for message, sent_at in messages:
            count += 1
            found = finding(look.creator.id, chat, message, sent_at)
            if found is not None:
                reading.events.append(found)
    return reading.end(look, count, MOST_MESSAGES)


def _last_at(chat: Chat) -> datetime | None:
    """Where the chat stands in the list, also when its newest message was deleted."""
    told = (chat.last_message_at, chat.last_message.sent_at if chat.last_message else None)
    return max((one for one in told if one is not None), default=None)


def _may_open(look: Look, mark: str, reading: Reading) -> bool:
    """Whether a chat is to be opened now; one that is not leaves a gap."""
    closed = _in_this_hour(look, mark)
    if look.is_seen(closed):
        reading.marks.append(closed)
    elif reading.downs < MOST_DOWN:
        return True
    reading.has_gap = True
    return False


async def _open(look: Look, mark: str, at: datetime, reading: Reading, opening: Awaitable[bool]) -> bool:
    """Whether one chat was read; what stands against it stops no other, and it is tried again."""
    try:
        is_done = await opening
    except CLOSED:
        reading.has_gap |= (is_young := at > look.now - CLOSED_FOR_GOOD)
        reading.marks.append(_in_this_hour(look, mark) if is_young else mark)
    except (FanvueDownError, FanvueChangedError) as error:
        reading.has_gap, reading.trouble = True, error
        reading.downs += isinstance(error, FanvueDownError)
    else:
        reading.marks += [mark] if is_done else []
        return True
    return False


def _in_this_hour(look: Look, mark: str) -> str:
    """What marks something that Fanvue refused, to be tried again in another hour."""
    return f"{mark}:{look.now:%Y-%m-%dT%H}"


async def read_earnings(look: Look, reading: Reading) -> None:
    """Sales; reversals too, on the surface that lists them here."""

    async def read(call: Call[Page[Earning]]) -> None:
        await _read_back(look, reading, call, _date, lambda row: findings.of_earning(look.creator.id, row))

    call = earnings(look.acting_as, start=look.floor if look.read_to else None, size=PAGE_SIZE)
    await _read_narrowed(look, reading, call, "startDate", read)


async def read_reversals(look: Look, reading: Reading) -> None:
    """Refunds and disputes, where the earnings leave them out; there is no list of a managed creator's."""

    async def read(call: Call[Page[Reversal]]) -> None:
        await _read_back(look, reading, call, _date, lambda row: findings.of_reversal(look.creator.id, row))

    call = spending(start=look.floor if look.read_to else None, size=PAGE_SIZE)
    await _read_narrowed(look, reading, call, "startDate", read)


def _date(row: Earning | Reversal) -> datetime:
    return row.date


async def read_notifications(look: Look, reading: Reading) -> None:
    """Followers, comments, likes; sales where the earnings may not be read."""

    def finding(row: Notification) -> Event | None:
        return findings.of_notification(look.creator.id, row, has_earnings=look.has_earnings)

    call = list_notifications(look.acting_as, size=PAGE_SIZE)
    await _read_back(look, reading, call, lambda row: row.created_at, finding)


READERS: dict[Source, Callable[[Look, Reading], Awaitable[None]]] = {
    Source.CHATS: read_chats,
    Source.EARNINGS: read_earnings,
    Source.REVERSALS: read_reversals,
    Source.NOTIFICATIONS: read_notifications,
}


async def _read_back(
    look: Look,
    reading: Reading,
    call: Call[Page[Row]],
    moment: Callable[[Row], datetime],
    finding: Callable[[Row], Event | None],
) -> None:
    count = 0
    async with aclosing(_recent(look, call, MOST_ROWS, moment, look.now, reading)) as rows:
        async for row, _ in rows:
            count += 1
            event = finding(row)
            if event is not None:
                reading.events.append(event)
    reading.end_list(look, count)


async def _recent(
    look: Look,
    call: Call[Page[Row]],
    most: int,
    moment: Callable[[Row], datetime | None],
    at: datetime,
    reading: Reading | None = None,
) -> AsyncGenerator[tuple[Row, datetime], None]:
    """Rows back to the floor, ``most`` at each depth, with their moments.

    One that tells none, or an absurd one, is as old as the row above. A row from before the floor ends
    nothing by itself, since its date may be the odd one; it still tells where to begin the next time.
    """
    count_old = 0
    async with aclosing(pages(look.ask, call, most * look.depth)) as rows:
        async for row in rows:
            told = moment(row)
            if told is not None and told >= EARLIEST:
                at = told
                if reading is not None:
                    reading.note(at)
            count_old = count_old + 1 if at < look.floor else 0
            if count_old == ENOUGH_OLD:
                return
            if not count_old:
                yield row, at
