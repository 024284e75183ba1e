"""/mass: one message to many, which a second person always approves."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.attachments import incoming
from bot.discordkit.controls.options import creator_choices
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.posts import mass_cards as cards
from bot.discordkit.posts.draft_desk import DraftDesk, Written
from bot.discordkit.posts.post_lists import ids_of, key_of
from bot.discordkit.responses.long_texts import keeping
from bot.discordkit.responses.outcomes import say
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.errors import GoneError
from bot.domain.posting import Audience, DraftKind
from bot.services import Services
from bot.services.posts.mass import MassResult


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Mass(commands.GroupCog, name="mass", description="Write to many fans at once"):
    """Drafts are shown and confirmed as posts are; what was sent is looked at here."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._drafts = services.drafts
        self._mass = services.mass
        self._desk = DraftDesk(services)
        kit.actions.on_pick(cards.TO_VERB, self._to)
        kit.actions.on_pick(cards.NOT_VERB, self._but_not)
        kit.actions.on_pick(cards.ONE_VERB, self._one)
        kit.actions.on_press(cards.RECALL_VERB, self._ask_recall)
        kit.actions.on_press(cards.RECALLED_VERB, self._recall)

    @app_commands.command(name="create")
    @app_commands.describe(
        words="What to write; files and vault media are added on the draft",
        file="A picture, video or sound; more of them on the draft",
        price="To unlock the files, in dollars from 3.00",
        when="When to send it, such as: tomorrow 18:00",
        creator="Who writes",
    )
    @app_commands.rename(words="text")
    async def create(
        self,
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, 5000],
        file: discord.Attachment | None = None,
        price: str | None = None,
        when: str | None = None,
        creator: str | None = None,
    ) -> None:
        """Write to lists of fans; nothing goes out before somebody else approves it"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        written = Written(words, Audience.SUBSCRIBERS, price or "", when or "", "")
        files = [incoming(file)] if file is not None else []
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        async with keeping(interaction, words):
            content = await self._desk.content(interaction, grant, written)
            await self._desk.begin(interaction, grant, content, DraftKind.MASS, files)

    @app_commands.command(name="list")
    @app_commands.describe(creator="Whose messages")
    async def listed(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See what mass messages brought, and take one back"""
        grant, rows = await deferred(interaction, self._sent(interaction, creator))
        embed = cards.results_embed(rows, grant.handle)
        await interaction.edit_original_response(embed=embed, view=cards.results_view(rows, grant.creator))

    @create.autocomplete("creator")
    @listed.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.POST)

    async def _to(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        content = replace(opened.draft.content, to=tuple(values))
        await self._desk.show(interaction, await self._drafts.change(opened, content))

    async def _but_not(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        content = replace(opened.draft.content, but_not=tuple(values))
        await self._desk.show(interaction, await self._drafts.change(opened, content))

    async def _one(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST)
        row = next((one for one in await self._mass.sent(grant) if one.uuid == values[0]), None)
        if row is None:
            raise GoneError
        view = cards.result_view(row, key_of(grant.creator, row.uuid))
        await interaction.edit_original_response(embed=cards.result_embed(row, grant.handle), view=view)

    async def _ask_recall(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        await self._access.require(actor_of(interaction), CreatorId(ids_of(key)[0]), Capability.POST)
        await interaction.edit_original_response(view=cards.recall_view(key))

    async def _recall(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        creator, uuid = ids_of(key)
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST)
        await self._mass.recall(grant, uuid)
        embed = discord.Embed(title="Taken back", description="It is gone from every chat.", colour=Colour.QUIET)
        await say(interaction, embed)

    async def _sent(self, interaction: discord.Interaction, creator: str | None) -> tuple[Grant, list[MassResult]]:
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        return grant, await self._mass.sent(grant)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Mass(services, kit)
