"""The half of connecting that talks to Fanvue: code for tokens, tokens for a profile."""

import structlog

from bot.domain.accounts import CreatorId, FanvueAccount
from bot.domain.errors import LinkError, LinkProblem
from bot.domain.scopes import Scope
from bot.fanvue import creators, users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import FanvueError, ForbiddenError, ServerError, UnreachableError
from bot.fanvue.oauth import FanvueOAuth, TokenPair

log = structlog.get_logger(__name__)


class Authorisation:
    """Trades a code for tokens and finds out whose they are; tokens that cannot be used are revoked."""

    def __init__(self, oauth: FanvueOAuth, client: FanvueClient) -> None:
        self._oauth = oauth
        self._client = client

    async def finish(self, code: str, verifier: str) -> tuple[TokenPair, FanvueAccount]:
        """Tokens and the creator they belong to; LinkError with the reason otherwise, and nothing kept."""
        try:
            pair = await self._oauth.exchange(code, verifier)
        except (UnreachableError, ServerError):
            raise LinkError(LinkProblem.FANVUE_DOWN) from None
        except FanvueError as error:
            log.warning("exchange_failed", error=type(error).__name__)
            raise LinkError(LinkProblem.EXCHANGE_FAILED) from None
        try:
            return pair, await self._profile(pair)
        except LinkError:
            await self._discard(pair)
            raise

    async def _profile(self, pair: TokenPair) -> FanvueAccount:
        try:
            user = await self._client.send(users.current_user(), pair.access_token, bucket="connecting")
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
            page = await self._client.send(creators.list_creators(), pair.access_token, bucket="connecting")
        except ForbiddenError:
            return False
        return bool(page.data)

    async def _discard(self, pair: TokenPair) -> None:
        try:
            await self._oauth.revoke(pair.refresh_token)
        except FanvueError as error:
            log.warning("revoke_failed", error=type(error).__name__)
