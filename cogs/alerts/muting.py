"""A card's own menu: why it came, and not hearing of such things for a while."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.discordkit.alerts import places
from bot.discordkit.alerts.cards import MORE_VERB
from bot.discordkit.controls.components import button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.kit import Kit
from bot.discordkit.look import KIND_NAMES, Colour
from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Grant
from bot.domain.alerts import PlaceKind
from bot.domain.errors import BadInputError
from bot.domain.rules import MuteScope, MuteSubject
from bot.services import Services
from bot.services.alerts.muting import NamedMute, Origin
from cogs.alerts import mutes, words
from cogs.alerts.spots import Spot

EVERYTHING = {
    PlaceKind.DM: "Everything in these direct messages",
    PlaceKind.CHANNEL: "Everything in this channel",
    PlaceKind.FORUM: "Everything on this desk",
}
QUIET_HERE = {
    PlaceKind.CHANNEL: "**Only for you, in this channel:** mute it in Discord (hold its name, *Mute Channel*)",
    PlaceKind.FORUM: "**Only for you, on this desk:** mute this fan's post in Discord (hold its name, *Mute Post*)",
}
"""What only Discord can do for one reader."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the menu stands at: a card and a subject, and for how long."""

    delivery: int
    subject: MuteSubject
    duration: str = mutes.EIGHT_HOURS

    @property
    def argument(self) -> str:
        """As part of a button's id."""
        return f"{self.delivery}.{self.subject.value}.{self.duration}"


