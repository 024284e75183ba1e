"""A desk: a post a fan, with both sides of the conversation, and a header that says how things stand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.alerts.board import Board
from bot.alerts.handover import Handover
from bot.alerts.sealing import seal_event
from bot.domain import identity
from bot.domain.access import Grant
from bot.domain.accounts import ChannelId, CreatorId, FanId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.claims import Claim
from bot.domain.clock import Clock
from bot.domain.conversations import Note
from bot.domain.drafts import Draft
from bot.domain.errors import BadInputError
from bot.domain.events import Event, EventKind, Fan
from bot.domain.faults import where
from bot.services.inbox.desk_facts import DeskFacts, FanFacts
from bot.services.inbox.notes import opened
from bot.storage.arrivals import ArrivalStore
from bot.storage.cards import CardStore
from bot.storage.claims import ClaimStore
from bot.storage.desk_posts import DeskPostStore
from bot.storage.notes import NoteStore
from bot.storage.routes import RouteStore
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

LATELY = timedelta(minutes=3)
BEFORE = timedelta(hours=1)
"""What may not have been drawn before a start."""
NOTES_SHOWN = 3
REMEMBERED = 5000


@dataclass(frozen=True, slots=True, repr=False)
class Header:
    """What stands on top of a fan's post; ``facts`` are ``None`` where nothing was read yet."""

    creator: CreatorId
    fan: FanId
    waiting_since: datetime | None
    claim: Claim | None
    notes: Sequence[Note] = ()
    facts: FanFacts | None = None
    shows_amounts: bool = False
    closed_since: datetime | None = None
    """Since when the fan cannot be written to."""


class HeaderDrawer(Protocol):
    """Draws headers."""

    async def draw(self, post: ChannelId, header: Header) -> bool:
        """Draw it on that post; one that is gone is left alone. False when it is to be tried again."""
        ...


