"""/inbox: who waits, one conversation, and what is done about it; nothing is marked read but on purpose."""

from collections.abc import Mapping
from dataclasses import replace

import discord

from bot.discordkit.controls.components import button, form, view_of
from bot.discordkit.controls.forms import open_form
from bot.discordkit.inbox import views
from bot.discordkit.inbox.views import done, thread_embed, thread_view, unread_embed, unread_view
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.discordkit.responses.long_texts import TEXT_ID
from bot.discordkit.responses.outcomes import showing
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId, FanId
from bot.domain.claims import Claim
from bot.domain.conversations import Order, Waiting
from bot.domain.errors import GoneError
from bot.services import Services
from cogs.inbox.whom import whom


class Chats:
    """Every press asks for the right again, and draws what is there now."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._claims = services.claims
        self._conversations = services.conversations
        self._desk = services.desk
        self._inbox = services.inbox
        presses = {
            views.LIST_VERB: self._turn,
            views.READ_ALL_VERB: self._ask_all,
            views.READ_ALL_YES_VERB: self._read_all,
            views.CHAT_VERB: self._look,
            views.READ_VERB: self._read,
            views.MUTE_VERB: self._mute,
            views.LOUD_VERB: self._unmute,
            views.NOTE_VERB: self._ask_note,
            views.NAME_VERB: self._ask_name,
            views.UNNOTE_VERB: self._remove_note,
        }
        picks = {
            views.ORDER_VERB: self._sort,
            views.OPEN_VERB: self._open,
            views.NOTED_VERB: self._read_note,
        }
        for verb, press in presses.items():
            kit.actions.on_press(verb, press)
        for verb, pick in picks.items():
            kit.actions.on_pick(verb, pick)
        kit.actions.on_form(views.NOTE_VERB, self._note, self._ask_note)
        kit.actions.on_form(views.NAME_VERB, self._name, self._ask_name)

    async def show_unread(self, interaction: discord.Interaction, grant: Grant, order: Order, page: int = 0) -> None:
        """Answer with a page of those who wait."""
        found = await self._conversations.unread(grant, order)
        held = await self._claims.of_fans(grant, [one.fan.id for one in found])
        closed = await self._claims.closed(grant, {one.fan.id: one.written_at for one in found})
        named = [replace(one, holder=_holder(held, one), closed_since=closed.get(one.fan.id)) for one in found]
        page = min(page, max(0, (len(named) - 1) // views.PAGE))
        await interaction.edit_original_response(
            embed=unread_embed(named, order, page, grant.handle), view=unread_view(named, order, page, grant.creator)
        )

    async def show_chat(
        self, interaction: discord.Interaction, grant: Grant, fan: FanId, note: str | None = None
    ) -> None:
        """Answer with a conversation, and a word on what was just done."""
        thread = await self._conversations.open(grant, fan)
        closed = await self._claims.closed(grant, {fan: thread.written_at})
        thread = replace(thread, closed_since=closed.get(fan))
        claim = await self._claims.of(grant, fan)
        await interaction.edit_original_response(
            content=note,
            embed=thread_embed(thread, claim, grant.handle),
            view=thread_view(thread, claim, grant.actor, grant.creator),
        )

    async def show_done(
        self, interaction: discord.Interaction, grant: Grant, fan: FanId, note: str | None = None
    ) -> None:
        """The same after something was done, which stays done where the conversation cannot be shown."""
        async with showing(interaction, note or "Done ✓"):
            await self.show_chat(interaction, grant, fan, note)

    async def _turn(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        creator, order, page = [*argument.split("|"), "", ""][:3]
        wanted = Order(order) if order in set(Order) else Order.LONGEST
        grant = await self._grant(interaction, creator)
        await self.show_unread(interaction, grant, wanted, int(page) if page.isdecimal() else 0)

    async def _sort(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await self._turn(interaction, f"{creator}|{values[0]}|0")

    async def _open(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.show_chat(interaction, await self._grant(interaction, creator), FanId(values[0]))

    async def _ask_all(self, interaction: discord.Interaction, creator: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        unread = await self._conversations.unread(grant, Order.LONGEST)
        line = f"{_chats(len(unread))} of @{text.name(grant.handle)} become read at Fanvue. That cannot be undone."
        newest = max((_moment(one) for one in unread), default=0)
        yes = button("Mark all read", views.READ_ALL_YES_VERB, f"{creator}|{newest}", style=discord.ButtonStyle.danger)
        embed = discord.Embed(title="Mark all read?", description=line, colour=Colour.TROUBLE)
        await interaction.edit_original_response(embed=embed, view=view_of([yes]))

    async def _read_all(self, interaction: discord.Interaction, key: str) -> None:
        """Those that were unread when it was asked; where Fanvue stops in between, the rest is a press away."""
        await interaction.response.defer()
        creator, _, newest = key.partition("|")
        grant = await self._grant(interaction, creator)
        unread = await self._conversations.unread(grant, Order.LONGEST)
        border = int(newest) if newest.isdecimal() else 0
        wanted = [one.fan.id for one in unread if _moment(one) <= border]
        count = await self._inbox.mark_fans_read(grant, wanted)
        later = f" {_chats(len(unread) - len(wanted))} got something new meanwhile, and stay unread."
        line = f"{_chats(count)}.{later if len(unread) > len(wanted) else ''}"
        if count == len(wanted):
            await interaction.edit_original_response(embed=done("Read ✓", line), view=None)
            return
        line = f"{line} Fanvue takes no more just now: press again in a minute for the other {len(wanted) - count}."
        await interaction.edit_original_response(embed=done("Some are read ✓", line))

    async def _look(self, interaction: discord.Interaction, key: str) -> None:
        """From a desk's header, for one reader alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.show_chat(interaction, *await whom(self._access, interaction, key))

    async def _read(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._inbox.mark_fan_read(grant, fan)
        await self.show_done(interaction, grant, fan)

    async def _mute(self, interaction: discord.Interaction, key: str) -> None:
        await self._set_muted(interaction, key, is_muted=True)

    async def _unmute(self, interaction: discord.Interaction, key: str) -> None:
        await self._set_muted(interaction, key, is_muted=False)

    async def _set_muted(self, interaction: discord.Interaction, key: str, *, is_muted: bool) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._conversations.mute(grant, fan, is_muted=is_muted)
        await self._show_changed(interaction, grant, fan)

    async def _ask_note(self, interaction: discord.Interaction, key: str) -> None:
        await open_form(interaction, box("A note for the team", views.NOTE_VERB, key, "Fans never see it", 500))

    async def _note(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._conversations.note(grant, fan, values.get(TEXT_ID, ""))
        await self._show_changed(interaction, grant, fan)

    async def _read_note(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant, fan = await whom(self._access, interaction, key)
        note = next((one for one in await self._conversations.notes(grant, fan) if one.id in values), None)
        if note is None:
            raise GoneError
        embed, view = views.note_embed(note), views.note_view(note, grant.creator)
        await interaction.edit_original_response(embed=embed, view=view)

    async def _remove_note(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        creator, _, note = key.partition("|")
        grant = await self._grant(interaction, creator)
        fan = await self._conversations.remove_note(grant, note)
        await interaction.edit_original_response(embed=done("Deleted ✓"), view=None)
        await self._desk.changed(grant, fan)

    async def _ask_name(self, interaction: discord.Interaction, key: str) -> None:
        await open_form(interaction, box("What you call this fan", views.NAME_VERB, key, "Nickname", 30))

    async def _name(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._conversations.rename(grant, fan, values.get(TEXT_ID, ""))
        await self._show_changed(interaction, grant, fan)

    async def _show_changed(self, interaction: discord.Interaction, grant: Grant, fan: FanId) -> None:
        async with showing(interaction, "Done ✓"):
            await self._desk.changed(grant, fan)
            await self.show_chat(interaction, grant, fan)

    async def _grant(self, interaction: discord.Interaction, creator: str) -> Grant:
        return await self._access.require(actor_of(interaction), CreatorId(creator), Capability.REPLY)


def _moment(one: Waiting) -> int:
    """When its newest message came, in milliseconds by Fanvue's clock alone."""
    return int(one.since.timestamp() * 1000) if one.since else 0


def _chats(number: int) -> str:
    return "1 chat" if number == 1 else f"{number} chats"


def _holder(held: Mapping[FanId, Claim], one: Waiting) -> str | None:
    return held[one.fan.id].holder_name if one.fan.id in held else None


def box(title: str, verb: str, key: str, label: str, limit: int, example: str | None = None) -> discord.ui.Modal:
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=TEXT_ID,
        style=discord.TextStyle.paragraph if limit > 100 else discord.TextStyle.short,  # noqa: PLR2004
        max_length=limit,
        placeholder=example,
    )
    return form(title, verb, key, {label: field})
