"""The assembled bot while it runs: which parts each role starts, and what is swept up on the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import structlog

from bot.alerts.board import Board
from bot.alerts.catchup import CatchUp
from bot.alerts.closing import Closing
from bot.alerts.endings import Endings
from bot.alerts.intake import Intake
from bot.alerts.removing import Remover
from bot.alerts.router import Router
from bot.alerts.worker import AlertWorker
from bot.discordkit.client import DiscordClient
from bot.discordkit.client.reconnect import stay_logged_in
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.services import Services
from bot.services.insights.brief_rounds import BriefRounds
from bot.settings import Settings
from bot.storage import Stores
from bot.vault.ledger import Ledger
from bot.vault.obituaries import Obituaries
from bot.vault.recovery import Recovery
from bot.vault.sign_ins import SignInNotices
from bot.web.app import Application
from bot.web.health import Readiness
from bot.web.serving import CannotListenError, serving

log = structlog.get_logger(__name__)

FIRST_SWEEP_SECONDS = 3
SWEEP_SECONDS = 60
DESK_SECONDS = 5
"""A header says soon what changed; drawing what it says already costs nothing."""
RETENTION = timedelta(days=30)
"""How long what a fan wrote is kept, sealed; cards show it no longer afterwards."""


class Role(StrEnum):
    """Which parts of the bot a process runs."""

    ALL = "all"
    GATEWAY = "gateway"
    WEB = "web"
    WORKER = "worker"


class PortTakenError(Exception):
    """Somebody else listens where this would; the message names the setting."""


class BadListenerError(Exception):
    """The settings say to listen where this never can; the message names the one."""


StartClient = Callable[[DiscordClient, str], Awaitable[None]]
Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class App:
    """The assembled bot; nothing runs yet."""

    settings: Settings
    clock: Clock
    client: DiscordClient
    services: Services
    stores: Stores
    intake: Intake
    router: Router
    worker: AlertWorker
    board: Board
    remover: Remover
    ledger: Ledger
    catch_up: CatchUp
    endings: Endings
    brief_rounds: BriefRounds
    obituaries: Obituaries
    sign_ins: SignInNotices
    closing: Closing
    recovery: Recovery
    readiness: Readiness
    public: Application
    metrics: Application

    async def serve(self, role: Role, start_client: StartClient) -> None:
        """Run the role's parts until cancelled; when one dies, all end."""
        async with AsyncExitStack() as stack:
            if role in {Role.ALL, Role.GATEWAY}:
                self.readiness.require("discord", self.client.is_connected)
            if role in {Role.ALL, Role.WEB}:
                await stack.enter_async_context(self._listening(self.public, "WEB_PORT", self.settings.web_port))
            await stack.enter_async_context(self._listening(self.metrics, "METRICS_PORT", self.settings.metrics_port))
            async with asyncio.TaskGroup() as group:
                for name, part in self._parts(role, start_client).items():
                    group.create_task(part, name=name)
                log.info("started", role=role.value, host=self.settings.web_host, port=self.settings.web_port)

    @asynccontextmanager
    async def _listening(self, app: Application, setting: str, port: int) -> AsyncIterator[None]:
        try:
            async with serving(app, self.settings.web_host, port):
                yield
        except CannotListenError as error:
            if error.is_taken:
                raise PortTakenError(
                    f"{setting}: something else listens on port {port}. End it, or choose another."
                ) from None
            if error.is_forbidden:
                raise BadListenerError(
                    f"{setting}: this user may not listen on port {port}. Choose one above 1023."
                ) from None
            raise BadListenerError("WEB_HOST is no address of this machine: 127.0.0.1 is, 0.0.0.0 means all.") from None

    def _parts(self, role: Role, start_client: StartClient) -> Mapping[str, Any]:
        token = self.settings.discord_token.get_secret_value()
        parts: dict[str, Any] = {"ledger": self.ledger.run(), "owed": self.client.owed.run()}
        if role in {Role.ALL, Role.GATEWAY}:
            parts["gateway"] = start_client(self.client, token)
        else:
            self.client.load(())
            parts["discord"] = stay_logged_in(self.client, token)
        if role in {Role.ALL, Role.WEB, Role.WORKER}:
            parts["intake"] = self.intake.run()
        if role in {Role.ALL, Role.WORKER}:
            parts["catch_up"] = self.catch_up.run()
            parts["router"] = self.router.run()
            parts["worker"] = self.worker.run()
            parts["board"] = self.board.run()
            parts["remover"] = self.remover.run()
            parts["briefs"] = self.brief_rounds.run()
            parts["sweeper"] = sweep(self._sweeps())
            parts["reader"] = sweep(self._readings())
            parts["desk"] = self._draw_desks(self.services.desk.sweep)
            parts["recovery"] = self.recovery.run()
        if role is Role.GATEWAY:
            parts["board"] = self.board.run()
            parts["desk"] = self._draw_desks(self.services.desk.draw_owed)
        return parts

    async def _draw_desks(self, draw: Step) -> None:
        """Keep the headers of desks current."""
        while True:
            try:
                await draw()
            except StorageBusyError:
                log.warning("desks_cannot_read")
            await asyncio.sleep(DESK_SECONDS)

    def _sweeps(self) -> tuple[Step, ...]:
        """What lets go of what is over, and tells people in time."""
        services = self.services
        return (
            services.claims.sweep,
            services.waiting.sweep,
            services.muting.sweep,
            services.guilds.sweep,
            services.privacy.sweep,
            self.obituaries.catch_up,
            self.sign_ins.sweep,
            self.closing.catch_up,
            lambda: self.stores.events.purge_bodies(self.clock.now() - RETENTION),
            services.connections.sweep,
        )

    def _readings(self) -> tuple[Step, ...]:
        """What asks Fanvue, and can take many minutes: nobody who waits to be told waits for it."""
        services = self.services
        return (
            services.stuck.settle,
            services.managed.sweep,
            services.spending.sweep,
            self.endings.sweep,
        )


async def sweep(
    steps: Sequence[Step], first_seconds: float = FIRST_SWEEP_SECONDS, seconds: float = SWEEP_SECONDS
) -> None:
    """Take these steps again and again; one that storage refuses now keeps none of the others.

    A start has more urgent things to do ``first_seconds`` long.
    """
    await asyncio.sleep(first_seconds)
    while True:
        refused = 0
        for step in steps:
            try:
                await step()
            except StorageBusyError:
                refused += 1
        if refused:
            log.warning("sweep_cannot_store", count=refused)
        await asyncio.sleep(seconds)
