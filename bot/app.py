"""The composition root: everything is made here, in order; ``bot.running`` starts and stops it."""

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.alerts.bell import Bell
from bot.alerts.intake import Intake
from bot.alerts.reception import Reception
from bot.alerts.router import Router
from bot.alerts.worker import AlertWorker
from bot.charts.studio import ChartStudio
from bot.discordkit.actions import Actions
from bot.discordkit.alert_sender import AlertSender
from bot.discordkit.client import Cog, DiscordClient
from bot.discordkit.direct import DirectMessages
from bot.discordkit.failures import Failures
from bot.discordkit.kit import Kit
from bot.discordkit.notices import Notices
from bot.discordkit.pacer import Pacer
from bot.discordkit.throttle import Throttle
from bot.domain.clock import Clock, SystemClock
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth
from bot.running import App, Role
from bot.services import Services
from bot.services.access import AccessService
from bot.services.alerts import AlertsService
from bot.services.authorisation import Authorisation
from bot.services.connections import ConnectionsService
from bot.services.inbox import InboxService
from bot.services.insights import InsightsService
from bot.services.posts import PostsService
from bot.services.preferences import PreferencesService
from bot.services.privacy import PrivacyService
from bot.services.status import StatusService
from bot.services.team import TeamService
from bot.settings import Settings
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.vault.checks import check_keys
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring
from bot.vault.obituaries import Obituaries
from bot.vault.recovery import Recovery
from bot.vault.tokens import TokenKeeper
from bot.web.app import PublicParts, metrics_app, public_app
from bot.web.health import Readiness
from bot.web.metrics import Counters
from bot.web.pages import Pages

__all__ = ["App", "Role", "load_cogs", "open_app"]


@asynccontextmanager
async def open_app(settings: Settings, clock: Clock | None = None) -> AsyncIterator[App]:
    """Everything made and connected to the database, which is brought up to date first.

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
        assembly = _Assembly(settings, now, keyring, stores, fanvue, studio)
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
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.keyring = keyring
        self.stores = stores
        self.fanvue = fanvue
        self.studio = studio
        failures, throttle = Failures(), Throttle()
        self.kit = Kit(Actions(failures, throttle), failures)
        self.client = DiscordClient(failures, self.kit.actions, throttle)
        pacer = Pacer(clock)
        direct = DirectMessages(self.client, stores.dms, pacer)
        self.sender = AlertSender(self.client, direct, pacer)
        self.notices = Notices(self.client, direct)
        self.tokens = TokenKeeper(keyring, self.oauth(), stores.connections, stores.leases, clock)
        self.obituaries = Obituaries(stores.notices, stores.connections, self.notices.grant_died, clock)
        self.tokens.on_dead_grant(self.obituaries.tell)
        self.stored, self.due = Bell(), Bell()
        self.readiness = Readiness()
        self.readiness.require("database", stores.is_reachable)

    def app(self) -> App:
        """The whole."""
        services = self.services()
        self.client.load(load_cogs(services, self.kit))
        intake = Intake(self.stores.events, self.keyring, self.stored)
        counters = Counters()
        return App(
            settings=self.settings,
            clock=self.clock,
            client=self.client,
            services=services,
            stores=self.stores,
            intake=intake,
            router=Router(
                self.stores.events, self.stores.routes, self.keyring, self.clock, stored=self.stored, due=self.due
            ),
            worker=self.worker(),
            obituaries=self.obituaries,
            recovery=Recovery(self.tokens, self.stores.leases, self.clock),
            readiness=self.readiness,
            public=public_app(self.public_parts(services, intake, counters)),
            metrics=metrics_app(self.stores.figures, counters),
        )

    def services(self) -> Services:
        """The use cases."""
        stores, clock = self.stores, self.clock
        gate = Gate(self.fanvue, self.tokens, clock)
        access = AccessService(stores.connections, stores.rights, stores.audit, clock)
        connections = self.connections()
        return Services(
            access=access,
            alerts=AlertsService(stores.routes, clock),
            connections=connections,
            inbox=self.inbox(access, gate),
            insights=InsightsService(gate, self.studio, clock),
            posts=PostsService(gate, stores.audit, clock),
            preferences=PreferencesService(stores.preferences),
            privacy=PrivacyService(stores, connections),
            status=StatusService(
                access=access,
                events=stores.events,
                outbox=stores.outbox,
                routes=stores.routes,
                dms=stores.dms,
                clock=clock,
            ),
            team=TeamService(stores.rights, stores.audit, clock),
        )

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
            authorisation=Authorisation(oauth, self.fanvue),
            tokens=self.tokens,
            connections=self.stores.connections,
            links=self.stores.links,
            audit=self.stores.audit,
            notices=self.notices,
            clock=self.clock,
        )

    def inbox(self, access: AccessService, gate: Gate) -> InboxService:
        """Answering fans."""
        return InboxService(
            access=access,
            gate=gate,
            cards=self.stores.cards,
            events=self.stores.events,
            outbox=self.stores.outbox,
            replies=self.stores.replies,
            audit=self.stores.audit,
            board=self.sender,
            keyring=self.keyring,
            clock=self.clock,
        )

    def worker(self) -> AlertWorker:
        """Delivery."""
        return AlertWorker(
            outbox=self.stores.outbox,
            events=self.stores.events,
            connections=self.stores.connections,
            routes=self.stores.routes,
            rights=self.stores.rights,
            sender=self.sender,
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
