"""Attempts to connect, step by step, and what they brought until it is confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update

from bot.domain.accounts import Connection, CreatorId, DiscordUserId, FanvueAccount
from bot.domain.alerts import Route
from bot.domain.scopes import Feature, Scope, format_scopes, parse_scopes
from bot.storage.connections import format_features, parse_features, put
from bot.storage.database import Database
from bot.storage.personal import Mine
from bot.storage.revocations import owe
from bot.storage.routes import put_first
from bot.storage.schema import link_attempts, pending_connections

KEPT_FOR = timedelta(days=1)
"""Long enough to answer an old link with why it no longer works."""
ATTEMPTS_KEPT = 5
LONGEST_EXCHANGE = timedelta(minutes=2)
"""Longer than trading a code and asking for the account can take."""


@dataclass(frozen=True, slots=True)
class LinkAttempt:
    """One link, from the command to the way back from Fanvue; tickets, states and browsers are kept as hashes."""

    id: str
    ticket_hash: str = field(repr=False)
    owner: DiscordUserId
    owner_name: str = field(repr=False)
    owner_avatar: str | None = field(repr=False)
    features: frozenset[Feature]
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    browser_hash: str | None = field(default=None, repr=False)
    state_hash: str | None = field(default=None, repr=False)
    sealed_verifier: str | None = field(default=None, repr=False)
    sealed_interaction: str | None = field(default=None, repr=False)
    went_on_at: datetime | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingConnection:
    """An authorised account that nobody has confirmed yet; the sealed tokens are gone once it is settled."""

    id: str
    attempt_id: str
    owner: DiscordUserId
    account: FanvueAccount
    features: frozenset[Feature]
    scopes: frozenset[Scope]
    sealed_tokens: str = field(repr=False)
    access_expires_at: datetime
    kind: str
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None = None


class LinkStore:
    """Invariants: of a person's links only the newest works; one browser has it; each state returns once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, attempt: LinkAttempt) -> None:
        """Keep a new attempt; the owner's older ones that have not returned end now."""
        mine = link_attempts.c.owner == attempt.owner
        unfinished = and_(mine, link_attempts.c.returned_at.is_(None))
        newest = (
            select(link_attempts.c.id)
            .where(mine)
            .order_by(link_attempts.c.created_at.desc(), link_attempts.c.id)
            .limit(ATTEMPTS_KEPT)
            .scalar_subquery()
        )
        too_many = and_(mine, link_attempts.c.id.not_in(newest), _leaves_nothing_at_fanvue())
        async with self._database.write() as connection:
            await connection.execute(delete(link_attempts).where(too_many))
            await connection.execute(
                update(link_attempts)
                .where(unfinished, link_attempts.c.expires_at > attempt.created_at)
                .values(expires_at=attempt.created_at)
            )
            await connection.execute(link_attempts.insert().values(_attempt_values(attempt)))

    async def remember_message(self, attempt_id: str, sealed: str) -> None:
        """Keep which private message the link came in."""
        change = update(link_attempts).where(link_attempts.c.id == attempt_id).values(sealed_interaction=sealed)
        async with self._database.write() as connection:
            await connection.execute(change)

    async def by_ticket(self, ticket_hash: str) -> LinkAttempt | None:
        """The attempt a link leads to, in whatever state."""
        return await self._attempt(link_attempts.c.ticket_hash == ticket_hash)

    async def by_state(self, state_hash: str) -> LinkAttempt | None:
        """The attempt that went to Fanvue with this state, in whatever state it is now."""
        return await self._attempt(link_attempts.c.state_hash == state_hash)

    async def by_id(self, attempt_id: str) -> LinkAttempt | None:
        """The attempt, in whatever state."""
        return await self._attempt(link_attempts.c.id == attempt_id)

    async def go_on(
        self, attempt_id: str, *, browser_hash: str, state_hash: str, sealed_verifier: str, now: datetime
    ) -> bool:
        """Bind the attempt to the first browser that goes on, which may do so again with a fresh state.

        False for another browser, and when the attempt has returned or expired.
        """
        is_free = or_(link_attempts.c.browser_hash.is_(None), link_attempts.c.browser_hash == browser_hash)
        change = (
            update(link_attempts)
            .where(link_attempts.c.id == attempt_id, is_free, *_is_open(now))
            .values(browser_hash=browser_hash, state_hash=state_hash, sealed_verifier=sealed_verifier, went_on_at=now)
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def claim_return(self, state_hash: str, now: datetime) -> LinkAttempt | None:
        """The attempt, to the one caller who may exchange its code; ``None`` when used, expired or unknown."""
        change = (
            update(link_attempts)
            .where(link_attempts.c.state_hash == state_hash, *_is_open(now))
            .values(returned_at=now)
            .returning(link_attempts)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(change)).one_or_none()
        return _attempt(row) if row else None

    async def end(self, attempt_id: str, now: datetime) -> None:
        """Note that nothing more will come of an attempt, and drop its secrets."""
        change = (
            update(link_attempts).where(link_attempts.c.id == attempt_id).values(expires_at=now, sealed_verifier=None)
        )
        async with self._database.write() as connection:
            await connection.execute(change)

    async def save_pending(self, pending: PendingConnection) -> None:
        """Keep what an attempt brought until it is confirmed; the attempt's verifier has served."""
        spent = update(link_attempts).where(link_attempts.c.id == pending.attempt_id).values(sealed_verifier=None)
        async with self._database.write() as connection:
            await connection.execute(spent)
            await connection.execute(pending_connections.insert().values(_pending_values(pending)))

    async def pending(self, pending_id: str) -> PendingConnection | None:
        """A pending or settled connection."""
        return await self._pending(pending_connections.c.id == pending_id)

    async def pending_of_attempt(self, attempt_id: str) -> PendingConnection | None:
        """What an attempt brought."""
        return await self._pending(pending_connections.c.attempt_id == attempt_id)

    async def confirm(
        self, pending_id: str, new: Connection, now: datetime, *, kind: str, first_routes: Sequence[Route] = ()
    ) -> list[tuple[Connection, str]] | None:
        """Settle a pending connection and hand its tokens to the new one, all in one transaction.

        ``first_routes`` are where the creator's events go when nothing was set for them before.
        Returns what the new one replaced, with sealed tokens; ``None``, and nothing changed, when it was settled
        before or has expired.
        """
        waiting = and_(
            pending_connections.c.id == pending_id,
            pending_connections.c.settled_at.is_(None),
            pending_connections.c.expires_at > now,
        )
        query = select(pending_connections.c.sealed_tokens).where(waiting).with_for_update()
        settled = update(pending_connections).where(waiting).values(settled_at=now, kind=kind, sealed_tokens=None)
        async with self._database.write() as connection:
            sealed = (await connection.execute(query)).scalar_one_or_none()
            if sealed is None:
                return None
            await connection.execute(settled)
            replaced = await put(connection, new, sealed)
            await put_first(connection, first_routes, now)
        return replaced

    async def settle(self, pending_id: str, now: datetime, *, kind: str) -> bool:
        """End it without a connection; its grant is owed to Fanvue from then on. True only for who settled it."""
        unsettled = and_(pending_connections.c.id == pending_id, pending_connections.c.settled_at.is_(None))
        query = select(pending_connections.c.sealed_tokens).where(unsettled).with_for_update()
        change = update(pending_connections).where(unsettled)
        async with self._database.write() as connection:
            sealed = (await connection.execute(query)).scalar_one_or_none()
            if sealed is None:
                return False
            await connection.execute(change.values(settled_at=now, kind=kind, sealed_tokens=None))
            await owe(connection, [sealed])
        return True

    async def expired(self, now: datetime) -> list[PendingConnection]:
        """What was authorised and never confirmed; to be settled."""
        query = select(pending_connections).where(
            pending_connections.c.settled_at.is_(None), pending_connections.c.expires_at <= now
        )
        async with self._database.read() as connection:
            return [_pending(row) for row in await connection.execute(query)]

    async def unsettled_of(self, owner: DiscordUserId) -> list[PendingConnection]:
        """What this person authorised and has not confirmed yet."""
        query = select(pending_connections).where(
            pending_connections.c.settled_at.is_(None), pending_connections.c.owner == owner
        )
        async with self._database.read() as connection:
            return [_pending(row) for row in await connection.execute(query)]

    async def cut_off(self, now: datetime) -> list[LinkAttempt]:
        """Attempts that returned and came to no end: something broke between Fanvue's answer and our keeping it.

        Each is to be ended once its owner was told.
        """
        query = select(link_attempts).where(link_attempts.c.returned_at <= now - LONGEST_EXCHANGE, ~_came_to_an_end())
        async with self._database.read() as connection:
            return [_attempt(row) for row in await connection.execute(query.order_by(link_attempts.c.returned_at))]

    async def purge(self, now: datetime) -> None:
        """Drop the secrets of links that have ended, and a day later the links.

        Unsettled tokens stay, and attempts that were cut off.
        """
        ended = and_(link_attempts.c.expires_at <= now, link_attempts.c.returned_at.is_(None))
        async with self._database.write() as connection:
            await connection.execute(
                update(link_attempts)
                .where(ended, link_attempts.c.sealed_verifier.is_not(None))
                .values(sealed_verifier=None)
            )
            await connection.execute(
                delete(link_attempts).where(link_attempts.c.expires_at <= now - KEPT_FOR, _leaves_nothing_at_fanvue())
            )

    def about(self, user: DiscordUserId) -> Mine:
        """The attempts of this person to connect, and what they brought."""
        brought = pending_connections.c.owner == user
        return (link_attempts, link_attempts.c.owner == user), (pending_connections, brought)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove this person's attempts and what they brought; an unsettled grant is owed to Fanvue."""
        unsettled = select(pending_connections.c.sealed_tokens).where(
            pending_connections.c.owner == user, pending_connections.c.settled_at.is_(None)
        )
        async with self._database.write() as connection:
            await owe(connection, list((await connection.execute(unsettled.with_for_update())).scalars()))
            await connection.execute(delete(link_attempts).where(link_attempts.c.owner == user))

    async def _attempt(self, condition: ColumnElement[bool]) -> LinkAttempt | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(link_attempts).where(condition))).one_or_none()
        return _attempt(row) if row else None

    async def _pending(self, condition: ColumnElement[bool]) -> PendingConnection | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(pending_connections).where(condition))).one_or_none()
        return _pending(row) if row else None


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return link_attempts.c.returned_at.is_(None), link_attempts.c.expires_at > now


