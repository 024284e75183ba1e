"""The real bot on SimCord against the sandbox's Fanvue, for tests that act as people do."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import simcord
from sqlalchemy import func, select

from bot.app import App, open_app
from bot.charts.studio import ChartStudio
from bot.discordkit.responses.patience import Patience
from bot.domain.access import Actor
from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
)
from bot.domain.scopes import USUAL, scopes_for
from bot.fanvue.oauth import TokenPair
from bot.services.connections import _by_dm
from bot.settings import load
from bot.storage.connections import put
from bot.storage.deliveries.due import DeliveryStatus
from bot.storage.reply_places import ReplyPlace
from bot.storage.routes import put_first
from bot.storage.schema import uses
from bot.storage.uses import THE_BOT
from bot.vault.keyring import Keyring
from bot.vault.pairs import seal_pair
from sandbox.__main__ import running
from sandbox.fanvue import SandboxFanvue
from sandbox.stage import age_restricted, catch_up
from sandbox.visitor import Page, Visitor
from sandbox.world import KEY, free_port, settings_for

CREATOR = "lunavale"
SETTLED_SECONDS = 0.002


@dataclass
class Rig:
    """One world; ``luna`` is the creator, ``cleo`` a team member, ``olli`` nobody."""

    app: App
    env: simcord.Env
    fanvue: SandboxFanvue
    guild: Any
    people: dict[str, Any]
    members: dict[str, Any]
    desk: Any
    adult: Any
    browser: Visitor
    folder: Path
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def luna(self) -> Any:
        return self.members["luna"]

    @property
    def fan(self) -> str:
        """The handle of a fan with a chat, who can be written to."""
        desk = self.fanvue.world.desk(self.fanvue.world.account(CREATOR))
        return next(chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable)

    async def connect(
        self,
        person: str = "luna",
        account: str = CREATOR,
        *,
        untick: Collection[str] = (),
        browser: Visitor | None = None,
    ) -> Page:
        """Somebody connects a Fanvue account; the last page they see."""
        asked = await self.members[person].slash(self.desk, "connect")
        return await (browser or self.browser).connect(link_of(asked), account, untick=untick)

    async def begin_connected(self, person: str = "luna", handle: str = CREATOR) -> None:
        """What connecting leaves, without the way through the pages; `test_connecting.py` compares the two."""
        while self.app.catch_up._listened_at is None:  # who is there when it first looks is asked about at once
            await asyncio.sleep(0.005)
        stores, now, account = self.app.stores, self.app.clock.now(), self.fanvue.world.account(handle)
        owner, creator, scopes = DiscordUserId(self.people[person].id), CreatorId(account.uuid), scopes_for(USUAL)
        given = self.fanvue.oauth.grant(handle, tuple(scope.value for scope in scopes))
        pair = TokenPair(given.access_token, given.refresh_token or "", given.expires_in, None, now)
        connection = Connection(
            id=ConnectionId(uuid4().hex),
            owner=owner,
            account=FanvueAccount(creator, handle, account.display_name, is_creator=True),
            features=USUAL,
            scopes=scopes,
            status=ConnectionStatus.ACTIVE,
            connected_at=now,
            access_expires_at=now + timedelta(seconds=given.expires_in),
            refreshed_at=now,
        )
        sealed = seal_pair(Keyring([KEY]), creator, pair)
        async with stores.routes._database.write() as writing:
            await put(writing, connection, sealed)
            await put_first(writing, _by_dm(connection), now)
        await stores.audit.write(Actor(owner, person), creator, "connect", "new", now)

    async def allow_replies(self, channel: Any) -> None:
        """Have Discord's own Reply send from a place that is not age-restricted."""
        creator, now = CreatorId(self.fanvue.world.account(CREATOR).uuid), self.app.clock.now()
        choice = ReplyPlace(creator, channel.id, is_allowed=True, set_by=DiscordUserId(self.luna.id), set_at=now)
        await self.app.stores.reply_places.set(choice)

    @asynccontextmanager
    async def deaf(self) -> AsyncIterator[None]:
        """The bot hears no messages meanwhile."""
        client: Any = self.app.client
        listener = client.get_cog("Inbox").on_message
        client.remove_listener(listener, "on_message")
        yield
        client.add_listener(listener, "on_message")

    async def catch_up(self) -> None:
        """The bot looks for replies it did not hear of, once it has noted which cards it sent."""
        await self.noted()
        client: Any = self.app.client
        with self.env.time_context():
            await client.get_cog("Inbox").catch_up(client)

    async def noted(self) -> None:
        """Wait until what is to be seen of cards on Discord is written down as well."""
        async with asyncio.timeout(30):
            while (await self.app.stores.outbox.counts()).get(DeliveryStatus.LEASED):
                await asyncio.sleep(0.005)

    async def until(self, claim: Callable[[], Any], seconds: float = 30) -> Any:
        """Wait for what the bot's own parts bring about; the claim's value."""
        async with asyncio.timeout(seconds):
            while not (value := claim()):
                await asyncio.sleep(0.02)
        await self.env.settle()
        return value

    async def asked(self) -> int:
        """How often Fanvue was asked for somebody: what the bot asks by itself, whenever that is, does not count."""
        await self.app.ledger.flush()
        async with self.app.stores.uses._database.read() as reading:
            return (await reading.execute(select(func.sum(uses.c.times)).where(uses.c.actor != THE_BOT))).scalar() or 0

    def cards(self, channel: Any) -> list[Any]:
        """The bot's cards in a place."""
        return [message for message in channel.history() if "Reply" in labels_of(message)]

    @property
    def dm(self) -> Any:
        """The creator's direct messages."""
        return self.people["luna"].dm_channel


