"""The gateway: HELLO, IDENTIFY, RESUME, heartbeats, and events to whoever asked for them."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from sandbox.discord.payloads import guild_create_json, member_json, own_user_json
from sandbox.discord.recording import Changes
from sandbox.discord.sessions import Connection, Intents, Op, Session
from sandbox.discord.snowflakes import shard_of
from sandbox.discord.world import World

CLOSE_UNKNOWN_OPCODE = 4001
CLOSE_DECODE_ERROR = 4002
CLOSE_NOT_AUTHENTICATED = 4003
CLOSE_AUTHENTICATION_FAILED = 4004
CLOSE_RATE_LIMITED = 4008
CLOSE_INVALID_SHARD = 4010


class _CloseError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Gateway:
    """Keeps the sessions and their sockets. `identified` and `resumed` count what clients did."""

    def __init__(self, world: World, changes: Changes, *, bot_token: str | None, heartbeat_interval_ms: int) -> None:
        self.identified = 0
        self.resumed = 0
        self.url = ""
        self.is_refusing = False
        self._world = world
        self._changes = changes
        self._bot_token = bot_token
        self._heartbeat_interval_ms = heartbeat_interval_ms
        self._sessions: dict[str, Session] = {}
        self._sockets: dict[Connection, tuple[web.WebSocketResponse, web.Request]] = {}

    @property
    def is_connected(self) -> bool:
        return any(session.connection is not None for session in self._sessions.values())

    def hearing(self, guild_id: int | None, intent: int = 0) -> Iterator[Session]:
        return (session for session in self._sessions.values() if session.hears_of(guild_id, intent))

    def dispatch(self, event: str, data: Any, *, guild_id: int | None = None, intent: int = 0) -> None:
        """An event for all who hear of this guild (None for direct messages) and asked for one of these intents."""
        for session in self.hearing(guild_id, intent):
            session.dispatch(event, data)

    # -- at the operator's will

    async def close_all(self, code: int | None) -> None:
        """Ends every socket: with a close code, or (None) as a cut cable would."""
        for socket, request in list(self._sockets.values()):
            if code is None and request.transport is not None:
                request.transport.abort()
            else:
                await socket.close(code=code or 1000)
        await self._changes.until(lambda: not self._sockets, 5)

    def ask_to_reconnect(self) -> None:
        for connection in self._sockets:
            connection.send({"op": Op.RECONNECT, "d": None, "s": None, "t": None})

    def invalidate_sessions(self, *, is_resumable: bool) -> None:
        for connection in self._sockets:
            connection.send({"op": Op.INVALID_SESSION, "d": is_resumable, "s": None, "t": None})
        if not is_resumable:
            self._sessions.clear()

    # -- one socket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One client from HELLO to its end."""
        if self.is_refusing:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=1 << 16, timeout=0.5, compress=False)
        await socket.prepare(request)
        connection = Connection()
        self._sockets[connection] = (socket, request)
        writer = asyncio.create_task(_write(connection, socket), name="gateway-writer")
        connection.send(
            {"op": Op.HELLO, "d": {"heartbeat_interval": self._heartbeat_interval_ms}, "s": None, "t": None}
        )
        try:
            await self._read(connection, socket)
        except _CloseError as closing:
            await socket.close(code=closing.code)
        finally:
            await self._detach(connection, writer)
        return socket

    async def _read(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                raise _CloseError(CLOSE_DECODE_ERROR)
            if connection.is_over_limit():
                raise _CloseError(CLOSE_RATE_LIMITED)
            try:
                frame = msgspec.json.decode(message.data)
            except msgspec.DecodeError:
                raise _CloseError(CLOSE_DECODE_ERROR) from None
            self._receive(connection, frame)
            self._changes.announce()

    async def _detach(self, connection: Connection, writer: asyncio.Task[None]) -> None:
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer
        for session in self._sessions.values():
            if session.connection is connection:
                session.connection = None
        del self._sockets[connection]
        self._changes.announce()

    def _receive(self, connection: Connection, frame: dict[str, Any]) -> None:
        handlers: dict[int, Callable[[Connection, Any], None]] = {
            Op.HEARTBEAT: self._heartbeat,
            Op.IDENTIFY: self._identify,
            Op.RESUME: self._resume,
            Op.REQUEST_MEMBERS: self._request_members,
            Op.PRESENCE: _accept,
            Op.VOICE_STATE: _accept,
        }
        handler = handlers.get(frame.get("op", -1))
        if handler is None:
            raise _CloseError(CLOSE_UNKNOWN_OPCODE)
        handler(connection, frame.get("d"))

    def _heartbeat(self, connection: Connection, _: Any) -> None:
        connection.send({"op": Op.HEARTBEAT_ACK, "d": None, "s": None, "t": None})

    def _check_token(self, data: dict[str, Any]) -> None:
        token = data.get("token")
        if not token or (self._bot_token is not None and token != self._bot_token):
            raise _CloseError(CLOSE_AUTHENTICATION_FAILED)

    def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self._check_token(data)
        shard_id, shard_count = data.get("shard") or (0, 1)
        if not 0 <= shard_id < shard_count:
            raise _CloseError(CLOSE_INVALID_SHARD)
        self._forget_detached(shard_id, shard_count)
        session = Session(data.get("intents", 0), shard_id, shard_count, connection=connection)
        self._sessions[session.id] = session
        self.identified += 1
        self._welcome(session)

    def _forget_detached(self, shard_id: int, shard_count: int) -> None:
        gone = [
            session.id
            for session in self._sessions.values()
            if session.connection is None and (session.shard_id, session.shard_count) == (shard_id, shard_count)
        ]
        for session_id in gone:
            del self._sessions[session_id]

    def _welcome(self, session: Session) -> None:
        world = self._world
        guilds = [
            guild
            for guild in world.guilds.values()
            if guild.is_bot_in and shard_of(guild.id, session.shard_count) == session.shard_id
        ]
        ready = {
            "v": 10,
            "user": own_user_json(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [session.shard_id, session.shard_count],
            "application": {"id": str(world.application_id), "flags": 0},
        }
        session.dispatch("READY", ready)
        if session.intents & Intents.GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", guild_create_json(guild, world.bot))

    def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        self._check_token(data)
        session = self._sessions.get(str(data.get("session_id")))
        if session is None:
            connection.send({"op": Op.INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        session.connection = connection
        if not session.replay_after(int(data.get("seq") or 0)):
            del self._sessions[session.id]
            connection.send({"op": Op.INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        self.resumed += 1
        session.dispatch("RESUMED", {})

    def _request_members(self, connection: Connection, data: dict[str, Any]) -> None:
        session = next((s for s in self._sessions.values() if s.connection is connection), None)
        if session is None:
            raise _CloseError(CLOSE_NOT_AUTHENTICATED)
        guild = self._world.guilds[int(data["guild_id"])]
        wanted = data.get("user_ids") or []
        ids = [int(user_id) for user_id in (wanted if isinstance(wanted, list) else [wanted])]
        query = (data.get("query") or "").lower()
        found = [m for m in guild.members.values() if m.user.id in ids or (query and m.user.name.startswith(query))]
        chunk = {
            "guild_id": str(guild.id),
            "members": [member_json(member) for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(user_id) for user_id in ids if user_id not in guild.members],
            "nonce": data.get("nonce"),
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


def _accept(_: Connection, __: Any) -> None:
    """Presence and voice updates change nothing here."""


async def _write(connection: Connection, socket: web.WebSocketResponse) -> None:
    while True:
        frame = await connection.outbox.get()
        with contextlib.suppress(ConnectionError):
            await socket.send_str(frame)
