"""Everything that is stored, a store per subject."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import func, select, text

from bot.domain.accounts import ConnectionStatus, DiscordUserId
from bot.domain.errors import StorageBusyError
from bot.storage.arrivals import ArrivalStore
from bot.storage.audit import AuditLog
from bot.storage.briefs import BriefStore
from bot.storage.cards import CardStore
from bot.storage.claims import ClaimStore
from bot.storage.connections import ConnectionStore
from bot.storage.creators import CreatorStore
from bot.storage.cursors import CursorStore
from bot.storage.database import Database
from bot.storage.defaults import DefaultStore
from bot.storage.deliveries.outbox import Outbox
from bot.storage.deliveries.standing import StandingStore
from bot.storage.departures import DepartureStore
from bot.storage.desk_posts import DeskPostStore
from bot.storage.dms import DmStore
from bot.storage.drafts import DraftStore
from bot.storage.events import EventStore
from bot.storage.finished import FinishedStore
from bot.storage.forgotten import Forgotten
from bot.storage.keys import KeyCheckStore
from bot.storage.leases import LeaseStore
from bot.storage.links import LinkStore
from bot.storage.mutes import MuteStore
from bot.storage.notes import NoteStore
from bot.storage.notices import NoticeStore
from bot.storage.personal import Mine, count_about, rows_about
from bot.storage.preferences import PreferenceStore
from bot.storage.refusals import RefusalStore
from bot.storage.removals import RemovalStore
from bot.storage.replies import ReplyStore
from bot.storage.reply_places import ReplyPlaceStore
from bot.storage.revocations import RevocationStore
from bot.storage.rights import RightStore
from bot.storage.routes import RouteStore
from bot.storage.schema import connections
from bot.storage.scoreboard import ScoreStore
from bot.storage.sealed import SealedStore
from bot.storage.shifts import ShiftStore
from bot.storage.sign_ins import SignInStore
from bot.storage.spenders import SpenderStore
from bot.storage.subscribers import SubscriberLists
from bot.storage.uses import UseStore
from bot.storage.watches import WatchStore


class PersonalStore(Protocol):
    """A store that holds something about people."""

    def about(self, user: DiscordUserId) -> Mine:
        """What it holds about a person."""
        ...

    async def forget(self, user: DiscordUserId) -> None:
        """Hold nothing about them any more."""
        ...


class Stores:
    """All stores on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgotten = forgotten = Forgotten()
        self.connections = ConnectionStore(database)
        self.notices = NoticeStore(database)
        self.sign_ins = SignInStore(database)
        self.links = LinkStore(database)
        self.leases = LeaseStore(database)
        self.revocations = RevocationStore(database)
        self.events = EventStore(database)
        self.arrivals = ArrivalStore(database)
        self.standing = StandingStore(database)
        self.outbox = Outbox(database)
        self.cards = CardStore(database)
        self.replies = ReplyStore(database)
        self.scores = ScoreStore(database)
        self.reply_places = ReplyPlaceStore(database)
        self.claims = ClaimStore(database)
        self.notes = NoteStore(database)
        self.watches = WatchStore(database)
        self.briefs = BriefStore(database)
        self.routes = RouteStore(database)
        self.mutes = MuteStore(database)
        self.spenders = SpenderStore(database)
        self.subscribers = SubscriberLists(database)
        self.refusals = RefusalStore(database)
        self.desk_posts = DeskPostStore(database)
        self.dms = DmStore(database, forgotten)
        self.rights = RightStore(database)
        self.shifts = ShiftStore(database)
        self.creators = CreatorStore(database)
        self.cursors = CursorStore(database)
        self.default_creators = DefaultStore(database)
        self.audit = AuditLog(database, forgotten)
        self.uses = UseStore(database, forgotten)
        self.departures = DepartureStore(database)
        self.removals = RemovalStore(database)
        self.finished = FinishedStore(database)
        self.drafts = DraftStore(database)
        self.key_checks = KeyCheckStore(database)
        self.preferences = PreferenceStore(database)
        self.sealed = SealedStore(database)

    async def export(self, user: DiscordUserId) -> dict[str, list[dict[str, Any]]]:
        """Everything stored about a person, by subject, without secrets."""
        return {name: await rows_about(self._database, store.about(user)) for name, store in self._personal().items()}

    async def counts(self, user: DiscordUserId) -> dict[str, int]:
        """How much that is, by subject."""
        return {name: await count_about(self._database, store.about(user)) for name, store in self._personal().items()}

    async def forget(self, user: DiscordUserId) -> None:
        """Hold nothing about a person any more; on SQLite nothing is left in free pages or the write-ahead log."""
        self._forgotten.add(user)
        for store in self._personal().values():
            await store.forget(user)
        await self._database.scrub()

    async def take_over(self) -> None:
        """End what a former process left leased, where this one is alone (a SQLite file that was claimed)."""
        if self._database.is_sqlite:
            await self.outbox.release_all()
            await self.leases.release_all()

    async def is_reachable(self) -> bool:
        """Whether the database answers, is still the one that was opened, and takes what is written."""
        if not self._database.is_file_there:
            return False
        try:
            async with self._database.read() as connection:
                await connection.execute(text("SELECT 1"))
        except StorageBusyError:
            return False
        return await self._database.is_writable()

    async def figures(self) -> Mapping[str, Mapping[str, int]]:
        """Numbers for the metrics: name to label to number."""
        query = select(connections.c.status, func.count().label("number")).group_by(connections.c.status)
        async with self._database.read() as connection:
            held = {row.status: row.number for row in await connection.execute(query)}
        return {
            "fanvue_connections": {status.value: held.get(status.value, 0) for status in ConnectionStatus},
            "fanvue_deliveries": {status.value: number for status, number in (await self.outbox.counts()).items()},
            "fanvue_events_waiting": {"unrouted": await self.events.waiting()},
        }

    def _personal(self) -> dict[str, PersonalStore]:
        """Connections come last: the others ask them which creators are a person's own."""
        return {
            "preferences": self.preferences,
            "dms": self.dms,
            "routes": self.routes,
            "mutes": self.mutes,
            "rights": self.rights,
            "shifts": self.shifts,
            "deliveries": self.outbox,
            "cards": self.cards,
            "refusals": self.refusals,
            "replies": self.replies,
            "claims": self.claims,
            "reply_places": self.reply_places,
            "notes": self.notes,
            "watches": self.watches,
            "briefs": self.briefs,
            "audit": self.audit,
            "uses": self.uses,
            "links": self.links,
            "finished_months": self.finished,
            "drafts": self.drafts,
            "creators": self.creators,
            "connections": self.connections,
        }
