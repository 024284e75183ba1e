"""/post list: what is at Fanvue already, changed and talked about from here."""

import discord

from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.pictures import picture_file
from bot.discordkit.posts import post_lists as lists
from bot.discordkit.responses.long_texts import written_in
from bot.discordkit.responses.outcomes import say, showing
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.posting import PostCard, PostView
from bot.services import Services
from bot.services.posts.published import Picture, page_of

CALENDAR = "calendar.png"


class Published:
    """Every press asks for the right again; answers are for the asking person alone."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._posts = services.posts
        self._preferences = services.preferences
        kit.actions.on_pick(lists.VIEW_VERB, self._other_view)
        kit.actions.on_pick(lists.ONE_VERB, self._open)
        kit.actions.on_press(lists.EDIT_VERB, self._ask_edit)
        kit.actions.on_form(lists.EDIT_VERB, self._edit, self._ask_edit)
        kit.actions.on_press(lists.DELETE_VERB, self._ask_delete)
        kit.actions.on_press(lists.DELETED_VERB, self._delete)
        kit.actions.on_press(lists.KEEP_VERB, self._show_one)
        kit.actions.on_press(lists.PIN_VERB, self._pin)
        kit.actions.on_press(lists.UNPIN_VERB, self._unpin)
        kit.actions.on_press(lists.REPOST_VERB, self._repost)
        kit.actions.on_press(lists.COMMENTS_VERB, self._comments)
        kit.actions.on_press(lists.SAY_VERB, self._ask_comment)
        kit.actions.on_form(lists.SAY_VERB, self._comment, self._ask_comment)
        kit.actions.on_pick(lists.UNSAY_VERB, self._delete_comment)

    async def show(self, interaction: discord.Interaction, creator: str | None, view: PostView) -> None:
        """Answer with a list of posts; scheduled ones with a calendar."""
        await self._present(interaction, view, *await deferred(interaction, self._listed(interaction, creator, view)))

    async def _listed(
        self, interaction: discord.Interaction, creator: str | None, view: PostView
    ) -> tuple[Grant, list[PostCard], Picture | None]:
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        rows = await self._posts.listed(grant, view)
        if view is not PostView.SCHEDULED or not rows:
            return grant, rows, None
        return (
            grant,
            rows,
            await self._posts.calendar(rows, await self._preferences.creator_zone(grant, locale_of(interaction))),
        )

    async def _present(
        self,
        interaction: discord.Interaction,
        view: PostView,
        grant: Grant,
        rows: list[PostCard],
        calendar: Picture | None,
    ) -> None:
        files = []
        if calendar is not None:
            files.append(picture_file(calendar, CALENDAR))
        await interaction.edit_original_response(
            embed=lists.list_embed(rows, view, grant.handle, CALENDAR if calendar else None),
            view=lists.list_view(rows, view, grant.creator, page_of(grant.handle)),
            attachments=files,
        )

    async def _other_view(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer()
        view = PostView(values[0]) if values[0] in set(PostView) else PostView.SCHEDULED
        await self._present(interaction, view, *await self._listed(interaction, creator, view))

    async def _open(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST)
        await self._show_card(interaction, grant, values[0])

    async def _show_one(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        await self._show_card(interaction, grant, uuid)

    async def _show_card(self, interaction: discord.Interaction, grant: Grant, uuid: str) -> None:
        row, now = await self._posts.one(grant, uuid), self._posts.now()
        embed, view = lists.post_embed(row, grant.handle, now), lists.post_view(row, grant.creator, now)
        await interaction.edit_original_response(embed=embed, view=view, attachments=[])

    async def _ask_edit(self, interaction: discord.Interaction, key: str) -> None:
        grant, uuid = await self._grant(interaction, key)
        zone = await self._preferences.creator_zone(grant, locale_of(interaction))
        row = await self._posts.one(grant, uuid)
        await open_form(interaction, lists.edit_form(row, key, zone.key))

    async def _edit(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        zone = await self._preferences.creator_zone(grant, locale_of(interaction))
        moment = self._posts.instant(values.get(lists.WHEN_ID), zone)
        await self._posts.edit(grant, uuid, written_in(values), moment)
        async with showing(interaction, "Changed ✓"):
            await self._show_card(interaction, grant, uuid)

    async def _ask_delete(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        await self._grant(interaction, key)
        await interaction.edit_original_response(view=lists.delete_view(key))

    async def _delete(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        await self._posts.delete(grant, uuid)
        await say(
            interaction, discord.Embed(title="Deleted", description="It is gone from Fanvue.", colour=Colour.QUIET)
        )

    async def _pin(self, interaction: discord.Interaction, key: str) -> None:
        await self._pinned(interaction, key, is_pinned=True)

    async def _unpin(self, interaction: discord.Interaction, key: str) -> None:
        await self._pinned(interaction, key, is_pinned=False)

    async def _pinned(self, interaction: discord.Interaction, key: str, *, is_pinned: bool) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        await self._posts.pin(grant, uuid, is_pinned=is_pinned)
        async with showing(interaction, "Pinned ✓" if is_pinned else "Unpinned ✓"):
            await self._show_card(interaction, grant, uuid)

    async def _repost(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        await self._posts.repost(grant, uuid)
        async with showing(interaction, "Posted again ✓"):
            await self._show_card(interaction, grant, uuid)

    async def _comments(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant, uuid = await self._grant(interaction, key)
        await self._show_comments(interaction, grant, uuid, key)

    async def _ask_comment(self, interaction: discord.Interaction, key: str) -> None:
        grant, _ = await self._grant(interaction, key)
        await open_form(interaction, lists.comment_form(key, grant.handle))

    async def _comment(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        await self._posts.comment(grant, uuid, values.get(lists.TEXT_ID, ""))
        async with showing(interaction, "Commented ✓"):
            await self._show_comments(interaction, grant, uuid, key)

    async def _delete_comment(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant, uuid = await self._grant(interaction, key)
        await self._posts.delete_comment(grant, uuid, values[0])
        async with showing(interaction, "Deleted ✓"):
            await self._show_comments(interaction, grant, uuid, key)

    async def _show_comments(self, interaction: discord.Interaction, grant: Grant, uuid: str, key: str) -> None:
        rows = await self._posts.comments(grant, uuid)
        await interaction.edit_original_response(embed=lists.comments_embed(rows), view=lists.comments_view(rows, key))

    async def _grant(self, interaction: discord.Interaction, key: str) -> tuple[Grant, str]:
        creator, uuid = lists.ids_of(key)
        return await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST), uuid
