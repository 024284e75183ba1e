"""The composition root: everything is made here, in order; ``bot.running`` starts and stops it."""

import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from bot.alerts.bell import Bell
from bot.alerts.board import Board
from bot.alerts.catchup import CatchUp
from bot.alerts.closing import Closing
from bot.alerts.handover import Handover
from bot.alerts.intake import Intake
from bot.alerts.permits import Permits
from bot.alerts.reception import Reception
from bot.alerts.removing import Remover
from bot.alerts.router import Router
from bot.alerts.worker import AlertWorker
from bot.charts.studio import ChartStudio
from bot.discordkit.actions import Actions
from bot.discordkit.alert_sender import AlertSender
from bot.discordkit.client import Cog, DiscordClient
from bot.discordkit.deleting import MessageDeleter
from bot.discordkit.desk_headers import DeskHeaders
from bot.discordkit.desk_posts import DeskPosts
from bot.discordkit.direct import DirectMessages
from bot.discordkit.failures import Failures
from bot.discordkit.heralds import PlaceHerald
from bot.discordkit.kit import Kit
from bot.discordkit.membership import RecentMembers
from bot.discordkit.notices import Notices
from bot.discordkit.pacer import Pacer
from bot.discordkit.picking import PICK_VERB, Picker
from bot.discordkit.telling import ReplyTeller, WaitCaller
from bot.discordkit.throttle import Throttle
from bot.domain.clock import Clock, SystemClock
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth
from bot.running import App, Role
from bot.services import Services
from bot.services.access import AccessService
from bot.services.alerts import AlertsService
from bot.services.answering import Answering, answering
from bot.services.audience import AudienceService
from bot.services.authorisation import Authorisation
from bot.services.connections import ConnectionsService
from bot.services.drafts import DraftsService
from bot.services.finished import FinishedMonths
from bot.services.guilds import GuildsService
from bot.services.insights import InsightsService
from bot.services.managed import ManagedCreatorsService
from bot.services.mass import MassService
from bot.services.media import MediaService
from bot.services.muting import MutingService
from bot.services.posts import PostsService
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.publishing import Publisher
from bot.services.reopening import ReopeningService
from bot.services.sales import SalesService
from bot.services.spending import SpendingService
from bot.services.spreadsheets import SpreadsheetsService
from bot.services.status import StatusService
from bot.services.team import TeamService
from bot.settings import Settings, is_loopback
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.vault.checks import check_keys
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring
from bot.vault.ledger import Ledger
from bot.vault.obituaries import Obituaries
from bot.vault.recovery import Recovery
from bot.vault.revoking import Revoker
from bot.vault.tokens import TokenKeeper
from bot.web.app import PublicParts, metrics_app, public_app
from bot.web.health import Readiness
from bot.web.metrics import Counters
from bot.web.metrics import Source as Figures
from bot.web.pages import Pages

__all__ = ["App", "Role", "cogs_alone", "load_cogs", "open_app"]


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Clock | None = None, client: DiscordClient | None = None
) -> AsyncIterator[App]:
    """Everything made and connected to the database, which is brought up to date first.

    ``client`` is one that is on its way to Discord already.

    Raises KeyringError for unusable keys, AlreadyRunningError, and what the database driver raises.
    """
    keyring = Keyring(settings.keys)
    async with AsyncExitStack() as stack:
        database = Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        await database.claim()
        await migrate(settings.database_url)
        stores = Stores(database)
        now = clock or SystemClock()
        await check_keys(keyring, stores.key_checks, now)
        await stores.take_over()
        fanvue = FanvueClient(settings.fanvue_api_url, clock=now)
        stack.push_async_callback(fanvue.aclose)
        studio = ChartStudio()
        stack.push_async_callback(studio.close)
        assembly = _Assembly(settings, now, keyring, stores, fanvue, studio, client or DiscordClient())
        stack.push_async_callback(assembly.tokens.aclose)
        yield assembly.app()