class DeskService:
    """A header is drawn from what is stored, so drawing it twice is right.

    What was sent from here goes into the posts by the way of every event, under the identity that Fanvue's echo of it
    has, so it is there once whoever tells it first.
    """

    def __init__(
        self,
        *,
        posts: DeskPostStore,
        routes: RouteStore,
        arrivals: ArrivalStore,
        cards: CardStore,
        claims: ClaimStore,
        notes: NoteStore,
        facts: DeskFacts,
        drawer: HeaderDrawer,
        board: Board,
        keyring: Keyring,
        stored: Handover,
        clock: Clock,
    ) -> None:
        self._posts = posts
        self._routes = routes
        self._arrivals = arrivals
        self._cards = cards
        self._claims = claims
        self._notes = notes
        self._facts = facts
        self._drawer = drawer
        self._board = board
        self._keyring = keyring
        self._stored = stored
        self._clock = clock
        self._drawn: dict[ChannelId, Header] = {}
        self._owed: dict[tuple[CreatorId, FanId], None] = {}
        self._has_swept = False

    async def sent(self, creator: CreatorId, fan: FanId, fanvue_message: str, draft: Draft) -> None:
        """Show in the fan's posts what was just sent; failing to show it changes nothing about the sending."""
        try:
            rules = await self._routes.for_event(creator, EventKind.MESSAGE)
            if any(rule.place.kind is PlaceKind.FORUM for rule in rules):
                await self._tell(creator, fan, fanvue_message, draft)
        except Exception as error:  # noqa: BLE001 - the author must not take a sent reply for a failed one
            log.warning("sent_not_mirrored", error=where(error))

    async def unsent(self, creator: CreatorId, fanvue_message: str) -> None:
        """Show in the fan's posts that it was taken back."""
        gone = await self._cards.removed(creator, fanvue_message, self._clock.now())
        for parcel in await self._cards.parcels_of(gone):
            await self._board.draw(parcel)

    async def changed(self, grant: Grant, fan: FanId) -> None:
        """Something about this fan was set from here: read it, and draw the headers."""
        posts = await self._posts.of_fan(grant.creator, fan)
        if posts:
            for _, post in posts:
                self._drawn.pop(post, None)
            await self._facts.read(grant.creator, [fan])
            await self.refresh(grant.creator, fan)

    async def require_post(self, grant: Grant, fan: FanId, channel: int) -> None:
        """BadInputError where that is no post of this fan: a button says nothing about where it is pressed."""
        if all(post != channel for _, post in await self._posts.of_fan(grant.creator, fan)):
            raise BadInputError("This is no post of a forum that shows this fan, so there are no tags to make.")

    async def refresh(self, creator: CreatorId, fan: FanId) -> None:
        """Draw this fan's headers, in every forum; what Discord does not take now is owed."""
        posts = await self._posts.of_fan(creator, fan)
        if not posts:
            self._owed.pop((creator, fan), None)
            return
        now = self._clock.now()
        header = Header(
            creator,
            fan,
            await self._cards.waiting_since(creator, fan),
            await self._claims.of(creator, fan, now),
            await opened(self._notes, self._keyring, creator, fan, NOTES_SHOWN),
            self._facts.known(creator, fan),
            closed_since=await self._claims.closed_at(creator, fan),
        )
        drawn = [await self._is_drawn(forum, post, header) for forum, post in posts]
        self._owed.pop((creator, fan), None)
        if not all(drawn):
            self._owed[creator, fan] = None

    async def _is_drawn(self, forum: ChannelId, post: ChannelId, header: Header) -> bool:
        """False when Discord is to be tried again."""
        try:
            return await self._draw(post, await self._for(forum, header))
        except Exception as error:  # noqa: BLE001 - one post that cannot be drawn must not stop the others
            log.warning("header_not_drawn", error=where(error))
            return True

    async def sweep(self) -> int:
        """Draw the headers of fans who wrote, or were answered, a moment ago; how many fans."""
        changed = await self._posts.changed_since(self._clock.now() - (LATELY if self._has_swept else BEFORE))
        by_creator: dict[CreatorId, list[FanId]] = defaultdict(list)
        for creator, fan in changed:
            by_creator[creator].append(fan)
        for creator, fans in by_creator.items():
            await self._facts.read(creator, fans, self._clock.now())
        self._owed |= dict.fromkeys(changed)
        self._has_swept = True
        await self.draw_owed()
        return len(changed)

    async def draw_owed(self) -> None:
        """Draw what Discord did not take before, until it does not take one again."""
        for creator, fan in list(self._owed):
            await self.refresh(creator, fan)
            if (creator, fan) in self._owed:
                break

    async def _draw(self, post: ChannelId, header: Header) -> bool:
        """Nothing is asked of Discord where this very header was drawn last. False when it is to be tried again."""
        if self._drawn.get(post) == header:
            return True
        self._drawn.pop(post, None)
        if len(self._drawn) > REMEMBERED:
            self._drawn.clear()
        if not await self._drawer.draw(post, header):
            return False
        self._drawn[post] = header
        return True

    async def _for(self, forum: ChannelId, header: Header) -> Header:
        place = Place(PlaceKind.FORUM, forum)
        rule = await self._routes.one(header.creator, EventKind.MESSAGE, place.key)
        return replace(header, shows_amounts=rule is not None and rule.shows_amounts)

    async def _tell(self, creator: CreatorId, fan: FanId, fanvue_message: str, draft: Draft) -> None:
        now, names = self._clock.now(), identity.of_message(EventKind.MESSAGE_SENT, creator, fanvue_message)
        event = Event(
            key=names[0],
            kind=EventKind.MESSAGE_SENT,
            creator=creator,
            happened_at=now,
            fan=Fan(fan),
            text=draft.text or None,
            has_media=bool(draft.media),
            message_uuid=fanvue_message,
        )
        arrived = await self._arrivals.keep([seal_event(self._keyring, event, now)])
        if arrived.news:
            self._stored.lose()
            self._stored.ring()
            return
        shown = await self._cards.of_fanvue_message(creator, fan, fanvue_message)
        for parcel in await self._cards.parcels_of(shown):
            await self._board.draw(parcel)
