"""An account of the sandbox that granted everything, and the means to call with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from bot.domain.clock import SystemClock
from bot.domain.scopes import Scope
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import (
    AnswerLostError,
    ConflictError,
    FanvueError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
    UnexpectedAnswerError,
    VersionRetiredError,
)
from bot.fanvue.oauth import FanvueOAuth, TokenPair, challenge_of, new_verifier
from bot.fanvue.wire import Call
from sandbox.fanvue import SandboxFanvue, walk_consent

T = TypeVar("T")
OF_THE_API: dict[str, type[FanvueError]] = {
    "400": InvalidRequestError,
    "401": UnauthorizedError,
    "403": ForbiddenError,
    "404": NotFoundError,
    "409": ConflictError,
    "410": VersionRetiredError,
    "429": RateLimitedError,
    "500": ServerError,
    "502": ServerError,
    "503": ServerError,
    "504": ServerError,
    "5xx": ServerError,
    "blocked": ServerError,
    "hang": AnswerLostError,
    "reset": AnswerLostError,
    "garbage": UnexpectedAnswerError,
    "wrong_shape": UnexpectedAnswerError,
    "invalid_grant": InvalidRequestError,
    "applied_answer_cut": AnswerLostError,
    "rotated_answer_lost": AnswerLostError,
}
"""What each kind of trouble with a call is to whoever made it."""


@dataclass
class Linked:
    """A connected account; ``send`` makes a call for it."""

    fanvue: SandboxFanvue
    client: FanvueClient
    oauth: FanvueOAuth
    pair: TokenPair

    async def send(self, call: Call[T], deadline_seconds: float = 5) -> T:
        return await self.client.send(call, self.pair.access_token, bucket="b", deadline_seconds=deadline_seconds)

    def ledger(self) -> list[tuple[str, int]]:
        """Operation and status of every call so far."""
        return [(row.operation_id, row.status) for row in self.fanvue.ledger]


@asynccontextmanager
async def linked(
    fanvue: SandboxFanvue, account: str = "lunavale", surface: str = "", **options: Any
) -> AsyncIterator[Linked]:
    """An account that granted everything."""
    async with FanvueClient(fanvue.api_url + surface, clock=SystemClock(), first_pause_seconds=0.001) as client:
        oauth = oauth_for(fanvue, client, **options)
        granted = fanvue.oauth.grant(account)
        pair = TokenPair(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token or "",
            expires_in_seconds=granted.expires_in,
            scopes=frozenset(Scope),
            received_at=SystemClock().now(),
        )
        yield Linked(fanvue, client, oauth, pair)


def oauth_for(fanvue: SandboxFanvue, client: FanvueClient, *, secret: str = "", try_seconds: float = 2) -> FanvueOAuth:
    return FanvueOAuth(
        fanvue.auth_url,
        client_id=fanvue.client_id,
        client_secret=secret or fanvue.client_secret,
        redirect_uri=fanvue.redirect_uris[0],
        clock=SystemClock(),
        connections=client.connections,
        try_seconds=try_seconds,
        pause_seconds=0.001,
    )


async def authorised(oauth: FanvueOAuth, account: str, untick: tuple[str, ...] = ()) -> TokenPair:
    """Connects an account as a person in a browser would."""
    code, verifier = await code_for(oauth, account, untick)
    return await oauth.exchange(code, verifier)


async def code_for(oauth: FanvueOAuth, account: str, untick: tuple[str, ...] = ()) -> tuple[str, str]:
    """A fresh code and the verifier it belongs to."""
    verifier = new_verifier()
    address = oauth.authorize_url(scopes=Scope, state="s" * 20, challenge=challenge_of(verifier))
    back = await walk_consent(address, account, untick=untick)
    return parse_qs(urlsplit(back).query)["code"][0], verifier
