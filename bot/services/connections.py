"""Connecting a Fanvue account to a Discord user, and ending it."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import structlog

from bot.domain.access import Actor, Grant
from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    DiscordUserId,
    FanvueAccount,
    Person,
)
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, LinkError, LinkProblem
from bot.domain.events import EventKind
from bot.domain.faults import where
from bot.domain.scopes import Feature, features_with, format_scopes, scopes_for
from bot.fanvue.oauth import FanvueOAuth, TokenPair, challenge_of, new_verifier
from bot.services.authorisation import Authorisation
from bot.services.links import ConnectNotices, Link, LinkKind, LinkResult, PrivateMessage, digest, new_token
from bot.services.managed import ManagedCreatorsService
from bot.storage.audit import AuditLog
from bot.storage.connections import ConnectionStore
from bot.storage.links import LinkAttempt, LinkStore, PendingConnection
from bot.vault.keyring import Keyring
from bot.vault.pairs import seal_pair
from bot.vault.revoking import Revoker

log = structlog.get_logger(__name__)

LINK_SECONDS = 600
ARRIVAL_SECONDS = 20
ARRIVAL_POLL_SECONDS = 0.1
PROBLEMS = {"access_denied": LinkProblem.DENIED, "invalid_scope": LinkProblem.SCOPE_NOT_OFFERED}


@dataclass(frozen=True, slots=True)
class PendingView:
    """What a person is about to confirm, as things stand now."""

    pending: PendingConnection
    attempt: LinkAttempt
    kind: LinkKind
    replaces_handle: str | None

    @property
    def granted(self) -> frozenset[Feature]:
        """The features that will work."""
        return self.pending.features & features_with(self.pending.scopes)

    @property
    def refused(self) -> frozenset[Feature]:
        """The features whose scopes were not given."""
        return self.pending.features - self.granted


class ConnectionsService:
    """The connect flow, step by step.

    Invariants: nothing is usable before it is confirmed (but for widening the account one has); each step
    succeeds once; tokens that end up with nobody are revoked, also after a kill or while Fanvue is away.
    """

    def __init__(
        self,
        *,
        public_url: str,
        keyring: Keyring,
        oauth: FanvueOAuth,
        authorisation: Authorisation,
        revoker: Revoker,
        connections: ConnectionStore,
        links: LinkStore,
        audit: AuditLog,
        notices: ConnectNotices,
        managed: ManagedCreatorsService,
        clock: Clock,
    ) -> None:
        self._public_url = public_url
        self._keyring = keyring
        self._oauth = oauth
        self._authorisation = authorisation
        self._revoker = revoker
        self._connections = connections
        self._links = links
        self._audit = audit
        self._notices = notices
        self._managed = managed
        self._clock = clock

    async def of(self, owner: DiscordUserId) -> Connection | None:
        """The account this person has connected, if any."""
        return await self._connections.of_owner(owner)

    async def begin(self, person: Person, features: Iterable[Feature]) -> Link:
        """A link for this person, valid ten minutes; asks for what is held and what is picked. Ends older links."""
        now, ticket, attempt_id = self._clock.now(), new_token(), uuid4().hex
        held = await self._connections.of_owner(person.id)
        picked = frozenset(features) | (held.features if held else frozenset())
        await self._links.open(
            LinkAttempt(
                id=attempt_id,
                ticket_hash=digest(ticket),
                owner=person.id,
                owner_name=person.name,
                owner_avatar=person.avatar_url,
                features=picked,
                scopes=scopes_for(picked) | (held.scopes if held else frozenset()),
                created_at=now,
                expires_at=now + timedelta(seconds=LINK_SECONDS),
            )
        )
        return Link(f"{self._public_url}/connect/{ticket}", attempt_id, now + timedelta(seconds=LINK_SECONDS))

    async def remember_message(self, attempt_id: str, message: PrivateMessage) -> None:
        """Which private message to update when the connection stands."""
        sealed = self._keyring.seal(f"{message.message} {message.token}", identity=f"message:{attempt_id}")
        await self._links.remember_message(attempt_id, sealed)

    async def look(self, ticket: str) -> LinkAttempt:
        """The attempt behind a link, for the page that names the Discord user; spends nothing."""
        attempt = await self._links.by_ticket(digest(ticket))
        if attempt is None:
            raise LinkError(LinkProblem.UNKNOWN_LINK)
        if attempt.returned_at is not None:
            raise LinkError(LinkProblem.USED)
        if attempt.expires_at <= self._clock.now():
            raise LinkError(LinkProblem.EXPIRED)
        return attempt

    def minutes_left(self, attempt: LinkAttempt) -> int:
        """How long the link still works, in whole minutes, at least one."""
        return max(1, int((attempt.expires_at - self._clock.now()).total_seconds() // 60))

    async def go_on(self, ticket: str, browser: str) -> str:
        """Bind the link to this browser and give the address at Fanvue to go to; a fresh state each time."""
        attempt = await self.look(ticket)
        state, verifier = new_token(), new_verifier()
        is_bound = await self._links.go_on(
            attempt.id,
            browser_hash=digest(browser),
            state_hash=digest(state),
            sealed_verifier=self._keyring.seal(verifier, identity=f"verifier:{attempt.id}"),
            now=self._clock.now(),
        )
        if not is_bound:
            raise LinkError(LinkProblem.FOREIGN_BROWSER)
        return self._oauth.authorize_url(scopes=attempt.scopes, state=state, challenge=challenge_of(verifier))

    async def come_back(self, *, state: str, code: str | None, error: str | None, browser: str) -> str:
        """Take what Fanvue sent along; returns the id of the pending connection to show. One winner a state."""
        attempt = await self._returning(state, browser)
        claimed = await self._links.claim_return(digest(state), self._clock.now())
        if claimed is None:
            return await self._arrived(attempt.id)
        try:
            pending = await self._take(claimed, code, error)
        except DomainError:
            await self._links.end(claimed.id, self._clock.now())
            raise
        return pending.id

    async def view(self, pending_id: str, browser: str) -> PendingView:
        """A pending (or just settled) connection for the browser it began in."""
        pending = await self._links.pending(pending_id)
        attempt = await self._links.by_id(pending.attempt_id) if pending else None
        if pending is None or attempt is None:
            raise LinkError(LinkProblem.UNKNOWN_LINK)
        if attempt.browser_hash != digest(browser):
            raise LinkError(LinkProblem.FOREIGN_BROWSER)
        if pending.settled_at is None and pending.expires_at <= self._clock.now():
            raise LinkError(LinkProblem.EXPIRED)
        kind = LinkKind(pending.kind) if pending.settled_at else await self._kind(pending)
        own = await self._connections.of_owner(pending.owner)
        is_other = own is not None and own.account.id != pending.account.id
        return PendingView(pending, attempt, kind, own.account.handle if own and is_other else None)

    async def confirm(self, view: PendingView) -> bool:
        """Make the connection real; what it replaces is ended, and whoever lost it is told. False when it was settled.

        Pressed twice it is done once: the other one finds the same result.
        """
        pending, now = view.pending, self._clock.now()
        connection = await self._connection_of(pending)
        first = _by_dm(connection) if Feature.ALERTS in view.granted and connection.account.is_creator else ()
        before = await self._connections.of_creator(connection.account.id)
        replaced = await self._links.confirm(pending.id, connection, now, kind=view.kind.value, first_routes=first)
        if replaced is None:
            return False
        result = LinkResult(connection, view.granted, view.refused, view.kind, view.attempt.owner_name)
        try:
            await self._announce(view.attempt, result)
        finally:
            await self._end_replaced(replaced, connection.owner)
            if before and before.account.id != connection.account.id and before.owner != connection.owner:
                await self._tell(self._notices.connected_themselves(before.owner, connection.account.handle))
        return True

    async def undo(self, view: PendingView) -> bool:
        """Take it all back, pending or just confirmed; true when the tokens were revoked at Fanvue too."""
        pending = view.pending
        if await self._links.settle(pending.id, self._clock.now(), kind=view.kind.value):
            return await self._revoker.revoke(pending.sealed_tokens)
        current = await self._connections.of_owner(pending.owner)
        if current is None or current.account.id != pending.account.id:
            raise LinkError(LinkProblem.USED)
        await self._audit.write(_owner(view), current.account.id, "disconnect", "undone", self._clock.now())
        return await self._end(current)

    async def result(self, view: PendingView) -> LinkResult:
        """What a settled connection came to; LinkError when it was undone."""
        pending = view.pending
        current = await self._connections.of_owner(pending.owner)
        if pending.settled_at is None or current is None or current.account.id != pending.account.id:
            is_abandoned = pending.settled_at is not None and pending.settled_at >= pending.expires_at
            raise LinkError(LinkProblem.EXPIRED if is_abandoned else LinkProblem.USED)
        return LinkResult(current, view.granted, view.refused, view.kind, view.attempt.owner_name)

    async def disconnect(self, grant: Grant) -> bool:
        """Delete the connection with all that hangs on it; false when Fanvue could not be told to revoke."""
        await self._audit.write(grant.actor, grant.creator, "disconnect", "done", self._clock.now())
        return await self._end(grant.connection)

    async def leave(self, owner: DiscordUserId) -> bool:
        """End everything this person has here, confirmed or not; false when Fanvue could not be told to revoke."""
        is_revoked = True
        for pending in await self._links.unsettled_of(owner):
            if await self._links.settle(pending.id, self._clock.now(), kind=pending.kind):
                is_revoked &= await self._revoker.revoke(pending.sealed_tokens)
        current = await self._connections.of_owner(owner)
        if current is not None:
            is_revoked &= await self._end(current)
        return is_revoked

    async def sweep(self) -> None:
        """End what was authorised but never confirmed, revoke what is owed to Fanvue, and forget old links.

        Whoever came back from Fanvue while we stopped is told: their yes may stand there without our tokens.
        """
        now = self._clock.now()
        for attempt in await self._links.cut_off(now):
            log.warning("connect_cut_off")
            if await self._tell(self._notices.cut_off(attempt.owner, attempt.features)):
                await self._links.end(attempt.id, now)
        for pending in await self._links.expired(now):
            await self._links.settle(pending.id, now, kind=pending.kind)
        await self._links.purge(now)
        await self._revoker.finish()

    async def _returning(self, state: str, browser: str) -> LinkAttempt:
        attempt = await self._links.by_state(digest(state)) if state else None
        if attempt is None:
            raise LinkError(LinkProblem.FORGED)
        if attempt.browser_hash != digest(browser):
            raise LinkError(LinkProblem.FOREIGN_BROWSER)
        if attempt.returned_at is None and attempt.expires_at <= self._clock.now():
            raise LinkError(LinkProblem.EXPIRED)
        return attempt

    async def _arrived(self, attempt_id: str) -> str:
        """What the first return of a state brought, once it is there: whoever reloads sees the same page."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ARRIVAL_SECONDS
        while (pending := await self._links.pending_of_attempt(attempt_id)) is None:
            attempt = await self._links.by_id(attempt_id)
            if attempt is None or attempt.expires_at <= self._clock.now() or loop.time() > deadline:
                raise LinkError(LinkProblem.USED)
            await asyncio.sleep(ARRIVAL_POLL_SECONDS)
        return pending.id

    async def _take(self, attempt: LinkAttempt, code: str | None, error: str | None) -> PendingConnection:
        """The account that was authorised, pending; widening the account one has is done at once."""
        if error:
            problem = PROBLEMS.get(error, LinkProblem.FANVUE_REFUSED)
            if problem is LinkProblem.SCOPE_NOT_OFFERED:
                log.warning("scope_not_offered", reason=format_scopes(attempt.scopes))
            raise LinkError(problem)
        if not code:
            raise LinkError(LinkProblem.MISSING_CODE)
        verifier = self._keyring.open(attempt.sealed_verifier or "", identity=f"verifier:{attempt.id}")
        pair, account = await self._authorisation.finish(code, verifier)
        try:
            pending = await self._keep(attempt, pair, account)
        except BaseException:
            await self._authorisation.discard(pair)
            raise
        if await self._kind(pending) is LinkKind.WIDEN:
            await self.confirm(PendingView(pending, attempt, LinkKind.WIDEN, None))
        return pending

    async def _keep(self, attempt: LinkAttempt, pair: TokenPair, account: FanvueAccount) -> PendingConnection:
        now = self._clock.now()
        pending = PendingConnection(
            id=uuid4().hex,
            attempt_id=attempt.id,
            owner=attempt.owner,
            account=account,
            features=attempt.features,
            scopes=attempt.scopes if pair.scopes is None else pair.scopes,
            sealed_tokens=seal_pair(self._keyring, account.id, pair),
            access_expires_at=pair.received_at + timedelta(seconds=pair.expires_in_seconds),
            kind=LinkKind.NEW.value,
            created_at=now,
            expires_at=now + timedelta(seconds=LINK_SECONDS),
        )
        await self._links.save_pending(pending)
        return pending

    async def _kind(self, pending: PendingConnection) -> LinkKind:
        own = await self._connections.of_owner(pending.owner)
        if own and own.account.id == pending.account.id:
            return LinkKind.WIDEN
        if await self._connections.of_account(pending.account.id):
            return LinkKind.MOVE
        return LinkKind.REPLACE if own else LinkKind.NEW

    async def _connection_of(self, pending: PendingConnection) -> Connection:
        """The connection to be; widening keeps its id and since when it stands."""
        held = await self._connections.of_owner(pending.owner)
        is_same = held is not None and held.account.id == pending.account.id
        return Connection(
            id=held.id if held and is_same else ConnectionId(uuid4().hex),
            owner=pending.owner,
            account=pending.account,
            features=pending.features,
            scopes=pending.scopes,
            status=ConnectionStatus.ACTIVE,
            connected_at=held.connected_at if held and is_same else self._clock.now(),
            access_expires_at=pending.access_expires_at,
            refreshed_at=pending.created_at,
        )

    async def _announce(self, attempt: LinkAttempt, result: LinkResult) -> None:
        connection = result.connection
        log.info("connected", kind=result.kind.value)
        actor = Actor(connection.owner, result.owner_name)
        await self._audit.write(actor, connection.account.id, "connect", result.kind.value, self._clock.now())
        if not connection.account.is_creator:
            await self._managed.keep_fresh(connection)
        await self._tell(self._say_connected(attempt, result))

    async def _say_connected(self, attempt: LinkAttempt, result: LinkResult) -> None:
        await self._notices.connected(result, self._private_message(attempt))

    async def _end_replaced(self, replaced: Iterable[tuple[Connection, str]], owner: DiscordUserId) -> None:
        for old, sealed in replaced:
            if old.owner != owner:
                await self._tell(self._notices.moved_away(old.owner, old.account.handle))
            await self._revoker.revoke(sealed)

    async def _tell(self, telling: Awaitable[None]) -> bool:
        """Say it in Discord; failing to say it undoes nothing, and is false when trying again can help."""
        try:
            await telling
        except Exception as error:  # noqa: BLE001 - what happened stands, whoever could be told
            log.warning("not_told", error=where(error))
            return False
        return True

    def _private_message(self, attempt: LinkAttempt) -> PrivateMessage | None:
        if not attempt.sealed_interaction:
            return None
        clear = self._keyring.open(attempt.sealed_interaction, identity=f"message:{attempt.id}")
        message, _, token = clear.partition(" ")
        return PrivateMessage(token, int(message))

    async def _end(self, connection: Connection) -> bool:
        sealed = await self._connections.delete(connection.id)
        return sealed is not None and await self._revoker.revoke(sealed)


def _by_dm(connection: Connection) -> tuple[Route, ...]:
    """Every card but the many, to the owner's direct messages."""
    place = Place(PlaceKind.DM, connection.owner)
    return tuple(
        Route(connection.account.id, kind, place, connection.owner, shows_amounts=True)
        for kind in EventKind
        if kind.is_sent_unasked
    )


def _owner(view: PendingView) -> Actor:
    return Actor(view.pending.owner, view.attempt.owner_name)
