"""/post create and drafts: the card on which a post is finished, and confirmed."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import discord

from bot.discordkit.attachments import uploaded
from bot.discordkit.controls.components import form
from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.posts import draft_cards as cards
from bot.discordkit.posts.draft_desk import DraftDesk, Written
from bot.discordkit.posts.questions import Questions
from bot.discordkit.responses.long_texts import boxes, keeping, written_in
from bot.discordkit.responses.outcomes import showing
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.errors import DomainError
from bot.domain.money import digits
from bot.domain.posting import Audience, Content, Draft, DraftKind, DraftStatus, price_of
from bot.services import Services

POST_VERB = "post"
NOBODY_HERE = (
    "It waits for approval. Nobody else sees this place: whoever may approve finds it with `/post drafts`, and can do "
    "it from there."
)


class Drafts:
    """Every press opens the draft anew, from storage, for whoever pressed."""

    def __init__(self, services: Services, kit: Kit, desk: DraftDesk) -> None:
        self._access = services.access
        self._desk = desk
        self._questions = Questions(services.drafts, kit)
        self._drafts = services.drafts
        self._posts = services.posts
        self._preferences = services.preferences
        kit.actions.on_form(POST_VERB, self._submit, self._ask_words)
        kit.actions.on_press(cards.GO_VERB, self._go)
        kit.actions.on_press(cards.NOW_VERB, self._go_now)
        kit.actions.on_press(cards.EDIT_VERB, self._ask_edit)
        kit.actions.on_form(cards.EDIT_VERB, self._edit, self._ask_edit)
        kit.actions.on_press(cards.FILES_VERB, self._ask_files)
        kit.actions.on_form(cards.FILES_VERB, self._add_files, self._ask_files)
        kit.actions.on_press(cards.DROP_VERB, self._drop)
        kit.actions.on_press(cards.OPEN_VERB, self._open)
        kit.actions.on_press(cards.LOOK_VERB, self._look)
        kit.actions.on_press(cards.AGAIN_VERB, self._again)
        kit.actions.on_pick(cards.AUDIENCE_VERB, self._audience)
        kit.actions.on_pick(cards.PREVIEW_VERB, self._preview)
        kit.actions.on_pick(cards.COLLECTIONS_VERB, self._collections)
        kit.actions.on_pick(cards.PICK_VERB, self._pick)

    async def create(self, interaction: discord.Interaction, creator: str | None, written: Written) -> None:
        """Keep a draft of what was typed, or ask for its words first."""
        if written.text or written.files:
            await interaction.response.defer(ephemeral=True, thinking=True)
            grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
            async with keeping(interaction, written.text):
                content = await self._desk.content(interaction, grant, written)
                await self._desk.begin(interaction, grant, content, DraftKind.POST, written.files)
            return
        grant = await self._access.choose(actor_of(interaction), creator, Capability.POST)
        content = await self._desk.content(interaction, grant, replace(written, text="…"))
        self._drafts.require(grant, content, DraftKind.POST, expects_files=True)
        stamps = [int(at.timestamp()) if at else 0 for at in (content.publish_at, content.expires_at)]
        short = "e" if content.audience is Audience.EVERYONE else "s"
        argument = f"{grant.creator},{short},{stamps[0]},{stamps[1]},{content.price or 0}"
        await self._ask_words(interaction, argument)

    async def show_all(self, interaction: discord.Interaction, creator: str | None) -> None:
        """Answer with what is not settled."""
        grant, mine, waiting = await deferred(interaction, self._all(interaction, creator))
        embed = cards.drafts_embed(mine, waiting, grant)
        await interaction.edit_original_response(embed=embed, view=cards.drafts_view(mine, waiting, grant.creator))

    async def _ask_words(self, interaction: discord.Interaction, argument: str) -> None:
        creator = CreatorId(argument.partition(",")[0])
        grant = await self._access.require(actor_of(interaction), creator, Capability.POST)
        fields = boxes("", label=f"Posted as @{text.plain_name(grant.handle, 30)}", is_required=True)
        await open_form(interaction, form("New post", POST_VERB, argument, fields))

    async def _submit(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, audience, when, expires, price = [*argument.split(","), "0", "0", "0"][:5]
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.POST)
        content = Content(
            text=written_in(values),
            audience=Audience.EVERYONE if audience.startswith("e") else Audience.SUBSCRIBERS,
            price=price_of(digits(int(price))) if price.isdecimal() and int(price) else None,
            publish_at=self._posts.from_stamp(when),
            expires_at=self._posts.from_stamp(expires),
        )
        await self._desk.begin(interaction, grant, content, DraftKind.POST)

    async def _go(self, interaction: discord.Interaction, key: str, *, goes_now: bool = False) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        try:
            published = await self._drafts.confirm(opened, goes_now=goes_now)
        except DomainError:
            await self._show_again(interaction, key)
            raise
        if published is None:
            await self._ask_second(interaction, key)
            return
        content = replace(opened.draft.content, publish_at=None) if goes_now else opened.draft.content
        await self._desk.show_done(interaction, opened, content, published)

    async def _go_now(self, interaction: discord.Interaction, key: str) -> None:
        await self._go(interaction, key, goes_now=True)

    async def _ask_second(self, interaction: discord.Interaction, key: str) -> None:
        """The card, and a question to everybody where the team can see it."""
        opened = await self._drafts.open(actor_of(interaction), key)
        async with showing(interaction, "It waits for approval ✓"):
            await self._desk.show(interaction, opened)
        guild = interaction.guild_id
        if guild is None or interaction.client.get_guild(guild) is None:
            await interaction.followup.send(NOBODY_HERE, ephemeral=True)
            return
        await self._questions.ask(interaction, opened)

    async def _ask_edit(self, interaction: discord.Interaction, key: str) -> None:
        opened = await self._drafts.seen(actor_of(interaction), key)
        zone = await self._preferences.creator_zone(opened.grant, locale_of(interaction))
        await open_form(interaction, cards.edit_form(opened.draft, zone))

    async def _edit(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        old = opened.draft.content
        zone = await self._preferences.creator_zone(opened.grant, locale_of(interaction))
        content = replace(
            old,
            text=written_in(values),
            price=price_of(values.get(cards.PRICE_ID, "")),
            publish_at=self._moment(values.get(cards.WHEN_ID, ""), old.publish_at, zone),
            expires_at=self._moment(values.get(cards.EXPIRES_ID, ""), old.expires_at, zone),
        )
        changed = await self._drafts.change(opened, content)
        async with showing(interaction, "Changed ✓"):
            await self._desk.show(interaction, changed)

    async def _ask_files(self, interaction: discord.Interaction, key: str) -> None:
        opened = await self._drafts.seen(actor_of(interaction), key)
        await open_form(interaction, cards.files_form(opened.draft))

    async def _add_files(self, interaction: discord.Interaction, key: str, _values: dict[str, str]) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        await self._desk.attach(interaction, opened, uploaded(interaction))

    async def _drop(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        await self._drafts.discard(await self._drafts.seen(actor_of(interaction), key))
        embed = discord.Embed(title="Discarded", description="Nothing was sent.", colour=Colour.QUIET)
        await interaction.edit_original_response(embed=embed, attachments=[], view=None)

    async def _open(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._desk.show(interaction, await self._drafts.open(actor_of(interaction), key))

    async def _pick(self, interaction: discord.Interaction, _creator: str, values: list[str]) -> None:
        await interaction.response.defer()
        await self._desk.show(interaction, await self._drafts.open(actor_of(interaction), values[0]))

    async def _look(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        opened = await self._drafts.open(actor_of(interaction), key)
        try:
            published = await self._drafts.look_again(opened)
        except DomainError:
            await self._show_again(interaction, key)
            raise
        await self._desk.show_done(interaction, opened, opened.draft.content, published)

    async def _again(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        await self._desk.show(interaction, await self._drafts.reopen(opened))

    async def _audience(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await self._change(
            interaction, key, audience=Audience.EVERYONE if values[0] == Audience.EVERYONE else Audience.SUBSCRIBERS
        )

    async def _preview(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await self._change(interaction, key, preview=None if values[0] == cards.NONE else values[0])

    async def _collections(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await self._change(interaction, key, collections=tuple(values))

    async def _change(self, interaction: discord.Interaction, key: str, **changes: object) -> None:
        await interaction.response.defer()
        opened = await self._drafts.seen(actor_of(interaction), key)
        content: Content = replace(opened.draft.content, **changes)  # type: ignore[arg-type]
        await self._desk.show(interaction, await self._drafts.change(opened, content))

    async def _show_again(self, interaction: discord.Interaction, key: str) -> None:
        """The card as it stands after something went wrong."""
        opened = await self._drafts.open(actor_of(interaction), key)
        if opened.draft.status is not DraftStatus.SENDING:
            await self._desk.show(interaction, opened)

    async def _all(
        self, interaction: discord.Interaction, creator: str | None
    ) -> tuple[Grant, list[Draft], list[Draft]]:
        grant = await self._drafts.choose(actor_of(interaction), creator)
        return grant, await self._drafts.mine(grant), await self._drafts.waiting(grant)

    def _moment(self, typed: str, old: datetime | None, zone: ZoneInfo) -> datetime | None:
        """What was typed; what was left as it stood is the very same instant."""
        if old is not None and typed.strip() == old.astimezone(zone).strftime(cards.MOMENT):
            return old
        return self._posts.instant(typed, zone)
