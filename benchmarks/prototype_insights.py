"""The least an answer about income takes with these libraries: a row, a seal, a call, a model, an embed, its menus.

No rights, no limits, no retries, no words. ``python -m benchmarks.prototype_insights ADDRESS``, run through
sandbox.discord.launch.
"""

import sqlite3
import sys

import discord
import httpx
import msgspec
from cryptography.fernet import Fernet
from discord import app_commands
from httpx_aiohttp import AiohttpTransport

from benchmarks.bare_bot import BareBot

TOKEN = "ory_at_" + "x" * 1400


class Part(msgspec.Struct):
    """Money of a source."""

    gross: float
    net: float


class Day(msgspec.Struct, rename="camel"):
    """Money of a day."""

    period_start: str
    net: float


class Summary(msgspec.Struct, rename="camel"):
    """What is read of Fanvue's answer."""

    breakdown_by_source: dict[str, Part]
    over_time: list[Day]


class PrototypeBot(BareBot):
    """Answers the command of the bare bot with numbers, in the first reply."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self._seal = Fernet(Fernet.generate_key())
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE TABLE tokens (person INTEGER PRIMARY KEY, sealed TEXT)")
        self._database.execute("INSERT INTO tokens VALUES (1, ?)", (self._seal.encrypt(TOKEN.encode()).decode(),))
        self._fanvue = httpx.AsyncClient(transport=AiohttpTransport())
        self._decoder = msgspec.json.Decoder(Summary)

    async def setup_hook(self) -> None:
        """The command of the bare bot's name."""
        self.tree.add_command(app_commands.Command(name="later", description="Numbers", callback=self.later))
        await self.tree.sync()

    async def later(self, interaction: discord.Interaction) -> None:
        """One round trip to Fanvue, one to Discord."""
        (sealed,) = self._database.execute("SELECT sealed FROM tokens WHERE person = 1").fetchone()
        token = self._seal.decrypt(sealed.encode()).decode()
        answer = await self._fanvue.get(self._address, headers={"Authorization": f"Bearer {token}"})
        summary = self._decoder.decode(answer.content)
        await interaction.response.send_message(embed=_embed(summary), view=_menus(), ephemeral=True)


def _embed(summary: Summary) -> discord.Embed:
    net = sum(part.net for part in summary.breakdown_by_source.values())
    embed = discord.Embed(title="Today", description=f"## ${net / 100:,.2f}\nnet")
    for name, part in summary.breakdown_by_source.items():
        embed.add_field(name=name, value=f"${part.net / 100:,.2f}")
    return embed


def _menus() -> discord.ui.View:
    view = discord.ui.View()
    for row in range(3):
        select: discord.ui.Select[discord.ui.View] = discord.ui.Select(custom_id=f"menu{row}", row=row)
        for number in range(7):
            select.add_option(label=f"Choice {number}", value=str(number))
        view.add_item(select)
    for number in range(3):
        view.add_item(discord.ui.Button(label=f"Button {number}", custom_id=f"button{number}", row=3))
    return view


if __name__ == "__main__":
    PrototypeBot(sys.argv[1]).run("bare", log_handler=None)
