"""The authorisation server: where people consent, and where codes and refresh tokens become access tokens."""

import asyncio
import hashlib
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec

from bot.domain.clock import Clock
from bot.domain.scopes import SYSTEM_SCOPES, Scope, format_scopes, parse_scopes
from bot.fanvue.errors import (
    AnswerLostError,
    ClientRefusedError,
    FanvueError,
    GrantDeadError,
    OAuthCode,
    OAuthError,
    RateLimitedError,
    ServerError,
    UnexpectedAnswerError,
    UnreachableError,
)
from bot.fanvue.limits import standing_of
from bot.fanvue.transport import Answer, Connections

EXCHANGE = "oauth.exchange"
REFRESH = "oauth.refresh"
REVOKE = "oauth.revoke"

TRY_SECONDS = 8.0
"""Three tries stay inside the 30 s in which Fanvue takes a just-used refresh token again."""
MAX_TRIES = 3
PAUSE_SECONDS = 0.1
MAX_ANSWER_BYTES = 64 * 1024
MAX_TOKEN_LENGTH = 16 * 1024
ASSUMED_LIFE_SECONDS = 600
"""For an answer that says nothing usable: too short costs a refresh, too long costs a refused call."""
SHORTEST_LIFE_SECONDS = 1
LONGEST_LIFE_SECONDS = 86_400
MAX_DIGITS = 12


@dataclass(frozen=True, slots=True, repr=False)
class TokenPair:
    """What a grant gives: prints as its life alone."""

    access_token: str
    refresh_token: str
    expires_in_seconds: int
    scopes: frozenset[Scope] | None
    """What was granted; ``None`` where the answer leaves it out: what was held then still holds."""
    received_at: datetime
    """When it was asked for, on our clock: its life began no earlier, so it is never thought to last too long."""

    def __repr__(self) -> str:
        return f"TokenPair({self.expires_in_seconds} s)"


