"""The baseline of the inbox: discord.py and httpx, which post each reply to a message and ask nothing first.

``python -m benchmarks.bare_replies ADDRESS``, run through sandbox.discord.launch.
"""

import sys

import discord
import httpx

TOKEN = "ory_at_" + "x" * 1400


class BareReplies(discord.Client):
    """Posts what was replied."""

    def __init__(self, address: str) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True))
        self._address = address
        self._fanvue = httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"})

    async def on_ready(self) -> None:
        """Something to reply to: the text of a reply to its own message alone reaches a bot."""
        await self.guilds[0].text_channels[0].send("Are you there?")

    async def on_message(self, message: discord.Message) -> None:
        """One POST, one reaction."""
        if message.reference is None or message.author.bot:
            return
        await self._fanvue.post(self._address, json={"text": message.content})
        await message.add_reaction("✅")


if __name__ == "__main__":
    BareReplies(sys.argv[1]).run("bare", log_handler=None)