class PromptEnv(simcord.Env):
    """Looks again after milliseconds whether an act is over: SimCord's own 50 for each act were half of the suite.

    Timers that were cancelled leave the loop, where SimCord looks through all of them for each task that waits.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._timers: list[Any] = []

    def _schedule_timer(self, record: Any, *given: Any) -> None:
        super()._schedule_timer(record, *given)
        self._timers.append(record)

    async def _settle_internal(self, *, idle: float = SETTLED_SECONDS, **options: Any) -> None:
        for timer in self._timers:
            if timer.handle.cancelled() and timer.real_handle is not None:
                timer.real_handle.cancel()
        self._timers = [one for one in self._timers if one.real_handle and not one.real_handle.cancelled()]
        await super()._settle_internal(idle=idle, **options)


def words_of(shown: Any) -> str:
    """Everything a message or an answer says."""
    messages = [shown] if hasattr(shown, "embeds") else [shown.response, *shown.followups]
    parts: list[str] = []
    for message in filter(None, messages):
        parts.append(message.content or "")
        for embed in message.embeds:
            parts += [embed.title or "", embed.description or "", embed.footer.text or ""]
            parts += [f"{entry.name} {entry.value}" for entry in embed.fields]
    return "\n".join(parts)


def components_of(message: Any) -> list[Any]:
    """The parts of a message's rows, as Discord's JSON."""
    rows = [row if isinstance(row, dict) else row.to_dict() for row in message.components]
    return [part for row in rows for part in row.get("components", [])]


def labels_of(message: Any) -> list[str]:
    return [part.get("label") or "" for part in components_of(message)]


def prefilled(modal: Any) -> dict[str, str]:
    """What a form's boxes say when it opens, by their ids."""
    boxes = [label["component"] for label in modal["components"]]
    return {box["custom_id"]: box["value"] for box in boxes if box.get("value")}


def link_of(answer: Any) -> str:
    """The address behind an answer's link button."""
    return next(part["url"] for part in components_of(answer.response) if part.get("url"))


@asynccontextmanager
async def rigged(
    folder: Path,
    template: Path | None = None,
    *,
    patience: Patience | None = None,
    studio: ChartStudio | None = None,
) -> AsyncIterator[Rig]:
    """Everything started, nobody connected yet; ``template`` is a migrated database to begin with."""
    if template is not None:
        shutil.copy(template, folder / "fanvue.db")
    async with AsyncExitStack() as stack:
        port = free_port()
        fanvue = await stack.enter_async_context(SandboxFanvue.facing(f"http://127.0.0.1:{port}"))
        values = settings_for(folder, web_port=port, metrics_port=free_port(), fanvue_origin=fanvue.auth_url)
        values["fanvue_api_url"] += os.environ.get("FANVUE_SURFACE", "")
        app = await stack.enter_async_context(open_app(load(**values), patience=patience, studio=studio))
        # SimCord waits for every timer due within it: less than the half minute after which a note goes by itself.
        env = PromptEnv(app.client, settle_timeout=25)
        await env.start()
        await catch_up(env)
        stack.push_async_callback(env.shutdown)
        guild = env.create_guild(name="Team")
        desk, adult = guild.create_text_channel("desk"), age_restricted(env, guild.create_text_channel("adult"))
        people = {name: env.create_user(name) for name in ("luna", "cleo", "olli")}
        members = {name: guild.add_member(user) for name, user in people.items()}
        # What starts inside can edit interactions' answers; a fixture's end runs in another context.
        with env.time_context():
            await stack.enter_async_context(running(app))
        browser = await stack.enter_async_context(Visitor())
        yield Rig(app, env, fanvue, guild, people, members, desk, adult, browser, folder)