class FanvueOAuth:
    """Speaks to the authorisation server as the operator's app; shares the process's connections."""

    def __init__(
        self,
        auth_url: str,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        clock: Clock,
        connections: Connections,
        try_seconds: float = TRY_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._auth_url = auth_url.rstrip("/")
        self._client_id = client_id
        self._authorization = _basic(client_id, client_secret)
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._connections = connections
        self._try_seconds = try_seconds
        self._pause_seconds = pause_seconds

    def authorize_url(self, *, scopes: Iterable[Scope], state: str, challenge: str, force_login: bool = False) -> str:
        """Where to send a browser for consent; ``force_login`` helps who is signed in as somebody else."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join([*SYSTEM_SCOPES, format_scopes(scopes)]).strip(),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if force_login:
            query["prompt"] = "login"
        return f"{self._auth_url}/oauth2/auth?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str) -> TokenPair:
        """The tokens for a code, asked for once: a second time would kill what the first one gave.

        Raises GrantDeadError for a code that is spent, old or not ours, and the other errors of the tree.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        asked_at = self._clock.now()
        try:
            answer = await self._post(EXCHANGE, "token", form)
        except UnreachableError:
            answer = await self._post(EXCHANGE, "token", form)
        return self._pair(EXCHANGE, answer, asked_at)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """A new pair; the old refresh token is spent from then on.

        A lost or unreadable answer is asked for again at once with the same token, as long as Fanvue allows that.
        Raises GrantDeadError when only authorising again helps; after anything else the token may still be good.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        for attempt in range(1, MAX_TRIES + 1):
            asked_at = self._clock.now()
            try:
                answer = await self._post(REFRESH, "token", form)
                return self._pair(REFRESH, answer, asked_at, kept_refresh=refresh_token)
            except (AnswerLostError, UnreachableError, ServerError, UnexpectedAnswerError):
                if attempt == MAX_TRIES:
                    raise
            await asyncio.sleep(self._pause_seconds)
        raise AssertionError("the last attempt returns or raises")

    async def revoke(self, refresh_token: str) -> None:
        """Ends the grant of a refresh token; one that is already dead is fine (RFC 7009).

        A page for people instead of nothing or JSON was not the authorisation server: UnexpectedAnswerError.
        """
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        try:
            answer = await self._post(REVOKE, "revoke", form)
        except (AnswerLostError, UnreachableError, ServerError):
            answer = await self._post(REVOKE, "revoke", form)
        except GrantDeadError:
            return
        if answer.body.lstrip().startswith(b"<"):
            raise UnexpectedAnswerError(REVOKE, "body")

    async def _post(self, operation_id: str, place: str, form: Mapping[str, str]) -> Answer:
        answer = await self._connections.exchange(
            operation_id,
            "POST",
            f"{self._auth_url}/oauth2/{place}",
            headers={
                "Authorization": self._authorization,
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            content=urlencode(form).encode(),
            timeout_seconds=self._try_seconds,
            max_bytes=MAX_ANSWER_BYTES,
        )
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
            raise self._refusal(operation_id, answer)
        return answer

    def _refusal(self, operation_id: str, answer: Answer) -> FanvueError:
        if answer.status >= 500:  # noqa: PLR2004 - the server's own failures
            return ServerError(operation_id, answer.status)
        if answer.status == 429:  # noqa: PLR2004 - Too Many Requests
            now = self._clock.now()
            return RateLimitedError(operation_id, standing_of(answer.headers, now).blocked_until(now))
        if answer.status < 400:  # noqa: PLR2004 - a redirect, never followed
            return UnexpectedAnswerError(operation_id, f"status {answer.status}")
        code = _code(_object(answer.body).get("error"))
        if code in {OAuthCode.INVALID_GRANT, OAuthCode.TOKEN_INACTIVE}:
            return GrantDeadError(operation_id, code)
        if code in {OAuthCode.INVALID_CLIENT, OAuthCode.UNAUTHORIZED_CLIENT}:
            return ClientRefusedError(operation_id, code)
        return OAuthError(operation_id, code)

    def _pair(
        self, operation_id: str, answer: Answer, asked_at: datetime, *, kept_refresh: str | None = None
    ) -> TokenPair:
        fields = _object(answer.body)
        if not fields:
            raise UnexpectedAnswerError(operation_id, "body")
        kind = fields.get("token_type", "bearer")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise UnexpectedAnswerError(operation_id, "token_type")
        return TokenPair(
            access_token=_token(operation_id, "access_token", fields.get("access_token")),
            refresh_token=_token(operation_id, "refresh_token", fields.get("refresh_token", kept_refresh)),
            expires_in_seconds=_life_seconds(fields.get("expires_in")),
            scopes=_scopes(fields.get("scope")),
            received_at=asked_at,
        )


def new_verifier() -> str:
    """A fresh PKCE verifier: 32 random bytes, 43 characters."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def _basic(client_id: str, client_secret: str) -> str:
    """Both form-encoded first, as RFC 6749 section 2.3.1 and servers of this kind want it."""
    return "Basic " + b64encode(f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()).decode()


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        fields = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _token(operation_id: str, field: str, value: object) -> str:
    is_usable = (
        isinstance(value, str)
        and 0 < len(value) <= MAX_TOKEN_LENGTH
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )
    if not isinstance(value, str) or not is_usable:
        raise UnexpectedAnswerError(operation_id, field)
    return value


def _life_seconds(value: object) -> int:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) <= MAX_DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < SHORTEST_LIFE_SECONDS:
        return ASSUMED_LIFE_SECONDS
    return int(min(value, LONGEST_LIFE_SECONDS))


def _scopes(value: object) -> frozenset[Scope] | None:
    if isinstance(value, list):
        value = " ".join(item for item in value if isinstance(item, str))
    return parse_scopes(value) if isinstance(value, str) and value.strip() else None


def _code(value: object) -> OAuthCode:
    return next((code for code in OAuthCode if code.value == value), OAuthCode.OTHER)
