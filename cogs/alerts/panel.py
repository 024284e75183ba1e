"""What the panel's buttons and menus do; each press is authorised anew."""

from typing import Any

import discord

from bot.discordkit.alerts import places
from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, is_age_restricted
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.errors import BadInputError
from bot.domain.events import EventKind
from bot.domain.rules import Digest
from bot.services import Services
from cogs.alerts import forms, screens, words
from cogs.alerts.screens import Overview
from cogs.alerts.spots import Spot, spot_in

OUTDATED = "That button is from another time. Open `/alerts panel` again."


class Panel:
    """Sets rules; nothing is kept between two presses."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._alerts = services.alerts
        self._muting = services.muting
        self._preferences = services.preferences
        for verb, press in {
            "al_home": self._home,
            "al_place": self._place,
            "al_quiet": self._ask_quiet,
            "al_loud": self._no_quiet,
            "al_sample": self._sample,
            "al_amounts": self._amounts,
            "al_resume": self._resume,
            "al_off": self._off,
        }.items():
            kit.actions.on_press(verb, press)
        for verb, pick in {
            "al_places": self._pick_place,
            "al_add": self._add,
            "al_creator": self._pick_creator,
            "al_kinds": self._kinds,
            "al_fine": self._fine,
            "al_how": self._how,
            "al_min": self._amount,
            "al_spent": self._spent,
            "al_role": self._role,
        }.items():
            kit.actions.on_pick(verb, pick)
        kit.actions.on_form("al_quiet", self._set_quiet, self._ask_quiet)
        kit.actions.on_form("al_min", self._other_amount, forms.ask_amount)
        kit.actions.on_form("al_spent", self._other_spent, forms.ask_spent)

    async def show(self, interaction: discord.Interaction, grant: Grant, note: str = "") -> None:
        """The first screen."""
        actor = grant.actor
        others = await self._access.creators_for(actor, Capability.ALERTS)
        shown = Overview(
            grant,
            await self._alerts.places(grant),
            await self._alerts.off_shift(grant),
            await self._muting.muted(grant),
            [(one.id, one.account.handle) for one in others if one.id != grant.creator],
            is_in_server=interaction.client.get_guild(interaction.guild_id or 0) is not None,
        )
        embed, view = screens.overview(shown, interaction.client, note)
        await interaction.edit_original_response(embed=embed, view=view)

    async def show_place(self, interaction: discord.Interaction, grant: Grant, place: Place, note: str = "") -> None:
        """One place."""
        rules = await self._alerts.at(grant, place)
        embed, view = screens.place_screen(
            grant,
            rules,
            interaction.client,
            is_restricted=is_age_restricted(places.channel_at(interaction.client, place)),
            others=len(await self._access.creators_for(grant.actor, Capability.ALERTS)) - 1,
            note=note,
        )
        await interaction.edit_original_response(embed=embed, view=view)

    async def _show_fine(self, interaction: discord.Interaction, grant: Grant, spot: Spot, note: str = "") -> None:
        rules = await self._alerts.at(grant, spot.place)
        if not rules.of(spot.kind):
            await self.show_place(interaction, grant, spot.place, note)
            return
        embed, view = screens.fine_screen(grant, rules, spot.kind, interaction.client, note)
        await interaction.edit_original_response(embed=embed, view=view)

    async def _grant(self, interaction: discord.Interaction, creator: str) -> Grant:
        return await self._access.require(actor_of(interaction), CreatorId(creator), Capability.ALERTS)

    async def opened(self, interaction: discord.Interaction, argument: str) -> tuple[Grant, Spot]:
        """Who presses, and about what. A place in a server is looked up there, whatever the button says."""
        spot = spot_in(argument)
        if spot is None:
            raise BadInputError(OUTDATED)
        grant = await self._grant(interaction, spot.creator)
        channel = places.channel_at(interaction.client, spot.place)
        if channel is not None:
            return grant, Spot(spot.creator, places.place_of(channel), spot.kind)
        standing = await self._alerts.at(grant, spot.place)
        if not standing.routes and spot.place != self._alerts.own_dm(grant):
            raise BadInputError(OUTDATED)
        return grant, Spot(spot.creator, standing.place, spot.kind)

    async def _home(self, interaction: discord.Interaction, creator: str) -> None:
        await interaction.response.defer()
        await self.show(interaction, await self._grant(interaction, creator))

    async def _pick_creator(self, interaction: discord.Interaction, _argument: str, values: list[str]) -> None:
        await self._home(interaction, values[0])

    async def _place(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        await self.show_place(interaction, grant, spot.place)

    async def _pick_place(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await self._place(interaction, f"{creator}.{values[0]}")

    async def _add(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant = await self._grant(interaction, creator)
        channel = interaction.client.get_channel(int(values[0]))
        if not isinstance(channel, places.Channel) or channel.guild.id != interaction.guild_id:
            raise BadInputError("I cannot see that channel. Give me View Channel there, then pick it again.")
        await places.require_usable(interaction, channel)
        await self.show_place(interaction, grant, places.place_of(channel))

    async def _kinds(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        kinds = [kind for kind in EventKind if kind.value in values]
        if not set(kinds) <= set((await self._alerts.at(grant, spot.place)).kinds):
            await self.require_usable(interaction, grant, spot.place)
        await self._alerts.choose_kinds(grant, spot.place, kinds)
        await self.show_place(interaction, grant, spot.place, "Saved ✓")

    async def require_usable(self, interaction: discord.Interaction, grant: Grant, place: Place) -> None:
        """More may come only to one's own DM, or where the person sees the channel and the bot may write."""
        channel = places.channel_at(interaction.client, place)
        if channel is not None:
            await places.require_usable(interaction, channel)
        elif place != self._alerts.own_dm(grant):
            raise BadInputError("You can have alerts sent to your own direct messages, and to channels you see.")

    async def _fine(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        kind = None if values[0] == screens.ALL else EventKind(values[0])
        await self._show_fine(interaction, grant, Spot(spot.creator, spot.place, kind))

    async def _how(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        digest = Digest(values[0]) if values[0] in set(Digest) else None
        wishes: dict[str, Any] = {"digest": digest, "is_silent": values[0] == "silent"}
        if digest is not None:
            grant, _ = await self.opened(interaction, argument)
            wishes["zone"] = (await self._preferences.typed_zone(grant, locale_of(interaction))).key
        await self._change(interaction, argument, **wishes)

    async def _amount(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        if values[0] == screens.OTHER:
            await forms.ask_amount(interaction, argument)
        else:
            await self._change(interaction, argument, minimum=int(values[0]) or None)

    async def _spent(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        if values[0] == screens.OTHER:
            await forms.ask_spent(interaction, argument)
        elif values[0] == screens.TOP:
            await self._change(interaction, argument, spent=None, top_only=True)
        else:
            await self._change(interaction, argument, spent=int(values[0]) or None, top_only=False)

    async def _other_amount(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await self._change(interaction, argument, minimum=words.amount(values.get("amount", "")) or None)

    async def _other_spent(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await self._change(interaction, argument, spent=words.amount(values.get("amount", "")) or None, top_only=False)

    async def _role(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        role, channel = (int(values[0]) if values else None), places.channel_at(interaction.client, spot.place)
        if role is not None:
            if channel is None:
                raise BadInputError("A role can be mentioned only in a channel that I can see.")
            await places.require_mentionable(interaction, channel, role)
        await self._alerts.change(grant, spot.place, spot.kind, role=role)
        await self._show_fine(interaction, grant, spot, "Saved ✓")

    async def _ask_quiet(self, interaction: discord.Interaction, argument: str) -> None:
        grant, spot = await self.opened(interaction, argument)
        routes = (await self._alerts.at(grant, spot.place)).of(spot.kind)
        standing = next((route.wishes for route in routes if route.wishes.quiet), None)
        meant = await self._preferences.typed_zone(grant, locale_of(interaction))
        zone = standing.zone if standing else meant.key
        await open_form(interaction, forms.quiet_hours(argument, standing.quiet if standing else None, zone))

    async def _set_quiet(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        quiet = words.quiet_hours(values.get("start", ""), values.get("end", ""), values.get("urgent", ""))
        zone = await self._preferences.zone(actor_of(interaction).user, values.get("zone"))
        await self._change(interaction, argument, quiet=quiet, zone=zone.key)

    async def _no_quiet(self, interaction: discord.Interaction, argument: str) -> None:
        await self._change(interaction, argument, quiet=None)

    async def _change(self, interaction: discord.Interaction, argument: str, **wishes: Any) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        await self._alerts.change(grant, spot.place, spot.kind, **wishes)
        await self._show_fine(interaction, grant, spot, "Saved ✓")

    async def _sample(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        await self.require_usable(interaction, grant, spot.place)
        await self._alerts.send_sample(grant, spot.place, spot.kind)
        note = "A card marked **Sample** is on its way. It counts nowhere, and nobody is behind it."
        show = self._show_fine(interaction, grant, spot, note) if spot.kind else None
        await (show or self.show_place(interaction, grant, spot.place, note))

    async def _amounts(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        rules = await self._alerts.at(grant, spot.place)
        await self._alerts.show_amounts(grant, spot.place, shows_amounts=not rules.shows_amounts)
        await self.show_place(interaction, grant, spot.place, "Saved ✓")

    async def _resume(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        if spot.place.kind is not PlaceKind.DM:
            await self.require_usable(interaction, grant, spot.place)
        await self._alerts.resume(grant, spot.place)
        await self.show_place(interaction, grant, spot.place, "It works again ✓")

    async def _off(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        grant, spot = await self.opened(interaction, argument)
        await self._alerts.stop(grant, spot.place)
        await self.show(interaction, grant, "Turned off ✓")
