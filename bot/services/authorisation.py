"""The half of connecting that talks to Fanvue: code for tokens, tokens for a profile."""

import structlog

from bot.domain.accounts import CreatorId, FanvueAccount
from bot.domain.errors import LinkError, LinkProblem
from bot.domain.scopes import Scope
from bot.fanvue import creators, users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import (
    AnswerLostError,
    FanvueError,
    ForbiddenError,
    RateLimitedError,
    ServerError,
    UnreachableError,
)
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.services.links import digest
from bot.vault.revoking import Revoker

log = structlog.get_logger(__name__)

NOT_NOW = (AnswerLostError, RateLimitedError, ServerError, UnreachableError)


class Authorisation:
    """Trades a code for tokens and finds out whose they are; tokens that cannot be used are revoked."""

    def __init__(self, oauth: FanvueOAuth, client: FanvueClient, revoker: Revoker) -> None:
        self._oauth = oauth
        self._client = client
        self._revoker = revoker

    async def finish(self, code: str, verifier: str) -> tuple[TokenPair, FanvueAccount]:
        """Tokens and the creator they belong to; LinkError with the reason otherwise, and nothing kept."""
        try:
            pair = await self._oauth.exchange(code, verifier)
        except NOT_NOW as error:
            log.warning("exchange_failed", error=type(error).__name__)
            raise LinkError(LinkProblem.FANVUE_DOWN) from None
        except FanvueError as error:
            log.warning("exchange_failed", error=type(error).__name__)
            raise LinkError(LinkProblem.EXCHANGE_FAILED) from None
        try:
            return pair, await self._profile(pair)
        except LinkError:
            await self.discard(pair)
            raise

    async def discard(self, pair: TokenPair) -> None:
        """End a pair that nobody will keep; at the latest once Fanvue is back."""
        await self._revoker.discard(pair)

    async def _profile(self, pair: TokenPair) -> FanvueAccount:
        try:
            user = await self._client.send(users.current_user(), pair.access_token, bucket=_bucket(pair))
            is_known = user.is_creator or await self._manages_creators(pair)
        except ForbiddenError:
            raise LinkError(LinkProblem.PROFILE_REFUSED) from None
        except FanvueError as error:
            log.warning("profile_failed", error=type(error).__name__)
            raise LinkError(LinkProblem.FANVUE_DOWN) from None
        if not is_known:
            raise LinkError(LinkProblem.NOT_A_CREATOR)
        return FanvueAccount(CreatorId(user.uuid), user.handle, user.display_name, user.is_creator)

    async def _manages_creators(self, pair: TokenPair) -> bool:
        if pair.scopes is not None and Scope.READ_CREATOR not in pair.scopes:
            return False
        try:
            listing = creators.list_creators().without_odd_rows(lambda _: None)
            page = await self._client.send(listing, pair.access_token, bucket=_bucket(pair))
        except ForbiddenError:
            return False
        return bool(page.data)


def _bucket(pair: TokenPair) -> str:
    """A bucket of its own: whose limits these calls count against is not known yet."""
    return f"connecting:{digest(pair.access_token)[:16]}"
