"""A small real discord.py bot, run in the test's own loop against the stand-in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from sandbox.discord import Channel, Guild, StandInDiscord, User
from sandbox.discord.launch import pointed_at

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
PERIODS = ["last month", "last week", "today"]


class Note(discord.ui.Modal, title="A note"):
    words = discord.ui.TextInput(label="Words", custom_id="words", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"noted: {self.words.value}", ephemeral=True)


class Form(discord.ui.Modal, title="A form"):
    text = discord.ui.Label(text="Text", component=discord.ui.TextInput(custom_id="text", required=False))
    kind = discord.ui.Label(
        text="Kind",
        component=discord.ui.Select(
            custom_id="kind", options=[discord.SelectOption(label=x) for x in ("open", "paid")]
        ),
    )
    media = discord.ui.Label(text="Media", component=discord.ui.FileUpload(custom_id="media", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text, kind, media = (label.component for label in (self.text, self.kind, self.media))
        files = [await file.read() for file in media.values]
        await interaction.response.send_message(f"{text.value} {kind.values} {files}", ephemeral=True)


class Layout(discord.ui.LayoutView):
    def __init__(self, words: str) -> None:
        super().__init__()
        section = discord.ui.Section(
            discord.ui.TextDisplay(words), accessory=discord.ui.Thumbnail("attachment://a.png")
        )
        gallery = discord.ui.MediaGallery(discord.MediaGalleryItem("https://example.com/b.png"))
        self.add_item(
            discord.ui.Container(section, discord.ui.Separator(), gallery, discord.ui.File("attachment://b.txt"))
        )
        self.add_item(discord.ui.ActionRow(discord.ui.Button(label="Open", url="https://example.com/x")))


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Update", custom_id="update", emoji="✏️")
    async def update(self, interaction: discord.Interaction, _: discord.ui.Button[Self]) -> None:
        await interaction.response.edit_message(content="updated")

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Self]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="updated later")
        await interaction.followup.send("only you", ephemeral=True)

    @discord.ui.button(label="Write", custom_id="write")
    async def write(self, interaction: discord.Interaction, _: discord.ui.Button[Self]) -> None:
        await interaction.response.send_modal(Note(custom_id="note"))

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: discord.Interaction, _: discord.ui.Button[Self]) -> None:
        """Never runs."""

    @discord.ui.select(
        custom_id="colour", options=[discord.SelectOption(label="Red", value="r"), discord.SelectOption(label="Blue")]
    )
    async def colour(self, interaction: discord.Interaction, select: discord.ui.Select[Self]) -> None:
        await interaction.response.send_message(f"picked {select.values}", ephemeral=True)


insights = app_commands.Group(name="insights", description="Numbers")


@insights.command(description="Money")
async def earnings(interaction: discord.Interaction, period: str, days: app_commands.Range[int, 1, 90] = 7) -> None:
    await interaction.response.defer(ephemeral=True)
    picture = discord.File(BytesIO(b"PNG"), "chart.png", description="a chart")
    embed = discord.Embed(title=f"{period} {days}").set_image(url="attachment://chart.png")
    await interaction.edit_original_response(embed=embed, attachments=[picture])


@earnings.autocomplete("period")
async def periods(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=period, value=period) for period in PERIODS if period.startswith(current)]


@app_commands.command(description="Says hello")
async def hello(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(f"hello {interaction.user.display_name}", ephemeral=True)


@app_commands.command(description="Puts up a panel")
async def panel(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("a panel", view=Panel())


@app_commands.command(description="Shows who")
async def who(interaction: discord.Interaction, person: discord.User, place: discord.TextChannel | None = None) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    await interaction.followup.send(f"{person.name} in {place}")


@app_commands.command(description="Reads a file")
async def read(interaction: discord.Interaction, file: discord.Attachment) -> None:
    await interaction.response.send_message((await file.read()).decode())


@app_commands.command(description="Never answers")
async def mute(_: discord.Interaction) -> None:
    """Leaves the person waiting."""


@app_commands.command(description="Opens a form")
async def form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="For managers")
@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
async def manage(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("managed")


class TinyBot(commands.Bot):
    """Keeps the messages it heard and the gateway events it saw."""

    def __init__(self) -> None:
        super().__init__("!", intents=INTENTS, guild_ready_timeout=0, max_messages=None, help_command=None)
        self.heard: list[discord.Message] = []
        self.errors: list[BaseException] = []
        self.resumes = 0
        for command in (insights, hello, panel, who, read, mute, form, manage):
            self.tree.add_command(command)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Waits for nobody: there is one shard."""

    async def setup_hook(self) -> None:
        self.add_view(Panel())
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.append(message)

    async def on_resumed(self) -> None:
        self.resumes += 1


@dataclass
class Rig:
    """The stand-in, a server with people in it, and a connected bot."""

    discord: StandInDiscord
    bot: TinyBot
    guild: Guild
    lead: User
    chatter: User
    team: Channel

    async def heard(self, message_id: int) -> discord.Message:
        """The bot's view of a message, once it came."""
        return await self.discord.wait_for(lambda: next((m for m in self.bot.heard if m.id == message_id), None))

    def partial(self, channel: Channel) -> discord.PartialMessageable:
        return self.bot.get_partial_messageable(channel.id)

    def text(self, channel: Channel) -> discord.TextChannel:
        """The bot's own view of a text channel."""
        known = self.bot.get_channel(channel.id)
        assert isinstance(known, discord.TextChannel)
        return known


@asynccontextmanager
async def running(bot: discord.Client) -> AsyncIterator[None]:
    """The bot connected in a task, closed afterwards."""
    task = asyncio.create_task(bot.start("a-token"))
    try:
        yield
    finally:
        await bot.close()
        with suppress(discord.ConnectionClosed, discord.HTTPException):
            await asyncio.wait_for(task, 5)


@asynccontextmanager
async def open_rig(**options: Any) -> AsyncIterator[Rig]:
    async with StandInDiscord(**options) as standin:
        with pointed_at(standin):
            lead, chatter = standin.add_user("lead"), standin.add_user("chatter")
            guild = standin.add_guild("Team", lead)
            standin.add_member(guild, chatter)
            team = standin.add_channel(guild, "team")
            bot = TinyBot()
            async with running(bot):
                await standin.wait_ready()
                await bot.wait_until_ready()
                yield Rig(standin, bot, guild, lead, chatter, team)
            assert standin.unknown_routes == []
