"""What is muted for a creator: listed, added to, undone."""

import discord

from bot.discordkit.controls.components import button, view_of
from bot.discordkit.controls.menus import OPTIONS, menu, option
from bot.discordkit.kit import Kit
from bot.discordkit.look import KIND_NAMES, Colour
from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.errors import BadInputError
from bot.domain.events import EventKind
from bot.domain.rules import MuteScope
from bot.services import Services
from bot.services.access import AccessService
from bot.services.alerts.muting import NamedMute
from bot.services.alerts.routes import CARD_KINDS
from cogs.alerts import words

EIGHT_HOURS = "28800"
FOR_ME = "**Mute for me** stops your own direct messages about it; channels and colleagues go on."
NOT_FOR_ME = "None of it comes to your direct messages. A channel is muted for you alone in Discord: hold its name."
FOR_ALL = "**Mute for all** stops it for everybody, in every place it goes to."


class Mutes:
    """The panel's list."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._muting = services.muting
        actions = kit.actions
        actions.on_press("al_mutes", self._mutes)
        actions.on_pick("al_mute", self._pick_kind)
        actions.on_pick("al_long", self._pick_kind_long)
        actions.on_press("al_mute_me", self._kind_for_me)
        actions.on_press("al_mute_all", self._kind_for_all)
        actions.on_pick("al_unmute", self._undo)

    async def _mutes(self, interaction: discord.Interaction, creator: str) -> None:
        await interaction.response.defer()
        grant = await grant_for(self._access, interaction, creator)
        await self._show_mutes(interaction, grant)

    async def _pick_kind(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await self._show_kind(interaction, creator, EventKind(values[0]), EIGHT_HOURS)

    async def _pick_kind_long(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        creator, kind, _ = _kind_choice(argument)
        await self._show_kind(interaction, creator, kind, values[0])

    async def _show_kind(self, interaction: discord.Interaction, creator: str, kind: EventKind, duration: str) -> None:
        await interaction.response.defer()
        grant = await grant_for(self._access, interaction, creator)
        argument = f"{creator}.{kind.value}.{duration}"
        is_for_me = await self._muting.comes_to_me(grant, kind)
        embed = discord.Embed(
            title=f"Mute {KIND_NAMES[kind].lower()} of @{text.name(grant.handle)}",
            description=explained(grant, is_for_me=is_for_me),
            colour=Colour.QUIET,
        )
        long = duration_menu("al_long", argument, duration)
        buttons = mute_buttons("al_mute_me", "al_mute_all", argument, grant, is_for_me=is_for_me)
        back = button("Back", "al_mutes", creator, emoji="↩️")
        await interaction.edit_original_response(embed=embed, view=view_of([long, *buttons, back]))

    async def _kind_for_me(self, interaction: discord.Interaction, argument: str) -> None:
        await self._mute_kind(interaction, argument, MuteScope.ME)

    async def _kind_for_all(self, interaction: discord.Interaction, argument: str) -> None:
        await self._mute_kind(interaction, argument, MuteScope.ALL)

    async def _mute_kind(self, interaction: discord.Interaction, argument: str, scope: MuteScope) -> None:
        await interaction.response.defer()
        creator, kind, duration = _kind_choice(argument)
        grant = await grant_for(self._access, interaction, creator)
        await self._muting.mute_kind(grant, scope, kind, seconds(duration), KIND_NAMES[kind])
        await self._show_mutes(interaction, grant, "Muted ✓")

    async def _undo(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant = await grant_for(self._access, interaction, creator)
        await self._muting.undo(grant, values[0])
        await self._show_mutes(interaction, grant, "Heard again ✓")

    async def _show_mutes(self, interaction: discord.Interaction, grant: Grant, note: str = "") -> None:
        muted = await self._muting.muted(grant)
        listed = words.mutes_in_words(muted, OPTIONS) or "Nothing is muted."
        embed = discord.Embed(
            title=f"Muted for @{text.name(grant.handle)}",
            description=f"{listed}\n\n{note}" if note else listed,
            colour=Colour.QUIET,
        )
        embed.set_footer(text="A fan is muted from their card.")
        kinds = [option(KIND_NAMES[kind], kind.value) for kind in CARD_KINDS]
        items: list[discord.ui.Item[discord.ui.View]] = [menu("Mute a kind", "al_mute", grant.creator, kinds)]
        if muted:
            entries = [option(_undo_label(one), one.mute.id) for one in muted]
            items.append(menu("Undo a mute", "al_unmute", grant.creator, entries))
        if grant.capability is Capability.ALERTS:
            items.append(button("All places", "al_home", grant.creator, emoji="↩️"))
        await interaction.edit_original_response(embed=embed, view=view_of(items))


async def grant_for(access: AccessService, interaction: discord.Interaction, creator: str) -> Grant:
    """For those who set up alerts; who only answers fans may mute and undo for themselves."""
    actor = actor_of(interaction)
    may_set = await access.may(actor.user, CreatorId(creator), Capability.ALERTS)
    capability = Capability.ALERTS if may_set else Capability.REPLY
    return await access.require(actor, CreatorId(creator), capability)


def explained(grant: Grant, *, is_for_me: bool) -> str:
    mine = FOR_ME if is_for_me else NOT_FOR_ME
    return f"{mine}\n{FOR_ALL}" if grant.capability is Capability.ALERTS else mine


def _undo_label(one: NamedMute) -> str:
    whom = "for me" if one.mute.scope is MuteScope.ME else "for all"
    return f"{text.plain_name(one.label)}, {whom}"


def duration_menu(verb: str, argument: str, chosen: str) -> discord.ui.Select[discord.ui.View]:
    entries = [option("Until I undo it" if key == "0" else f"For {name}", key) for key, name in words.DURATIONS.items()]
    return menu("For how long", verb, argument, entries, chosen=[chosen])


def mute_buttons(
    me: str, everybody: str, argument: str, grant: Grant, *, is_for_me: bool
) -> list[discord.ui.Button[discord.ui.View]]:
    """Only those that change something."""
    found = [button("Mute for me", me, argument, emoji="🔕")] if is_for_me else []
    if grant.capability is Capability.ALERTS:
        found.append(button("Mute for all", everybody, argument, style=discord.ButtonStyle.danger, emoji="🔇"))
    return found


def seconds(duration: str) -> int | None:
    return int(duration) or None if duration in words.DURATIONS else int(EIGHT_HOURS)


def _kind_choice(argument: str) -> tuple[str, EventKind, str]:
    creator, _, rest = argument.partition(".")
    kind, _, duration = rest.partition(".")
    if kind not in set(EventKind):
        raise BadInputError("That button is from another time. Open it anew where you found it.")
    return creator, EventKind(kind), duration
