"""The baseline of start, memory and commands: discord.py and nothing else. Run it through sandbox.discord.launch."""

import discord
from discord import app_commands
from discord.ext import commands


class BareBot(commands.Bot):
    """Two commands, few intents."""

    def __init__(self) -> None:
        super().__init__(command_prefix=commands.when_mentioned, intents=discord.Intents.none(), help_command=None)

    async def setup_hook(self) -> None:
        """The commands, told to Discord."""
        self.tree.add_command(later)
        await self.tree.sync()


@app_commands.command()
async def later(interaction: discord.Interaction) -> None:
    """Defer, then edit."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    embed = discord.Embed(title="Last 7 days", description="## $1,234.56\nnet, 12 % more than the days before")
    for name in ("Gross", "Net before", "Messages", "Tips"):
        embed.add_field(name=name, value="$1,234.56")
    await interaction.edit_original_response(embed=embed)


if __name__ == "__main__":
    BareBot().run("bare", log_handler=None)
