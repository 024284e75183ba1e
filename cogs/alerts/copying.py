"""One place's rules for every creator somebody sets alerts up for: an agency's set-up in two presses."""

from collections.abc import Sequence

import discord

from bot.discordkit.alerts import places
from bot.discordkit.controls.components import button, view_of
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import Creator
from bot.domain.errors import RIGHT_ENDED, BadInputError
from bot.services import Services
from bot.services.alerts.routes import PlaceRules
from cogs.alerts import words
from cogs.alerts.panel import Panel
from cogs.alerts.screens import Screen
from cogs.alerts.spots import Spot

NOTHING = "Nothing comes to this place yet: first pick what should, then copy it to the others."
NOBODY_ELSE = "There is no other creator whose alerts you set up any more: nothing was changed."


NAMED = 8
"""Handles written out; of more the number is told."""


class Copying:
    """Asks first; each creator is authorised by itself at the press."""

    def __init__(self, services: Services, kit: Kit, panel: Panel) -> None:
        self._access = services.access
        self._alerts = services.alerts
        self._panel = panel
        kit.actions.on_press("al_all", self._ask)
        kit.actions.on_press("al_copy", self._copy)

    async def _ask(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, rules, others = await self._meant(interaction, argument)
        handles = [one.account.handle for one in others]
        embed, view = _question(grant, rules, handles, interaction.client)
        await interaction.edit_original_response(embed=embed, view=view)

    async def _copy(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, rules, others = await self._meant(interaction, argument)
        partly, refused = [], []
        for other in others:
            try:
                own = await self._access.require(grant.actor, other.id, Capability.ALERTS)
                if not await self._alerts.copy(own, rules.place, rules.routes):
                    partly.append(other.account.handle)
            except RIGHT_ENDED:
                refused.append(other.account.handle)
        note = _outcome(len(others) - len(refused), partly, refused)
        await self._panel.show_place(interaction, grant, rules.place, note)

    async def _meant(self, interaction: discord.Interaction, argument: str) -> tuple[Grant, PlaceRules, list[Creator]]:
        """Whose rules, which, and for whom else."""
        grant, spot = await self._panel.opened(interaction, argument)
        await self._panel.require_usable(interaction, grant, spot.place)
        rules = await self._alerts.at(grant, spot.place)
        if not rules.routes:
            raise BadInputError(NOTHING)
        found = await self._access.creators_for(grant.actor, Capability.ALERTS)
        others = [one for one in found if one.id != grant.creator]
        if not others:
            raise BadInputError(NOBODY_ELSE)
        return grant, rules, others


def _question(grant: Grant, rules: PlaceRules, others: Sequence[str], client: discord.Client) -> Screen:
    spot = Spot(grant.creator, rules.place)
    lines = [f"**What comes:** {words.kinds_in_words(rules.kinds)}"]
    lines += [f"↳ {line}" for line in words.fine_print(rules.routes, client)]
    lines += ["", f"**For:** {_handles(others)}", "What they send to this place now is replaced. Other places stay."]
    embed = discord.Embed(
        title="The same for all creators?",
        description=f"### {places.name_of(client, rules.place, grant.actor.user)}\n" + "\n".join(lines),
        colour=Colour.BRAND,
    )
    yes = button(f"Yes, for {_creators(len(others))}", "al_copy", spot.argument, style=discord.ButtonStyle.primary)
    return embed, view_of([yes, button("Back", "al_place", spot.argument, emoji="↩️")])


def _outcome(done: int, partly: Sequence[str], refused: Sequence[str]) -> str:
    lines = [f"The same now holds for {_creators(done)} ✓"]
    if partly:
        lines.append(f"⚠️ Fanvue does not allow all kinds for {_handles(partly)}: the others come.")
    if refused:
        lines.append(f"⚠️ Not changed: {_handles(refused)}. Your right on them has ended.")
    return "\n".join(lines)


def _creators(count: int) -> str:
    return "one other creator" if count == 1 else f"{count} other creators"


def _handles(handles: Sequence[str]) -> str:
    shown = ", ".join(f"@{text.name(handle)}" for handle in handles[:NAMED])
    return f"{shown} and {len(handles) - NAMED} more" if len(handles) > NAMED else shown
