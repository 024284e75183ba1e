"""/post: write and schedule posts."""

from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.components import form, link_button, view_of
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.options import creator_choices
from bot.discordkit.people import actor_of
from bot.domain import schedule, text
from bot.domain.access import Capability
from bot.domain.accounts import CreatorId
from bot.services import Services
from bot.services.posts import Audience, PostResult

POST_VERB = "post"
TEXT_ID = "text"
MODAL_LIMIT = 4000
AUDIENCES = [app_commands.Choice(name=audience.label, value=audience.value) for audience in Audience]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Posts(commands.GroupCog, name="post", description="Post on Fanvue"):
    """Posting as a creator."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._posts = services.posts
        self._preferences = services.preferences
        kit.actions.on_form(POST_VERB, self._submit)

    @app_commands.command(name="create")
    @app_commands.describe(
        words="What to post; leave it out to write in a larger box",
        audience="Who sees it",
        when="When to publish, such as: tomorrow 18:00, in 2 hours, 2026-12-24 18:00",
        creator="Who posts",
    )
    @app_commands.choices(audience=AUDIENCES)
    @app_commands.rename(words="text")
    async def create(
        self,
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, 5000] | None = None,
        audience: app_commands.Choice[str] | None = None,
        when: str | None = None,
        creator: str | None = None,
    ) -> None:
        """Write a post, now or for later"""
        chosen = Audience(audience.value) if audience else Audience.SUBSCRIBERS
        if words is None:
            await self._open_box(interaction, chosen, when, creator)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        publish_at = await self._instant(interaction, when)
        await self._show(interaction, await self._posts.create(grant, words, chosen, publish_at))

    @create.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.POST)

    async def _open_box(
        self, interaction: discord.Interaction, audience: Audience, when: str | None, creator: str | None
    ) -> None:
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        publish_at = await self._instant(interaction, when)
        self._posts.check(grant, "…", publish_at)
        stamp = int(publish_at.timestamp()) if publish_at else 0
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=TEXT_ID, style=discord.TextStyle.paragraph, max_length=MODAL_LIMIT
        )
        label = f"Posted as @{text.plain_name(grant.handle, 30)}"
        argument = f"{grant.creator},{audience.value},{stamp}"
        await interaction.response.send_modal(form("New post", POST_VERB, argument, {label: field}))

    async def _submit(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, audience, stamp = argument.split(",")
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST)
        publish_at = schedule.from_stamp(int(stamp))
        words = values.get(TEXT_ID, "")
        try:
            result = await self._posts.create(grant, words, Audience(audience), publish_at)
        except Exception:
            await interaction.followup.send(embed=_kept(words), ephemeral=True)
            raise
        await self._show(interaction, result)

    async def _show(self, interaction: discord.Interaction, result: PostResult) -> None:
        await interaction.edit_original_response(
            embed=_done(result), view=view_of([link_button("Open on Fanvue", result.url)])
        )

    async def _instant(self, interaction: discord.Interaction, when: str | None) -> datetime | None:
        return self._posts.instant(when, await self._preferences.zone(actor_of(interaction).user))


def _done(result: PostResult) -> discord.Embed:
    if result.publish_at is None:
        title, line = "Posted ✓", f"For {result.audience.label.lower()}, as @{text.name(result.handle)}."
    else:
        title = "Scheduled ✓"
        moment = discord.utils.format_dt(result.publish_at, "F")
        line = f"Fanvue publishes it {moment} for {result.audience.label.lower()}, as @{text.name(result.handle)}."
    return discord.Embed(title=title, description=line, colour=Colour.BRAND)


def _kept(words: str) -> discord.Embed:
    return discord.Embed(
        title="Your text, so that nothing is lost:",
        description=text.escape(words)[:4096],
        colour=Colour.QUIET,
    )


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Posts(services, kit)
