"""The composition root: everything is made here, in order; ``bot.running`` starts and stops it."""

import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from bot.alerts.catchup import CatchUp
from bot.alerts.closing import Closing
from bot.alerts.endings import Endings
from bot.alerts.intake import Intake
from bot.alerts.permits import Permits
from bot.alerts.reception import Reception
from bot.alerts.removing import Remover
from bot.alerts.router import Router
from bot.alerts.worker import AlertWorker
from bot.catalogue import Catalogue
from bot.charts.studio import ChartStudio
from bot.discordkit.client import Cog, DiscordClient
from bot.discordkit.controls.actions import Actions
from bot.discordkit.kit import Kit
from bot.discordkit.responses.failures import Failures
from bot.discordkit.responses.patience import Patience
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.throttle import Throttle
from bot.domain.clock import Clock, SystemClock
from bot.fanvue.client import FanvueClient
from bot.running import App, Role
from bot.services import Services
from bot.settings import Settings
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.migrate import migrate
from bot.vault.checks import check_keys
from bot.vault.keyring import Keyring
from bot.vault.recovery import Recovery
from bot.web.app import PublicParts, metrics_app, public_app
from bot.web.metrics import Counters
from bot.web.metrics import Source as Figures
from bot.web.pages import Pages

__all__ = ["App", "Role", "cogs_alone", "load_cogs", "open_app"]


@asynccontextmanager
async def open_app(
    settings: Settings,
    clock: Clock | None = None,
    client: DiscordClient | None = None,
    patience: Patience | None = None,
    studio: ChartStudio | None = None,
) -> AsyncIterator[App]:
    """Everything made and connected to the database, which is brought up to date first.

    ``client`` is one that is on its way to Discord already; ``patience`` decides when Discord is told to wait; a
    ``studio`` that is given is not closed.

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
        if studio is None:
            studio = ChartStudio()
            stack.push_async_callback(studio.close)
        discord, calm = client or DiscordClient(), patience or Patience()
        assembly = _Assembly(settings, now, keyring, stores, fanvue, studio, discord, calm)
        stack.push_async_callback(assembly.ledger.aclose)
        stack.push_async_callback(assembly.tokens.aclose)
        yield assembly.app()


class _Assembly(Catalogue):
    """Makes the running parts around the services."""

    def app(self) -> App:
        """The whole."""
        services = self.services()
        self.kit.failures.on_told(services.replies.note_told)
        self.client.load(load_cogs(services, self.kit))
        stores = self.stores
        closing = Closing(stores.routes, stores.refusals, stores.creators, self.herald, self.clock)
        worker = self.worker(closing)
        router = self.router(worker)
        forward = router.forward if self.settings.is_sqlite else None
        intake = Intake(self.stores.arrivals, self.keyring, self.stored, forward)
        counters, catch_up = Counters(), self.catch_up(intake)
        return App(
            settings=self.settings,
            clock=self.clock,
            client=self.client,
            services=services,
            stores=self.stores,
            intake=intake,
            router=router,
            worker=worker,
            board=self.board,
            remover=Remover(self.stores.removals, self.deleter, self.unwanted, self.clock),
            ledger=self.ledger,
            catch_up=catch_up,
            endings=self.endings(intake),
            brief_rounds=self.brief_rounds(services),
            obituaries=self.obituaries,
            sign_ins=self.sign_ins,
            closing=closing,
            recovery=Recovery(self.tokens, self.stores.leases, self.clock),
            readiness=self.readiness,
            public=public_app(self.public_parts(services, intake, counters)),
            metrics=metrics_app(self.figures(catch_up), counters, self.readiness),
        )

    def router(self, worker: AlertWorker) -> Router:
        """From events to deliveries."""
        return Router(
            self.stores.events,
            self.keyring,
            self.clock,
            mutes=self.stores.mutes,
            spenders=self.stores.spenders,
            mirror=self.mirror,
            outbox=self.stores.outbox,
            arrivals=self.stores.arrivals,
            board=self.board,
            standing=self.stores.standing,
            worker=worker,
            stored=self.stored,
            due=self.due,
        )

    def endings(self, intake: Intake) -> Endings:
        """Finds subscriptions that end."""
        return Endings(
            creators=self.stores.creators,
            lists=self.stores.subscribers,
            gate=self.gate,
            intake=intake,
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

    def worker(self, closing: Closing) -> AlertWorker:
        """Delivery."""
        stores = self.stores
        return AlertWorker(
            outbox=stores.outbox,
            events=stores.events,
            permits=Permits(stores.rights, stores.shifts, self.members, self.clock),
            sender=self.sender,
            closing=closing,
            mirror=self.mirror,
            board=self.board,
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
    return load_cogs(nothing, Kit(Actions(failures, Throttle()), failures, Pacer(SystemClock())))


class _Nothing:
    """Stands where services would: looking at commands calls none of them."""

    def __getattr__(self, name: str) -> None:
        return None