class _Assembly:
    """Makes each part once, in the order they need each other."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        keyring: Keyring,
        stores: Stores,
        fanvue: FanvueClient,
        studio: ChartStudio,
        client: DiscordClient,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.keyring = keyring
        self.stores = stores
        self.fanvue = fanvue
        self.studio = studio
        picker, throttle = Picker(), Throttle()
        failures = Failures(picker)
        self.kit = Kit(Actions(failures, throttle), failures)
        self.kit.actions.on_pick(PICK_VERB, picker.pick)
        self.client = client
        self.client.equip(failures, self.kit.actions, throttle)
        self.pacer = pacer = Pacer(clock)
        direct = DirectMessages(self.client, stores.dms, pacer)
        self.deleter = MessageDeleter(self.client, pacer)
        self.members = RecentMembers(self.client, pacer, clock)
        self.sender = AlertSender(self.client, direct, DeskPosts(self.client, stores.desk_posts, pacer, clock), pacer)
        self.herald = PlaceHerald(self.client, direct, pacer)
        self.board = Board(stores.outbox, stores.cards, self.sender, keyring)
        self.notices = Notices(self.client, direct)
        self.revoker = Revoker(keyring, self.oauth(), stores.revocations, clock)
        self.tokens = TokenKeeper(keyring, self.oauth(), stores.connections, stores.leases, clock, self.revoker)
        self.obituaries = Obituaries(stores.notices, stores.connections, self.notices.grant_died, clock)
        self.tokens.on_dead_grant(self.obituaries.tell)
        self.ledger = Ledger(stores.uses, clock)
        self.gate = Gate(fanvue, self.tokens, clock, self.ledger.note)
        self.stored, self.due, self.unwanted = Handover(), Bell(), Bell()
        self.readiness = Readiness()
        self.readiness.require("database", stores.is_reachable)

    def app(self) -> App:
        """The whole."""
        services = self.services()
        self.client.load(load_cogs(services, self.kit))
        intake = Intake(self.stores.arrivals, self.keyring, self.stored)
        counters = Counters()
        catch_up, worker = self.catch_up(intake), self.worker()
        return App(
            settings=self.settings,
            clock=self.clock,
            client=self.client,
            services=services,
            stores=self.stores,
            intake=intake,
            router=Router(
                self.stores.events,
                self.stores.routes,
                self.keyring,
                self.clock,
                mutes=self.stores.mutes,
                spenders=self.stores.spenders,
                outbox=self.stores.outbox,
                board=self.board,
                worker=worker,
                stored=self.stored,
                due=self.due,
            ),
            worker=worker,
            board=self.board,
            remover=Remover(self.stores.removals, self.deleter, self.unwanted),
            ledger=self.ledger,
            catch_up=catch_up,
            obituaries=self.obituaries,
            recovery=Recovery(self.tokens, self.stores.leases, self.clock),
            readiness=self.readiness,
            public=public_app(self.public_parts(services, intake, counters)),
            metrics=metrics_app(self.figures(catch_up), counters, self.readiness),
        )

    def services(self) -> Services:
        """The use cases."""
        stores, clock = self.stores, self.clock
        gate = self.gate
        managed = ManagedCreatorsService(stores.creators, gate, clock)
        access = self.access(managed)
        connections, answers = self.connections(), self.answering(access)
        finished = FinishedMonths(gate, stores.finished, self.keyring, clock)
        insights = InsightsService(gate, finished, self.studio, clock)
        return Services(
            access=access,
            alerts=self.alerts(),
            attaching=answers.attaching,
            audience=AudienceService(gate, finished, self.studio, clock),
            claims=answers.claims,
            connections=connections,
            conversations=answers.conversations,
            desk=answers.desk,
            drafts=self.drafts(access),
            guilds=GuildsService(stores.departures, clock),
            inbox=answers.inbox,
            insights=insights,
            managed=managed,
            mass=MassService(gate, stores.audit, clock),
            media=MediaService(gate, self.fanvue.connections, allows_loopback=self.is_sandbox),
            muting=self.muting(access),
            posts=PostsService(gate, stores.audit, self.studio, clock),
            preferences=PreferencesService(stores.preferences),
            privacy=PrivacyService(
                stores=stores, connections=connections, recorder=self.ledger, clock=clock, wake=self.wake
            ),
            replies=answers.replies,
            sales=SalesService(gate, insights, clock),
            reopening=self.reopening(access),
            spreadsheets=SpreadsheetsService(insights, clock),
            spending=SpendingService(
                creators=stores.creators, routes=stores.routes, spenders=stores.spenders, gate=gate, clock=clock
            ),
            stuck=answers.stuck,
            status=StatusService(
                access=access,
                gate=gate,
                events=stores.events,
                cursors=stores.cursors,
                outbox=stores.outbox,
                routes=stores.routes,
                dms=stores.dms,
                clock=clock,
            ),
            team=TeamService(stores.rights, stores.shifts, stores.default_creators, stores.audit, clock),
            waiting=answers.waiting,
        )

    def access(self, managed: ManagedCreatorsService) -> AccessService:
        """Who may do what."""
        stores = self.stores
        return AccessService(
            creators=stores.creators,
            rights=stores.rights,
            shifts=stores.shifts,
            defaults=stores.default_creators,
            memberships=self.members,
            managed=managed,
            audit=stores.audit,
            clock=self.clock,
        )

    def alerts(self) -> AlertsService:
        """Rules."""
        stores = self.stores
        return AlertsService(
            routes=stores.routes,
            spenders=stores.spenders,
            events=stores.events,
            audit=stores.audit,
            keyring=self.keyring,
            stored=self.stored,
            clock=self.clock,
        )

    def muting(self, access: AccessService) -> MutingService:
        """Why a card came, and mutes."""
        stores = self.stores
        return MutingService(
            access=access,
            mutes=stores.mutes,
            outbox=stores.outbox,
            events=stores.events,
            routes=stores.routes,
            audit=stores.audit,
            keyring=self.keyring,
            clock=self.clock,
        )

    def reopening(self, access: AccessService) -> ReopeningService:
        """Mending places that refused cards."""
        stores = self.stores
        return ReopeningService(
            access=access,
            alerts=self.alerts(),
            routes=stores.routes,
            refusals=stores.refusals,
            outbox=stores.outbox,
            due=self.due,
            clock=self.clock,
        )

    def wake(self) -> None:
        """Have the parts look that wait for what people change: events to route, cards to delete."""
        self.stored.lose()
        self.stored.ring()
        self.unwanted.ring()

    def oauth(self) -> FanvueOAuth:
        """The authorisation server, as the operator's app."""
        settings = self.settings
        return FanvueOAuth(
            settings.fanvue_auth_url,
            client_id=settings.fanvue_client_id,
            client_secret=settings.fanvue_client_secret.get_secret_value(),
            redirect_uri=settings.redirect_uri,
            clock=self.clock,
            connections=self.fanvue.connections,
        )

    def connections(self) -> ConnectionsService:
        """The connect flow."""
        oauth = self.oauth()
        return ConnectionsService(
            public_url=self.settings.public_url,
            keyring=self.keyring,
            oauth=oauth,
            authorisation=Authorisation(oauth, self.fanvue, self.revoker),
            revoker=self.revoker,
            connections=self.stores.connections,
            links=self.stores.links,
            audit=self.stores.audit,
            notices=self.notices,
            clock=self.clock,
        )

    def answering(self, access: AccessService) -> Answering:
        """Answering fans; an API on this machine is the sandbox."""
        return answering(
            self.stores,
            access=access,
            gate=self.gate,
            connections=self.fanvue.connections,
            board=self.board,
            keyring=self.keyring,
            clock=self.clock,
            teller=ReplyTeller(self.client, self.pacer),
            caller=WaitCaller(self.client, self.pacer),
            headers=DeskHeaders(self.client, self.pacer),
            is_alone=self.settings.database_url.startswith("sqlite"),
            is_sandbox=is_loopback(urlsplit(self.settings.fanvue_api_url).hostname),
        )

    @property
    def is_sandbox(self) -> bool:
        """Whether Fanvue is on this machine: then its addresses may be, too."""
        return is_loopback(urlsplit(self.settings.fanvue_api_url).hostname)

    def drafts(self, access: AccessService) -> DraftsService:
        """Writing, approving, sending."""
        stores = self.stores
        return DraftsService(
            access=access,
            publisher=Publisher(self.gate, stores.drafts, self.clock),
            drafts=stores.drafts,
            audit=stores.audit,
            keyring=self.keyring,
            clock=self.clock,
        )

    def catch_up(self, intake: Intake) -> CatchUp:
        """What asks for what webhooks did not bring."""
        return CatchUp(
            cursors=self.stores.cursors,
            leases=self.stores.leases,
            tokens=self.tokens,
            gate=self.gate,
            intake=intake,
            clock=self.clock,
            surface=self.fanvue.surface,
        )

    def figures(self, catch_up: CatchUp) -> Figures:
        """What the metrics show at each scrape."""

        async def all_figures() -> Mapping[str, Mapping[str, int]]:
            return {**await self.stores.figures(), **catch_up.figures()}

        return all_figures

    def worker(self) -> AlertWorker:
        """Delivery."""
        stores = self.stores
        closing = Closing(stores.routes, stores.refusals, stores.connections, self.herald, self.clock)
        return AlertWorker(
            outbox=stores.outbox,
            events=stores.events,
            permits=Permits(stores.rights, stores.shifts, self.members, self.clock),
            sender=self.sender,
            closing=closing,
            keyring=self.keyring,
            clock=self.clock,
            due=self.due,
        )

    def public_parts(self, services: Services, intake: Intake, counters: Counters) -> PublicParts:
        """What the public pages need."""
        return PublicParts(
            connections=services.connections,
            reception=Reception(self.settings.webhook_secrets, intake, self.clock),
            readiness=self.readiness,
            counters=counters,
            pages=Pages(),
            public_url=self.settings.public_url,
            auth_origin=self.settings.fanvue_auth_url,
        )


def load_cogs(services: Services, kit: Kit) -> list[Cog]:
    """Every cog, by name; one that does not load ends the start."""
    names: tuple[str, ...] = importlib.import_module("cogs").NAMES
    return [importlib.import_module(f"cogs.{name}").build(services, kit) for name in names]


def cogs_alone() -> list[Cog]:
    """Every cog with nothing behind it: to look at the commands they offer, not to run them."""
    failures = Failures()
    nothing: Any = _Nothing()
    return load_cogs(nothing, Kit(Actions(failures, Throttle()), failures))


class _Nothing:
    """Stands where services would: looking at commands calls none of them."""

    def __getattr__(self, name: str) -> None:
        return None
