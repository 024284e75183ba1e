"""Telling people what became of their connection."""

import secrets
from datetime import datetime

import discord
import structlog

from bot.discordkit.connecting import connect_view, connected_embed
from bot.discordkit.look import Colour
from bot.discordkit.owing import Owed
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.nonces import LENGTH, nonce
from bot.domain import text
from bot.domain.accounts import Connection, DiscordUserId
from bot.domain.scopes import Feature
from bot.services.links import LinkResult, PrivateMessage

log = structlog.get_logger(__name__)


class Notices:
    """Updates the private message a link came in; by DM where that is no longer possible."""

    def __init__(self, client: discord.Client, direct: DirectMessages, owed: Owed) -> None:
        self._client = client
        self._direct = direct
        self._owed = owed

    async def connected(self, result: LinkResult, message: PrivateMessage | None) -> None:
        """Say what works now, in the private message or by DM."""
        embed = connected_embed(result)
        if message is None or not await self._updated(message, embed):
            await self._tell(result.connection.owner, embed)

    async def moved_away(self, owner: DiscordUserId, handle: str) -> None:
        """Tell who had the account before."""
        await self._tell(
            owner,
            discord.Embed(
                title=f"@{text.name(handle)} is no longer connected to you",
                description="Somebody who can log in to that Fanvue account connected it to their own Discord user. "
                "Your tokens, alerts and cards for it are deleted here. Was that not you or your team? Change the "
                "Fanvue password and revoke the app there (Settings, Account, Third Party Apps Consent).",
                colour=Colour.TROUBLE,
            ),
        )

    async def connected_themselves(self, manager: DiscordUserId, handle: str) -> None:
        """Tell who managed the creator, and what to ask them for."""
        await self._tell(
            manager,
            discord.Embed(
                title=f"@{text.name(handle)} has connected their own account",
                description="From now on they decide here who acts for them: the alerts and rights set up by your "
                "agency's account for them are deleted. They can give rights to you and your team with `/team grant`.",
                colour=Colour.TROUBLE,
            ),
        )

    async def cut_off(self, owner: DiscordUserId, features: frozenset[Feature]) -> None:
        """Tell the owner what may stand at Fanvue, with the button that connects again."""
        await self._direct.tell(
            owner,
            discord.Embed(
                title="Connecting was cut off",
                description="The bot stopped while you came back from Fanvue, so it kept nothing and can use nothing. "
                "What you allowed may still be listed at Fanvue. Connect again, or remove the app there "
                "(Settings, Account, Third Party Apps Consent). If you have connected since, there is nothing to do.",
                colour=Colour.TROUBLE,
            ),
            connect_view(features, "Connect again"),
            nonce=nonce("cut off", owner),
        )

    async def grant_died(self, connection: Connection) -> None:
        """Tell the owner, with the button that mends it."""
        await self._direct.tell(
            connection.owner,
            discord.Embed(
                title=f"Please reconnect @{text.name(connection.account.handle)}",
                description="Fanvue no longer accepts the connection, so alerts and answers wait until you renew it. "
                "Nothing is lost.",
                colour=Colour.TROUBLE,
            ),
            connect_view(connection.features, "Reconnect"),
            nonce=nonce("grant died", connection.id, connection.refreshed_at.isoformat()),
        )

    async def sign_in_refused(self, connection: Connection, since: datetime) -> None:
        """Tell the owner what goes on, and what may help; they need not do anything."""
        handle = text.name(connection.account.handle)
        await self._direct.tell(
            connection.owner,
            discord.Embed(
                title=f"Fanvue refuses its own sign-in for @{handle}",
                description=f"It began {discord.utils.format_dt(since, 'R')}: Fanvue renews the connection, and does "
                "not accept it all the same. Until it does, nothing can be sent or looked up, and alerts come as far "
                "as Fanvue reports them. It goes on by itself once Fanvue does: I look for what was missed then, and "
                "tell you here. Should it last a day, connecting again may help.",
                colour=Colour.TROUBLE,
            ),
            connect_view(connection.features, "Connect again"),
            nonce=nonce("sign-in refused", connection.id, since.isoformat()),
        )

    async def sign_in_accepted(self, connection: Connection) -> None:
        """Tell the owner who was told of a refusal that it is over."""
        await self._direct.tell(
            connection.owner,
            discord.Embed(
                title=f"Fanvue accepts @{text.name(connection.account.handle)} again",
                description="Everything works as before, and what was missed meanwhile is being looked for.",
                colour=Colour.BRAND,
            ),
            nonce=nonce("sign-in accepted", connection.id),
        )

    async def _tell(self, person: DiscordUserId, embed: discord.Embed) -> None:
        """Once, by DM, as soon as Discord takes it."""
        once = secrets.token_hex(LENGTH // 2)
        await self._owed.say(once, lambda: self._direct.tell(person, embed, nonce=once))

    async def _updated(self, message: PrivateMessage, embed: discord.Embed) -> bool:
        if self._client.application_id is None:
            return False
        webhook = discord.Webhook.partial(self._client.application_id, message.token, client=self._client)
        try:
            await webhook.edit_message(message.message, embed=embed, view=None)
        except discord.HTTPException as error:
            log.info("private_message_gone", status=error.status)
            return False
        return True
