"""/inbox, the buttons on cards, and Discord's own Reply: answering fans where their message landed."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.alerts.places import Channel, require_mentionable
from bot.discordkit.attachments import incoming
from bot.discordkit.controls.options import creator_choices
from bot.discordkit.inbox.views import done
from bot.discordkit.inbox.words import typed_words
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.discordkit.responses.long_texts import keeping
from bot.discordkit.responses.outcomes import acknowledge
from bot.domain import text
from bot.domain.access import Capability
from bot.domain.accounts import DiscordUserId
from bot.domain.conversations import Order
from bot.domain.errors import BadInputError, DomainError
from bot.services import Services
from bot.services.inbox.replies import Recipient
from cogs.inbox.answers import Answers, Written
from cogs.inbox.cards import CardActs
from cogs.inbox.chats import Chats
from cogs.inbox.claiming import Claiming
from cogs.inbox.desks import Desks
from cogs.inbox.lists import FanLists
from cogs.inbox.native import NativeReplies
from cogs.inbox.templates import Templates
from cogs.inbox.where import ReplyPlaces

ORDERS = [app_commands.Choice(name=order.label, value=order.value) for order in Order]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Inbox(commands.GroupCog, name="Inbox", group_name="inbox", group_description="Answer your fans"):
    """Answers are for the person who asked alone."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._conversations = services.conversations
        self._waiting = services.waiting
        self._replies = services.replies
        self._native = NativeReplies(services, kit)
        self._answers = Answers(services, kit)
        self._where = ReplyPlaces(services, kit)
        Templates(services, kit)
        self._chats = Chats(services, kit)
        Claiming(services, kit, self._chats)
        CardActs(services, kit)
        Desks(services, kit)
        FanLists(services, kit)

    @app_commands.command()
    @app_commands.describe(order="Who comes first", creator="Whose inbox")
    @app_commands.choices(order=ORDERS)
    async def unread(
        self,
        interaction: discord.Interaction,
        order: app_commands.Choice[str] | None = None,
        creator: str | None = None,
    ) -> None:
        """See who waits for an answer"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.REPLY)
        await self._chats.show_unread(interaction, grant, Order(order.value) if order else Order.LONGEST)

    @app_commands.command(name="open")
    @app_commands.describe(fan="Whose conversation; start typing a name", creator="Whose inbox")
    async def look(self, interaction: discord.Interaction, fan: str, creator: str | None = None) -> None:
        """Read a conversation; that does not mark it read"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.REPLY)
        await self._chats.show_chat(interaction, grant, await self._conversations.meant(grant, fan))

    @app_commands.command()
    @app_commands.describe(
        fan="Whom to answer; start typing a name",
        words="What to say",
        file="A picture, video or sound to send along",
        price="What the fan pays to see the file, such as 4.99",
        template="A prepared message from Fanvue, with its media and price",
        creator="Who answers",
    )
    @app_commands.rename(words="text")
    async def reply(
        self,
        interaction: discord.Interaction,
        fan: str,
        words: app_commands.Range[str, 1, 6000] | None = None,
        file: discord.Attachment | None = None,
        price: str | None = None,
        template: str | None = None,
        creator: str | None = None,
    ) -> None:
        """Send a message to a fan"""
        await acknowledge(interaction)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.REPLY)
        to = Recipient(grant, await self._conversations.meant(grant, fan))
        files = (incoming(file),) if file is not None else ()
        written = Written(typed_words(interaction, words or ""), price or "", files, template=template or "")
        async with keeping(interaction, written.text):
            await self._answers.send(interaction, to, written)

    @app_commands.command()
    @app_commands.describe(creator="Whose fans")
    async def places(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """Choose where Discord's own Reply sends to fans"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._where.show(interaction, await self._access.choose_own(actor_of(interaction), creator))

    @app_commands.command()
    @app_commands.describe(
        minutes="After how many minutes of waiting; 0 to watch no longer",
        role="The role on duty, told first, under the fan's card",
        lead="Who is told after as long again",
        creator="Whose fans",
    )
    async def watch(
        self,
        interaction: discord.Interaction,
        minutes: app_commands.Range[int, 0, 1440],
        role: discord.Role | None = None,
        lead: discord.User | None = None,
        creator: str | None = None,
    ) -> None:
        """Have somebody told when a fan waits too long"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.ALERTS)
        if role is not None:
            await require_mentionable(interaction, _channel(interaction), role.id)
        person = DiscordUserId(lead.id) if lead is not None else None
        await self._waiting.watch(grant, minutes, role.id if role else None, person)
        handle = text.name(grant.handle)
        off = done("Watching no longer", f"Nobody is told when fans of @{handle} wait.")
        names = ", then ".join(one.mention for one in (role, lead) if one is not None)
        line = f"After {minutes} minutes without an answer to a fan of @{handle}: {names}, once each."
        await interaction.edit_original_response(embed=done("Watching ✓", line) if minutes else off)

    @places.autocomplete("creator")
    async def _owned(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.REPLY, is_owner=True)

    @watch.autocomplete("creator")
    async def _watched(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.ALERTS)

    @unread.autocomplete("creator")
    @look.autocomplete("creator")
    @reply.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.REPLY)

    @look.autocomplete("fan")
    @reply.autocomplete("fan")
    async def _fans(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        named = getattr(interaction.namespace, "creator", None)
        try:
            grant = await self._access.choose(actor_of(interaction), named, Capability.REPLY)
            found = await self._conversations.suggested(grant, current)
        except DomainError:
            return []
        return [app_commands.Choice(name=text.plain_name(one.name, 90), value=one.id) for one in found]

    @reply.autocomplete("template")
    async def _templates(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        named = getattr(interaction.namespace, "creator", None)
        try:
            grant = await self._access.choose(actor_of(interaction), named, Capability.REPLY)
            found = await self._conversations.templates(grant)
        except DomainError:
            return []
        wanted = current.lower()
        fitting = [one for one in found if wanted in one.title.lower()]
        return [app_commands.Choice(name=text.plain_name(one.title, 90), value=one.id) for one in fitting][:25]

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Send a person's true reply to a card; anything else is none of our business."""
        await self._native.handle(message, is_live=True)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Say that an edit of a reply changes nothing for the fan."""
        await self._native.edited(payload.message)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """What was not sent yet never is; what was sent stays with the fan, and that is said."""
        await self._native.deleted(payload)

    async def catch_up(self, client: discord.Client) -> None:
        """What was written to cards while nobody listened, and what nobody heard of."""
        await self._replies.take_up()
        await self._native.catch_up(client)


def _channel(interaction: discord.Interaction) -> Channel:
    """Where a role can be mentioned. BadInputError outside servers."""
    here = interaction.channel
    channel = here.parent if isinstance(here, discord.Thread) else here
    if not isinstance(channel, Channel):
        raise BadInputError("Use this in the channel that the cards come to, so that the role can be mentioned.")
    return channel


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Inbox(services, kit)
