"""The sandbox's Discord: a team server, four people, and one view at a time in the browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import simcord
from simcord import SetupError

CLOCK_SECONDS = 1
WATCH_SECONDS = 0.25
BOT_NAME = "Fanvue"
SIZE = (1100, 760)


@dataclass(frozen=True, slots=True)
class View:
    """Somebody at a place, as a page of the preview."""

    key: str
    who: str
    where: str
    channel: Any
    viewer: Any


class Stage:
    """The world on SimCord. It shows one view at a time: opening another closes the one before."""

    def __init__(self, env: simcord.Env, port: int) -> None:
        self._env = env
        self._port = port
        self._preview: Any = None
        self._turn = asyncio.Lock()
        self.current: str | None = None
        guild = env.create_guild(name="Lunavale Team")
        guild.create_text_channel("lobby")
        self.desk = guild.create_text_channel("fan-desk")
        self.private = age_restricted(env, guild.create_text_channel("fan-desk-18"))
        self.forum = age_restricted(env, guild.create_forum_channel("fans"))
        self.people = {name: env.create_user(name) for name in ("luna", "max_manager", "cleo_chatter", "olli_outsider")}
        members = {name: guild.add_member(user) for name, user in self.people.items()}
        self.guild = guild
        self.members = members

    @property
    def views(self) -> dict[str, View]:
        """Everybody at their places, and in the forum's newest post once there is one."""
        return {view.key: view for view in (*self._views(), *self._posts())}

    def _posts(self) -> list[View]:
        posts = self.forum.threads
        if not posts:
            return []
        newest = max(posts, key=lambda post: post.id)
        watchers = (
            ("creator-post", "The creator (luna)", "luna"),
            ("chatter-post", "The chatter (cleo)", "cleo_chatter"),
        )
        return [
            View(key, who, f"in the newest post of #{self.forum.name}", newest, self.members[name])
            for key, who, name in watchers
        ]

    def _views(self) -> list[View]:
        luna = self.people["luna"]
        at_desk = [
            View(key, who, f"in #{channel.name}", channel, self.members[name])
            for key, who, name, channel in (
                ("creator-team", "The creator (luna)", "luna", self.desk),
                ("creator-adult", "The creator (luna)", "luna", self.private),
                ("manager", "The manager (max)", "max_manager", self.desk),
                ("chatter", "The chatter (cleo)", "cleo_chatter", self.desk),
                ("outsider", "An outsider (olli)", "olli_outsider", self.desk),
            )
        ]
        return [View("creator-dm", "The creator (luna)", "in direct messages", luna.dm_channel, luna), *at_desk]

    def inside(self) -> AbstractContextManager[None]:
        """What starts inside runs on SimCord's clock and may edit interactions' answers."""
        return self._env.time_context()

    async def show(self, key: str) -> str:
        """Open a view and return its address, which lets whoever has it act as that person."""
        view = self.views[key]
        async with self._turn:
            if self._preview is not None:
                await self._preview.close()
            self._preview = self._env.preview(
                view.channel,
                viewers=[view.viewer],
                layout="channel",
                width=SIZE[0],
                height=SIZE[1],
                port=self._port,
            )
            self._take_turns(self._preview)
            await self._preview.__aenter__()
            self.current = key
            return str(self._preview.url)

    async def close(self) -> None:
        """End the view that is open."""
        if self._preview is not None:
            await self._preview.close()

    async def keep_fresh(self) -> None:
        """Show what the bot sends by itself, and keep SimCord's clock near the real one, until cancelled."""
        seen, peeked, ticks = 0, 0, 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            ticks += 1
            count = len(self._env.http_requests)
            if self._turn.locked():
                if any(request.method != "GET" for request in self._env.http_requests[peeked:count]):
                    self._peek()
                peeked = count
                continue
            if ticks * WATCH_SECONDS >= CLOCK_SECONDS:
                ticks = 0
                async with self._turn:
                    await catch_up(self._env)
            if not any(map(is_by_itself, self._env.http_requests[seen:count])) or await self._refreshed():
                seen = peeked = count

    def _peek(self) -> None:
        """Show how far an answer under way is; SimCord itself shows it when it is done."""
        for page in tuple(self._preview._pages.values()) if self._preview else ():
            self._preview._publish(page, reason="refresh")

    async def _refreshed(self) -> bool:
        """Whether the page now shows everything; an action under way refreshes it itself."""
        if self._preview is None:
            return True
        async with self._turn:
            try:
                await self._preview.refresh()
            except (SetupError, TimeoutError):
                return False
        return True

    def _take_turns(self, preview: Any) -> None:
        """What somebody does waits for the end of a refresh, and counts however often the page was drawn anew since.

        SimCord refuses both; Discord does neither.
        """
        act = preview._action

        async def act_in_turn(context: str | None, body: dict[str, Any]) -> Any:
            async with self._turn:
                return await act(context, {**body, "published_revision": preview._get_page(context).revision})

        preview._action = act_in_turn


def is_by_itself(request: simcord.HttpLogEntry) -> bool:
    """Whether the bot sent this outside an answer to somebody, so that no action brings it to the page."""
    if request.method == "GET":
        return False
    return request.path.startswith("/channels/") or (
        request.path.startswith("/webhooks/") and request.path.rpartition("/")[2].isdecimal()
    )


def age_restricted(env: simcord.Env, channel: Any) -> Any:
    """The channel, age-restricted as far as the bot knows: SimCord itself has no such thing."""
    known: Any = env.bot.get_channel(channel.id)
    known.nsfw = True
    return channel


async def catch_up(env: simcord.Env) -> None:
    """Move SimCord's clock, which stands still by itself, to the present; later, when an action is under way."""
    behind = (datetime.now(UTC) - env.now()).total_seconds()
    if behind > 0:
        with suppress(SetupError, TimeoutError):
            await env.advance_time(behind)


@asynccontextmanager
async def staged(client: Any, port: int) -> AsyncIterator[Stage]:
    """The world, with the bot in it."""
    env = simcord.Env(client, check_errors=False, settle_timeout=15.0)
    await env.start()
    # A refusal that a person is shown is an answer; SimCord would take the command for broken.
    vars(client.tree).pop("on_error", None)
    try:
        env.backend.bot_user.name = BOT_NAME
        await catch_up(env)
        stage = Stage(env, port)
        yield stage
        await stage.close()
    finally:
        await env.shutdown()