class Muting:
    """Mute for me and mute for all are different buttons."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._muting = services.muting
        actions = kit.actions
        actions.on_press(MORE_VERB, self._open)
        actions.on_pick("mute_what", self._pick_what)
        actions.on_pick("mute_long", self._pick_long)
        actions.on_press("mute_me", self._for_me)
        actions.on_press("mute_all", self._for_all)
        actions.on_press("mute_undo", self._undo_one)

    async def _open(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        origin = await self._origin(interaction, argument)
        subject = MuteSubject.FAN if origin.event.fan and not origin.event.is_sample else MuteSubject.KIND
        await self._show(interaction, origin, Choice(int(argument), subject))

    async def _pick_what(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        await self._again(interaction, replace(_choice(argument), subject=MuteSubject(values[0])))

    async def _pick_long(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        await self._again(interaction, replace(_choice(argument), duration=values[0]))

    async def _again(self, interaction: discord.Interaction, choice: Choice) -> None:
        await interaction.response.defer()
        await self._show(interaction, await self._origin(interaction, str(choice.delivery)), choice)

    async def _for_me(self, interaction: discord.Interaction, argument: str) -> None:
        await self._mute(interaction, argument, MuteScope.ME)

    async def _for_all(self, interaction: discord.Interaction, argument: str) -> None:
        await self._mute(interaction, argument, MuteScope.ALL)

    async def _mute(self, interaction: discord.Interaction, argument: str, scope: MuteScope) -> None:
        await interaction.response.defer()
        choice = _choice(argument)
        origin = await self._origin(interaction, str(choice.delivery))
        label = _label(origin, choice.subject)
        mute = await self._muting.mute(origin, scope, choice.subject, mutes.seconds(choice.duration), label)
        await _confirm(interaction, origin.grant, NamedMute(mute, label))

    async def _undo_one(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        creator, _, mute_id = argument.partition(".")
        grant = await mutes.grant_for(self._access, interaction, creator)
        await self._muting.undo(grant, mute_id)
        embed = discord.Embed(title="Heard again ✓", description="Cards about it come again.", colour=Colour.BRAND)
        await interaction.edit_original_response(embed=embed, view=None)

    async def _origin(self, interaction: discord.Interaction, argument: str) -> Origin:
        if not argument.isdecimal():
            raise BadInputError("That button is from another time. Newer cards work.")
        return await self._muting.origin(actor_of(interaction), int(argument))

    async def _show(self, interaction: discord.Interaction, origin: Origin, choice: Choice) -> None:
        embed = discord.Embed(
            title="Why did I get this?", description=_why(origin, interaction.client), colour=Colour.QUIET
        )
        embed.add_field(name="Mute", value=_explained(origin, choice.subject), inline=False)
        what = menu("What to mute", "mute_what", choice.argument, _subjects(origin), chosen=[choice.subject.value])
        long = mutes.duration_menu("mute_long", choice.argument, choice.duration)
        is_for_me = _spares_me(origin, choice.subject)
        buttons = mutes.mute_buttons("mute_me", "mute_all", choice.argument, origin.grant, is_for_me=is_for_me)
        if origin.may_change:
            spot = Spot(origin.grant.creator, origin.place)
            buttons.append(button("Change this rule", "al_place", spot.argument, emoji="🔔"))
        await interaction.edit_original_response(embed=embed, view=view_of([what, long, *buttons]))


async def _confirm(interaction: discord.Interaction, grant: Grant, named: NamedMute) -> None:
    embed = discord.Embed(title="Muted", description=words.mute_in_words(named.mute, named.label), colour=Colour.QUIET)
    embed.set_footer(text="/alerts panel shows all that is muted.")
    undo = button("Undo", "mute_undo", f"{grant.creator}.{named.mute.id}", emoji="🔔")
    await interaction.edit_original_response(embed=embed, view=view_of([undo]))


def _why(origin: Origin, client: discord.Client) -> str:
    reader, kind = origin.grant.actor.user, KIND_NAMES.get(origin.event.kind, "This").lower()
    where = places.name_of(client, origin.place, reader)
    where = where[0].lower() + where[1:]
    about = f"**{kind}** of **@{text.name(origin.grant.handle)}** to **{where}**"
    if origin.event.is_sample:
        return f"Somebody pressed **Send a sample**. The rule sends {about}."
    if origin.route is None:
        return f"A rule sent {about}. It was switched off meanwhile, so no more come."
    set_at = f", {discord.utils.format_dt(origin.route.set_at, 'R')}" if origin.route.set_at else ""
    setter = "you" if origin.route.set_by == reader else f"<@{origin.route.set_by}>"
    fine = words.wishes_in_words(origin.route.wishes, client)
    lines = [f"A rule sends {about}.", f"Set by {setter}{set_at}."]
    return "\n".join([*lines, f"Fine print: {fine}" if fine else "No fine print: each one makes a card."])


def _spares_me(origin: Origin, subject: MuteSubject) -> bool:
    """Only my direct messages are mine to mute; a place where others read is not."""
    return origin.comes_to_me and (subject is not MuteSubject.PLACE or origin.place.kind is PlaceKind.DM)


def _explained(origin: Origin, subject: MuteSubject) -> str:
    """What each button does, and how to have one's own peace where none of ours can give it."""
    lines = [mutes.FOR_ME] if _spares_me(origin, subject) else []
    if origin.place.kind is not PlaceKind.DM:
        role = origin.route.wishes.role if origin.route else None
        mentions = " and turn on **Suppress All Role @mentions** in the server's notification settings" if role else ""
        lines.append(f"{QUIET_HERE[origin.place.kind]}{mentions}. Colleagues still see it.")
    return "\n".join([*lines, *([mutes.FOR_ALL] if origin.may_change else [])])


def _subjects(origin: Origin) -> Sequence[discord.SelectOption]:
    kind = KIND_NAMES.get(origin.event.kind, origin.event.kind.value)
    entries = []
    if origin.event.fan is not None and not origin.event.is_sample:
        entries.append(option(f"This fan: {text.plain_name(origin.event.fan.name)}", MuteSubject.FAN.value))
    entries.append(option(f"{kind}, from anybody", MuteSubject.KIND.value))
    entries.append(option(EVERYTHING[origin.place.kind], MuteSubject.PLACE.value))
    return entries


def _label(origin: Origin, subject: MuteSubject) -> str:
    if subject is MuteSubject.FAN and origin.event.fan is not None:
        return origin.event.fan.name
    if subject is MuteSubject.KIND:
        return KIND_NAMES.get(origin.event.kind, origin.event.kind.value)
    return "everything in direct messages" if origin.place.kind is PlaceKind.DM else "everything in one place"


def _choice(argument: str) -> Choice:
    delivery, _, rest = argument.partition(".")
    subject, _, duration = rest.partition(".")
    if not delivery.isdecimal() or subject not in set(MuteSubject):
        raise BadInputError("That button is from another time. Newer cards work.")
    return Choice(int(delivery), MuteSubject(subject), duration)
