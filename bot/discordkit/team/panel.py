"""Drawing a creator's team: who may do what, until when, in which shifts, and who gave it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import discord

from bot.discordkit.controls.components import action_id, button, view_of
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.access import GIVEABLE, Capability, Grant, Right
from bot.domain.accounts import DiscordUserId
from bot.services.team import Member

WHO_VERB = "team_who"
TEAM_VERB = "team"
TAKE_VERB = "team_take"
ALL_VERB = "team_all"
LIFT_VERB = "team_lift"
HAND_VERB = "team_hand"
MEMBERS_SHOWN = 15
FIELD_LIMIT = 1024
EMBED_LIMIT = 5700
"""Discord takes 6,000 characters in all; the footer needs some."""
NAMES_SECONDS = 2

ICONS = {
    Capability.INSIGHTS: "📈",
    Capability.ALERTS: "🔔",
    Capability.REPLY: "💬",
    Capability.POST: "📝",
    Capability.APPROVE: "✅",
    Capability.MANAGE: "👑",
}

EVERYTHING = "everything but managing the team"

Names = Mapping[DiscordUserId, str]


async def names_of(interaction: discord.Interaction, people: Sequence[DiscordUserId]) -> Names:
    """What the server calls them, as far as Discord says so soon; a mention alone stays a number on some screens."""
    guild = interaction.guild
    found: dict[DiscordUserId, str] = {}

    async def look(person: DiscordUserId) -> None:
        if guild is not None:
            with suppress(discord.HTTPException):
                found[person] = (await guild.fetch_member(person)).display_name

    with suppress(TimeoutError):
        async with asyncio.timeout(NAMES_SECONDS):
            await asyncio.gather(*map(look, people[:MEMBERS_SHOWN]))
    return found


def team_embed(grant: Grant, members: Sequence[Member], names: Names, note: str = "") -> discord.Embed:
    """Everybody who may act for the creator."""
    embed = discord.Embed(title=f"Team of @{text.name(grant.handle)}", colour=Colour.BRAND)
    if not members:
        embed.description = "Nobody else may act for this creator. `/team grant` changes that."
    else:
        people = "1 person" if len(members) == 1 else f"{len(members)} people"
        embed.description = f"{people} may act for this creator."
    if note:
        embed.description = f"{note}\n{embed.description}"
    for member in members[:MEMBERS_SHOWN]:
        name, value = _name(member, names), _short(member, names)
        if len(embed) + len(name) + len(value) > EMBED_LIMIT:
            break
        embed.add_field(name=name, value=value, inline=False)
    hidden = len(members) - len(embed.fields)
    more = f"{hidden} more are not shown · " if hidden > 0 else ""
    embed.set_footer(text=f"{more}Only the creator gives rights; administrators of a server cannot")
    return embed


def team_view(grant: Grant, members: Sequence[Member]) -> discord.ui.View | None:
    """A picker of people, who Discord names."""
    if not members:
        return None
    picker: discord.ui.UserSelect[discord.ui.View] = discord.ui.UserSelect(
        custom_id=action_id(WHO_VERB, grant.creator), placeholder="Pick somebody to change what they may do …"
    )
    return view_of([picker])


def member_embed(grant: Grant, member: Member, names: Names) -> discord.Embed:
    """One person in full."""
    title = f"{_name(member, names)} for @{text.name(grant.handle)}"
    embed = discord.Embed(title=title, description=f"<@{member.person}>", colour=Colour.BRAND)
    for right in member.rights:
        name = f"{ICONS[right.capability]} {right.capability.phrase.capitalize()}"
        embed.add_field(name=name, value=_terms(right), inline=False)
    embed.add_field(name="🕒 Shifts", value=_week(member), inline=False)
    return embed


def member_view(grant: Grant, member: Member) -> discord.ui.View:
    """Take rights back, one by one or all; lift the shifts; back to the team."""
    whom = f"{grant.creator},{member.person}"
    options = [
        discord.SelectOption(
            label=right.capability.phrase.capitalize(), value=right.capability.value, emoji=ICONS[right.capability]
        )
        for right in member.rights
    ]
    picker: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=action_id(TAKE_VERB, whom),
        placeholder="Take rights back …",
        options=options,
        max_values=len(options),
    )
    buttons = [button("Take everything back", ALL_VERB, whom, style=discord.ButtonStyle.danger)]
    if member.week:
        buttons.append(button("Lift the shifts", LIFT_VERB, whom))
    buttons.append(button("Back to the team", TEAM_VERB, grant.creator))
    return view_of([picker, *buttons])


def hand_over_embed(grant: Grant, giver: int, taker: int, rights: Sequence[Right]) -> discord.Embed:
    """What would change hands."""
    lines = "\n".join(f"{ICONS[right.capability]} {right.capability.phrase}{_until(right)}" for right in rights)
    return discord.Embed(
        title=f"Hand over everything for @{text.name(grant.handle)}?",
        description=f"From <@{giver}> to <@{taker}>:\n{lines}\n\nWhat <@{giver}> had passed on to others stays, and is "
        f"<@{taker}>'s to change. Somebody new takes over the shifts as well. <@{giver}> may do nothing any more.",
        colour=Colour.TROUBLE,
    )


def hand_over_view(grant: Grant, giver: int, taker: int) -> discord.ui.View:
    """The confirmation."""
    argument = f"{grant.creator},{giver},{taker}"
    return view_of(
        [
            button("Hand over", HAND_VERB, argument, style=discord.ButtonStyle.danger),
            button("Keep it as it is", TEAM_VERB, grant.creator),
        ]
    )


def default_embed(grant: Grant, said: str, place: str) -> discord.Embed:
    """Who is meant in a place when nobody is named."""
    return discord.Embed(
        title=f"@{text.name(grant.handle)} is {said} in {place}",
        description="A default saves typing the `creator` option. It gives nobody a right.",
        colour=Colour.BRAND,
    )


def _name(member: Member, names: Names) -> str:
    return text.name(names[member.person]) if member.person in names else "Team member"


def _short(member: Member, names: Names) -> str:
    lines = [] if member.person in names else [f"<@{member.person}>"]
    by_terms: dict[str, list[Capability]] = {}
    for right in member.rights:
        by_terms.setdefault(_until(right), []).append(right.capability)
    for terms, held in by_terms.items():
        lines += [f"{words}{terms}" for words in _together(held)]
    if member.week:
        lines.append("🕒 " + " · ".join(shift.words for shift in member.week))
    return text.shorten("\n".join(lines), FIELD_LIMIT)


def _together(held: Sequence[Capability]) -> list[str]:
    """A line a right; one for what `/team grant` calls everything."""
    if set(held) >= set(GIVEABLE) - {Capability.MANAGE}:
        left = [one for one in held if one is Capability.MANAGE]
        return [f"🗝️ {EVERYTHING}", *_together(left)]
    return [f"{ICONS[one]} {one.phrase}" for one in held]


def _terms(right: Right) -> str:
    until = discord.utils.format_dt(right.until, "f") if right.until else "taken back"
    passing = " · may pass it on" if right.may_pass_on else ""
    given = discord.utils.format_dt(right.granted_at, "D")
    return f"until {until}{passing}\n-# given by <@{right.granted_by}>, {given}"


def _week(member: Member) -> str:
    lines = "\n".join(shift.words for shift in member.week)
    return text.shorten(lines, FIELD_LIMIT) or "At any time. `/team shift` sets some."


def _until(right: Right) -> str:
    until = f" · until {discord.utils.format_dt(right.until, 'f')}" if right.until else ""
    return until + (" · may pass it on" if right.may_pass_on else "")
