"""/media: the library at Fanvue, by blurred pictures."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.attachments import Progress, incoming
from bot.discordkit.controls.options import creator_choices
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.discordkit.posts import vault_cards as cards
from bot.discordkit.posts.draft_cards import with_thumbnails
from bot.discordkit.responses.failures import failure_for
from bot.discordkit.responses.outcomes import say
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.services import Services
from bot.services.posts.published import page_of

PICTURES = 4


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class MediaLibrary(commands.GroupCog, name="media", description="Files at Fanvue"):
    """Answers are for the asking person alone, and every picture is blurred."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._media = services.media
        kit.actions.on_pick(cards.FOLDER_VERB, self._other_folder)

    @app_commands.command(name="vault")
    @app_commands.describe(find="A part of a name", folder="One of the vault's folders", creator="Whose media")
    async def vault(
        self,
        interaction: discord.Interaction,
        find: str | None = None,
        folder: str | None = None,
        creator: str | None = None,
    ) -> None:
        """See what is in the vault, by folder or by name, with blurred pictures"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        await self._show(interaction, grant, folder, find)

    @app_commands.command(name="upload")
    @app_commands.describe(file="A picture, video or sound", folder="Put it into this folder", creator="Whose vault")
    async def upload(
        self,
        interaction: discord.Interaction,
        file: discord.Attachment,
        folder: str | None = None,
        creator: str | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
    ) -> None:
        """Bring files from Discord into the vault"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        given = [incoming(one) for one in (file, file2, file3, file4, file5) if one is not None]
        progress = Progress(interaction, given)
        ready, problems = await self._media.upload_all(grant, given, progress, folder)
        await progress.end()
        told = [(name, failure_for(error).text) for name, error in problems]
        await say(interaction, cards.uploaded_embed(ready, told, grant.handle))

    @vault.autocomplete("creator")
    @upload.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.POST)

    async def _other_folder(self, interaction: discord.Interaction, creator: str, values: Sequence[str]) -> None:
        await interaction.response.defer()
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST)
        await self._show(interaction, grant, None if values[0] == cards.ALL else values[0], None)

    async def _show(self, interaction: discord.Interaction, grant: Grant, folder: str | None, find: str | None) -> None:
        rows = await self._media.newest(grant, folder, find)
        folders = await self._media.folders(grant)
        pictures = await self._media.thumbnails(grant, [one.uuid for one in rows[:PICTURES]])
        embed = cards.vault_embed(rows, grant.handle, folder, find)
        embeds, files = with_thumbnails(embed, pictures, page_of(grant.handle))
        view = cards.vault_view(folders, grant.creator, folder)
        await interaction.edit_original_response(embeds=embeds, attachments=files, view=view)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return MediaLibrary(services, kit)
