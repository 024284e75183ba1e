"""/team scoreboard: who answers fans, how soon, and what came in after."""

import discord

from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.earnings import Shown, shown
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.responses.under_way import patiently
from bot.discordkit.team.panel import names_of
from bot.discordkit.team.scoreboard import SCORE_VERB, scoreboard_embed, scoreboard_view
from bot.domain.access import Grant
from bot.domain.periods import asked
from bot.domain.scoreboard import Scoreboard
from bot.services import Services


class Scores:
    """A private answer; every pick of a period asks for the right again."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._service = services.scoreboard
        kit.actions.on_pick(SCORE_VERB, self._pick)

    async def show(self, interaction: discord.Interaction, state: Shown) -> None:
        """Answer with the scoreboard of a period."""
        await self._fill(interaction, *await deferred(interaction, self._board(interaction, state), _what(state)))

    async def _pick(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        state = Shown(shown(key).creator, asked(values[0]))
        await self._fill(interaction, *await patiently(interaction, self._board(interaction, state), _what(state)))

    async def _board(self, interaction: discord.Interaction, state: Shown) -> tuple[Grant, Scoreboard]:
        locale = locale_of(interaction)
        return await self._service.board(actor_of(interaction), state.creator or None, state.asked, locale)

    async def _fill(self, interaction: discord.Interaction, grant: Grant, board: Scoreboard) -> None:
        names = await names_of(interaction, board.silent) if board.silent else {}
        embed, view = scoreboard_embed(board, names), scoreboard_view(board, grant.creator)
        await interaction.edit_original_response(embed=embed, view=view)


def _what(state: Shown) -> str:
    return f"What came in, {state.asked.label.lower()},"
