"""Codes, tokens and the chains they belong to."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.fanvue.instants import Clock
from sandbox.fanvue.world import User, World

from .scopes import ALL_SCOPES, SYSTEM_SCOPES

CODE_SECONDS = 60
GRACE_SECONDS = 30


class GrantError(Exception):
    """`invalid_grant`: the code or refresh token is worth nothing."""


@dataclass
class Chain:
    """Everything that grew from one authorization; dead once revoked, withdrawn or reused."""

    account: User
    scopes: frozenset[str]
    began_at: datetime
    is_alive: bool = True

    @property
    def is_refreshable(self) -> bool:
        return {"offline_access", "offline"} <= self.scopes


@dataclass
class Code:
    chain: Chain
    redirect_uri: str
    challenge: str
    expires_at: datetime
    is_spent: bool = False


@dataclass
class AccessToken:
    chain: Chain
    expires_at: datetime


@dataclass
class RefreshToken:
    """`used_at` is the first use; later uses are a retry within the grace, then theft."""

    chain: Chain
    used_at: datetime | None = None


@dataclass
class Pair:
    """What the token address answers."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int
    scopes: frozenset[str]


def challenge_of(verifier: str) -> str:
    """PKCE S256."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class OAuthState:
    """Who gave what to the app.

    Counters: `token_requests`, `exchanges` and `refreshes` (by handle), `graces`, `reuse_detected`, `revoked`,
    `refused_clients`. Switches: `echoes_scope_on_refresh`, `skips_known_consent`, `ends_access_on_refresh`,
    `app_scopes`.
    """

    def __init__(self, world: World, clock: Clock, access_token_seconds: int) -> None:
        self._world = world
        self._clock = clock
        self.access_token_seconds = access_token_seconds
        self.app_scopes = set(ALL_SCOPES)
        self.echoes_scope_on_refresh = False
        self.skips_known_consent = False
        self.ends_access_on_refresh = False
        self.token_requests = 0
        self.exchanges: Counter[str] = Counter()
        self.refreshes: Counter[str] = Counter()
        self.graces = 0
        self.reuse_detected = 0
        self.revoked = 0
        self.refused_clients = 0
        self._codes: dict[str, Code] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._chains: list[Chain] = []

    def grant(self, handle: str, scopes: tuple[str, ...] | None = None) -> Pair:
        """A pair without the pages: for tests that are about something else. System scopes are added."""
        wanted = self.app_scopes if scopes is None else {*scopes, *SYSTEM_SCOPES}
        return self._issue(self._begin(self._world.account(handle), frozenset(wanted)))

    def issue_code(self, account: User, scopes: frozenset[str], redirect_uri: str, challenge: str) -> str:
        code = f"ory_ac_{secrets.token_urlsafe(32)}"
        expires_at = self._clock() + timedelta(seconds=CODE_SECONDS)
        self._codes[code] = Code(Chain(account, scopes, self._clock()), redirect_uri, challenge, expires_at)
        return code

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Pair:
        """Raises GrantError; a code shown twice also ends what its first use brought."""
        found = self._codes.get(code)
        if found is None:
            raise GrantError
        if found.is_spent:
            found.chain.is_alive = False
            raise GrantError
        if found.redirect_uri != redirect_uri or found.challenge != challenge_of(verifier):
            raise GrantError
        if found.expires_at <= self._clock():
            raise GrantError
        found.is_spent = True
        self._chains.append(found.chain)
        self.exchanges[found.chain.account.handle] += 1
        return self._issue(found.chain)

    def refresh(self, token: str) -> Pair:
        """A new pair; raises GrantError. Reuse after the grace ends the whole chain."""
        found = self._refresh.get(token)
        if found is None or not found.chain.is_alive:
            raise GrantError
        now = self._clock()
        if found.used_at is None:
            found.used_at = now
        elif now - found.used_at <= timedelta(seconds=GRACE_SECONDS):
            self.graces += 1
        else:
            self.reuse_detected += 1
            found.chain.is_alive = False
            raise GrantError
        self.refreshes[found.chain.account.handle] += 1
        if self.ends_access_on_refresh:
            self._access = {key: row for key, row in self._access.items() if row.chain is not found.chain}
        return self._issue(found.chain)

    def revoke(self, token: str) -> None:
        """Ends the chain of an access or refresh token; an unknown token is no error (RFC 7009)."""
        found = self._refresh.get(token) or self._access.get(token)
        if found is not None and found.chain.is_alive:
            found.chain.is_alive = False
            self.revoked += 1

    def withdraw(self, handle: str) -> int:
        """The creator takes consent back in the settings; answers how many grants that ended."""
        chains = [chain for chain in self._chains if chain.is_alive and chain.account.handle == handle]
        for chain in chains:
            chain.is_alive = False
        return len(chains)

    def expire_access(self, handle: str) -> None:
        """Every access token of the account is over; refresh tokens are left alone."""
        for row in self._access.values():
            if row.chain.account.handle == handle:
                row.expires_at = self._clock()

    def scopes_of(self, handle: str) -> frozenset[str]:
        """Everything the account's live grants allow."""
        live = [chain.scopes for chain in self._chains if chain.is_alive and chain.account.handle == handle]
        return frozenset().union(*live)

    def live_grants(self, handle: str) -> int:
        """How many grants of the account are alive: more than one means that somebody forgot to revoke."""
        return sum(chain.is_alive and chain.account.handle == handle for chain in self._chains)

    def is_connected(self, handle: str) -> bool:
        return any(chain.is_alive and chain.account.handle == handle for chain in self._chains)

    def authenticate(self, token: str) -> Chain | None:
        """The grant behind a bearer token that is alive and not expired."""
        found = self._access.get(token)
        if found is None or not found.chain.is_alive or found.expires_at <= self._clock():
            return None
        return found.chain

    def describe(self) -> dict[str, object]:
        """The counters; no tokens."""
        return {
            "tokenRequests": self.token_requests,
            "exchanges": dict(self.exchanges),
            "refreshes": dict(self.refreshes),
            "graces": self.graces,
            "reuseDetected": self.reuse_detected,
            "revoked": self.revoked,
            "refusedClients": self.refused_clients,
            "connected": {
                account.handle: sorted(self.scopes_of(account.handle))
                for account in self._world.accounts
                if self.is_connected(account.handle)
            },
        }

    def _begin(self, account: User, scopes: frozenset[str]) -> Chain:
        chain = Chain(account, scopes, self._clock())
        self._chains.append(chain)
        return chain

    def _issue(self, chain: Chain) -> Pair:
        self._forget_expired()
        access_token = f"ory_at_{secrets.token_urlsafe(32)}"
        expires_at = self._clock() + timedelta(seconds=self.access_token_seconds)
        self._access[access_token] = AccessToken(chain, expires_at)
        refresh_token = None
        if chain.is_refreshable:
            refresh_token = f"ory_rt_{secrets.token_urlsafe(32)}"
            self._refresh[refresh_token] = RefreshToken(chain)
        return Pair(access_token, refresh_token, self.access_token_seconds, chain.scopes)

    def _forget_expired(self) -> None:
        if len(self._access) > 10_000:
            now = self._clock()
            self._access = {key: row for key, row in self._access.items() if row.expires_at > now}
