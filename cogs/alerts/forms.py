"""What is typed rather than picked."""

import discord

from bot.discordkit.controls.components import Field, form
from bot.discordkit.controls.forms import open_form
from bot.domain.rules import QuietHours
from cogs.alerts import words


async def ask_amount(interaction: discord.Interaction, argument: str) -> None:
    """Asks for a smallest amount that the menu does not offer."""
    await open_form(interaction, _amount("al_min", argument, "Smallest amount, in dollars"))


async def ask_spent(interaction: discord.Interaction, argument: str) -> None:
    """Asks for what a fan must have spent where the menu does not offer it."""
    await open_form(interaction, _amount("al_spent", argument, "Spent at least, in dollars"))


def quiet_hours(argument: str, standing: QuietHours | None, zone: str) -> discord.ui.Modal:
    """Asks when to be quiet, filled with what stands."""
    start, end = words.clock_of(standing)
    lets_urgent = standing is None or standing.lets_urgent
    urgent: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
        custom_id="urgent",
        options=[
            discord.SelectOption(label="At once", value="yes", default=lets_urgent),
            discord.SelectOption(label="With the rest, when they end", value="no", default=not lets_urgent),
        ],
    )
    fields: dict[str, Field] = {
        "From": _field("start", start),
        "Until": _field("end", end),
        "Time zone": _field("zone", zone, 60),
        "Refunds and disputes": urgent,
    }
    return form("Quiet hours", "al_quiet", argument, fields)


def _amount(verb: str, argument: str, label: str) -> discord.ui.Modal:
    return form("Another amount", verb, argument, {label: _field("amount", "", 12)})


def _field(identity: str, value: str, limit: int = 10) -> discord.ui.TextInput[discord.ui.Modal]:
    return discord.ui.TextInput(custom_id=identity, default=value or None, max_length=limit)