def _leaves_nothing_at_fanvue() -> ColumnElement[bool]:
    unsettled = pending_connections.c.settled_at.is_(None)
    is_owed = select(pending_connections.c.id).where(pending_connections.c.attempt_id == link_attempts.c.id, unsettled)
    return and_(~is_owed.exists(), _came_to_an_end())


def _came_to_an_end() -> ColumnElement[bool]:
    """False from the way back until something came of it, for then its verifier goes."""
    return or_(link_attempts.c.returned_at.is_(None), link_attempts.c.sealed_verifier.is_(None))


def _attempt_values(attempt: LinkAttempt) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "ticket_hash": attempt.ticket_hash,
        "owner": attempt.owner,
        "owner_name": attempt.owner_name,
        "owner_avatar": attempt.owner_avatar,
        "features": format_features(attempt.features),
        "scopes": format_scopes(attempt.scopes),
        "created_at": attempt.created_at,
        "expires_at": attempt.expires_at,
    }


def _attempt(row: Row[Any]) -> LinkAttempt:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a row's mapping
    values["features"] = parse_features(row.features)
    values["scopes"] = parse_scopes(row.scopes)
    return LinkAttempt(**values)


def _pending_values(pending: PendingConnection) -> dict[str, Any]:
    return {
        "id": pending.id,
        "attempt_id": pending.attempt_id,
        "owner": pending.owner,
        "creator_id": pending.account.id,
        "handle": pending.account.handle,
        "display_name": pending.account.display_name,
        "is_creator": pending.account.is_creator,
        "features": format_features(pending.features),
        "scopes": format_scopes(pending.scopes),
        "sealed_tokens": pending.sealed_tokens,
        "access_expires_at": pending.access_expires_at,
        "kind": pending.kind,
        "created_at": pending.created_at,
        "expires_at": pending.expires_at,
    }


def _pending(row: Row[Any]) -> PendingConnection:
    return PendingConnection(
        id=row.id,
        attempt_id=row.attempt_id,
        owner=DiscordUserId(row.owner),
        account=FanvueAccount(CreatorId(row.creator_id), row.handle, row.display_name, row.is_creator),
        features=parse_features(row.features),
        scopes=parse_scopes(row.scopes),
        sealed_tokens=row.sealed_tokens or "",
        access_expires_at=row.access_expires_at,
        kind=row.kind,
        created_at=row.created_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
    )
